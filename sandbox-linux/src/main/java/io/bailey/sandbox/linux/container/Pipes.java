package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.SandboxConfigException;

/** Where a command's streams lead to the {@link Process} that stands for it. */
final class Pipes {

    private Pipes() {}

    /**
     * For a method that hands out no process: nobody would hold the other end.
     *
     * @throws SandboxConfigException if a stream of {@code command} is a pipe
     */
    static void refuse(Command command, String method) {
        if (command.input() instanceof Input.Pipe) {
            throw refused("stdin is Input.pipe()", method);
        }
        if (command.output() instanceof Output.Pipe) {
            throw refused("stdout is Output.pipe()", method);
        }
        if (command.errorOutput() instanceof Output.Pipe) {
            throw refused("stderr is Output.pipe()", method);
        }
    }

    private static SandboxConfigException refused(String what, String method) {
        return new SandboxConfigException(
                "command: its "
                        + what
                        + ", of which "
                        + method
                        + "() hands nobody the other end; use Sandbox.start() or Container.startExec()");
    }

    /** As a ProcessBuilder has it: pipes where nothing else was said. */
    static Command byDefault(Command command) {
        Command piped = command;
        if (command.input() instanceof Input.Empty) {
            piped = piped.stdin(Input.pipe());
        }
        if (command.output().equals(Output.capture())) {
            piped = piped.stdout(Output.pipe());
        }
        return command.errorOutput().equals(Output.capture()) ? piped.stderr(Output.pipe()) : piped;
    }
}
