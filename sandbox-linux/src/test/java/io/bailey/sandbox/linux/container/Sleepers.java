package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVM that {@link JvmDeathTest} kills: starts sandboxes that sleep, prints the pid of each init
 * as soon as it has it, and waits for its end.
 */
final class Sleepers {
    private Sleepers() {}

    /** How many, what they run {@code sleep} with, and whether under a limit of processes. */
    public static void main(String[] args) throws IOException {
        Sandbox.Builder builder = Sandbox.builder();
        if (Boolean.parseBoolean(args[2])) {
            builder.pids(16);
        }
        List<Container> living = new ArrayList<>();
        try (Sandbox sandbox = builder.build()) {
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                Container container = sandbox.start("sleep", args[1]);
                living.add(container);
                System.out.println(container.pid());
            }
            // Nothing comes: the test's end is this JVM's, too.
            int unused = System.in.read();
        }
    }
}
