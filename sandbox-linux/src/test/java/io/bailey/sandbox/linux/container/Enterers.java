package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;

/**
 * The JVM that {@link JvmDeathTest} kills while commands are in containers: prints a line for each
 * that has entered.
 */
final class Enterers {
    private Enterers() {}

    /** How many containers, how many commands in each, and what they run {@code sleep} with. */
    public static void main(String[] args) throws IOException {
        String script = "echo entered; exec sleep " + args[2];
        Command sleep = Command.of("sh", "-c", script).stdout(Output.lines(System.out::println));
        try (Sandbox sandbox = Sandbox.builder().build()) {
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                Container container = sandbox.start("sleep", args[2]);
                for (int j = 0; j < Integer.parseInt(args[1]); j++) {
                    Thread.ofPlatform().daemon().start(() -> enter(container, sleep));
                }
            }
            // Nothing comes: the test's end is this JVM's, too.
            int unused = System.in.read();
        }
    }

    private static void enter(Container container, Command command) {
        try {
            container.exec(command);
        } catch (InterruptedException notHere) {
            throw new IllegalStateException(notHere);
        }
    }
}
