package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;

/** A JVM that has one container, tells its id, and lives until it is killed. */
final class Bystander {
    private Bystander() {}

    public static void main(String[] args) throws Exception {
        try (Sandbox sandbox = Sandbox.builder().memory("64M").build();
                Container container = sandbox.start("sleep", args[0])) {
            System.out.println(container.id());
            container.waitFor();
        }
    }
}
