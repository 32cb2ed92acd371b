package io.bailey.samples;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.Stats;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A container that lives for a while: watched, entered, paused, limited anew, copied to and from,
 * stopped.
 */
public final class LongRunning {
    private static final String PROGRAM =
            "i=0; trap 'echo stopping; exit 0' TERM;"
                    + " while :; do i=$((i+1)); echo step $i; sleep 0.1; done";

    private LongRunning() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (Sandbox sandbox = limited().build()) {
            live(sandbox);
        } catch (SandboxUnavailableException unavailable) {
            // Limits and a freezer take a cgroup this user may write to.
            System.out.println(unavailable.getMessage());
        }
    }

    private static Sandbox.Builder limited() {
        return Sandbox.builder()
                .rootfs(Rootfs.host())
                .name("long-running")
                .label("sample", "yes")
                .memory("128M")
                .pids(32);
    }

    private static void live(Sandbox sandbox) throws Exception {
        // Created first and started then: whoever listens before the start hears of it.
        try (Container container = sandbox.create("sh", "-c", PROGRAM)) {
            container.onEvent(LongRunning::tell);
            container.start();
            for (ContainerInfo info : Containers.list()) {
                System.out.println(info.id() + " " + info.name() + " " + info.state());
            }

            Path file = Files.writeString(Files.createTempFile("sample", ".txt"), "from outside\n");
            container.copyIn(file, "/tmp/in.txt");
            System.out.print(container.exec("cat", "/tmp/in.txt").orThrow().stdout());
            container.exec("sh", "-c", "echo from inside > /tmp/out.txt").orThrow();
            container.copyOut("/tmp/out.txt", file);
            System.out.print(Files.readString(file, StandardCharsets.UTF_8));
            Files.delete(file);

            container.update(container.limits().toBuilder().memory("64M").pids(16).build());
            container.pause();
            int before = container.logs().lines().size();
            Thread.sleep(Duration.ofMillis(300));
            System.out.println("lines while paused: " + (container.logs().lines().size() - before));
            container.resume();

            Stats stats = container.stats();
            System.out.println("memory now: " + stats.memory().current().orElse(0) + " bytes");
            container.stop(Duration.ofSeconds(5));
            for (LogLine line : container.logs().tail(2)) {
                System.out.println(line.time() + " " + line.text());
            }
        }
    }

    private static void tell(ContainerEvent event) {
        System.out.println("event: " + event.getClass().getSimpleName());
    }
}
