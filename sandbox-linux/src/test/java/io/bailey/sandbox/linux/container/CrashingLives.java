package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;

import java.time.Duration;
import java.util.Random;

/**
 * A JVM to be killed at any instant: first it lists what is left of others, then, when it is told
 * to, it has containers of all kinds in several threads, for ever. Its arguments: a mark that its
 * sleeping commands have as an argument, and a seed.
 */
final class CrashingLives {
    private static final int THREADS = 3;

    private CrashingLives() {}

    public static void main(String[] args) throws Exception {
        String mark = args[0];
        long seed = Long.parseLong(args[1]);
        for (ContainerInfo info : Containers.list(true)) {
            if (info.detached()) {
                end(info.id());
            } else {
                System.out.println("seen " + info.id() + " " + info.state());
            }
        }
        System.out.println("listed");
        if (System.in.read() < 0) {
            return;
        }
        Sandbox plain = Sandbox.builder().memory("64M").build();
        Sandbox rich =
                Sandbox.builder()
                        .pids(32)
                        .logs(LogPolicy.disk("64K"))
                        .mount(Mount.volume("crash-" + mark, "/tmp/volume"))
                        .build();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed + i);
            Thread.ofPlatform().start(() -> liveForEver(plain, rich, mark, random));
        }
        System.out.println("living");
    }

    private static void liveForEver(Sandbox plain, Sandbox rich, String mark, Random random) {
        try {
            while (true) {
                live(random.nextBoolean() ? plain : rich, mark, random);
            }
        } catch (Exception failure) {
            System.out.println("failed " + failure);
        }
    }

    /** It outlives its JVM by right: it is found and can be ended. */
    private static void end(String id) {
        try (Container container = Containers.find(id).orElseThrow()) {
            container.kill();
            container.onExit().handle((result, failure) -> result).join();
        }
        if (!Containers.remove(id)) {
            throw new IllegalStateException(id + " is gone");
        }
    }

    private static void live(Sandbox sandbox, String mark, Random random) throws Exception {
        if (random.nextInt(3) == 0) {
            sandbox.run("true").orThrow();
        }
        if (random.nextInt(3) == 0) {
            end(sandbox.startDetached("sleep", mark).id());
        }
        try (Container container =
                sandbox.create("sh", "-c", "echo begin; sleep " + mark + "; echo end")) {
            container.start();
            for (int i = random.nextInt(4); i > 0; i--) {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        container.pause();
                        container.resume();
                    }
                    case 1 -> container.exec("true").orThrow();
                    case 2 -> container.restart(Duration.ZERO);
                    default -> container.update(container.limits().toBuilder().pids(40).build());
                }
            }
        }
    }
}
