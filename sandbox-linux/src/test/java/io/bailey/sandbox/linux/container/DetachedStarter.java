package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.Power;

import java.util.Arrays;

/** A JVM that starts a detached container, tells its id, and waits for its own end. */
public final class DetachedStarter {
    private static final int MOST = 100;

    private DetachedStarter() {}

    /**
     * The first argument is {@code wait}, {@code exit} or {@code many}; or {@code remove}, and then
     * an id.
     */
    public static void main(String... arguments) throws InterruptedException {
        if (arguments[0].equals("remove")) {
            if (!Containers.remove(arguments[1])) {
                throw new IllegalStateException("there is no " + arguments[1]);
            }
            return;
        }
        Sandbox sandbox = sandbox();
        String[] command = Arrays.copyOfRange(arguments, 1, arguments.length);
        int count = arguments[0].equals("many") ? MOST : 1;
        for (int i = 0; i < count; i++) {
            Container container = sandbox.startDetached(command);
            System.out.println(container.id());
        }
        if (arguments[0].equals("wait")) {
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** With limits, and so with a cgroup, where there may be some without asking. */
    private static Sandbox sandbox() {
        Sandbox.Builder builder = Sandbox.builder().rootfs(Rootfs.host());
        if (Power.ROOT.isPresent()) {
            builder.memory("64M").pids(32);
        }
        return builder.build();
    }
}
