package io.bailey.samples;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;

/** A shell in a sandbox, on your own terminal. */
final class Shell {
    /**
     * Opens it.
     *
     * @param command the shell and its arguments; {@code sh} if there is none
     */
    static void main(String[] command) throws InterruptedException {
        Command shell = command.length == 0 ? Command.of("sh", "-i") : Command.of(command);
        Sandbox.Builder recipe =
                Sandbox.builder().rootfs(Rootfs.host()).hostname("sandbox").workdir("/tmp");
        try (Container container = recipe.start("sleep", "infinity")) {
            Result result = container.interact(shell.env("PS1", "sandbox> "));
            IO.println("the shell ended: " + result.termination());
        }
    }
}
