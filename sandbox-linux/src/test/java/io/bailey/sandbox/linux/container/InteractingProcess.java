package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxConfigException;

/** A JVM that lends its terminal to a shell in a sandbox. */
final class InteractingProcess {

    private InteractingProcess() {}

    /** Says its number, and what came of it. */
    public static void main(String[] arguments) throws InterruptedException {
        try (Container container = Sandboxes.host().start("sleep", "1000")) {
            System.out.println("jvm " + ProcessHandle.current().pid());
            Result result = container.interact(Command.of("sh", "-i").env("PS1", "inside> "));
            System.out.println("result " + result.exitCode());
        } catch (SandboxConfigException refused) {
            System.out.println("refused " + refused.getMessage());
        }
    }
}
