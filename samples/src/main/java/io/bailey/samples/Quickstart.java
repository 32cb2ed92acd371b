package io.bailey.samples;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxUnavailableException;

import java.time.Duration;
import java.util.Locale;

/**
 * A real sandbox with limits, on the host's own tree, in three statements; the rest prints what
 * came of it.
 */
public final class Quickstart {
    private static final String SCRIPT =
            """
            echo "hello from $(hostname), pid $$, user $(id -u), kernel $(uname -r)"
            echo "processes I can see: $(ls -d /proc/[0-9]* | wc -l), network interfaces: $(ls /sys/class/net)"
            touch /usr/escaped 2>&1 || true
            """;

    private Quickstart() {}

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        try (Sandbox sandbox = limited().build()) {
            run(sandbox, "sh", "-c", SCRIPT);
            run(sandbox, "sh", "-c", "x=x; while :; do x=$x$x; done"); // more than 256 MiB
        } catch (SandboxUnavailableException unavailable) {
            // Limits take a cgroup this user may write to. Going on without is the caller's choice,
            // by name.
            System.out.println(
                    unavailable.getMessage()
                            + "\n\nOnce more, with the limits this host can give:");
            try (Sandbox sandbox = limited().enforcement(Enforcement.BEST_EFFORT).build()) {
                run(sandbox, "sh", "-c", SCRIPT);
            }
        }
    }

    private static Sandbox.Builder limited() {
        return Sandbox.builder()
                .rootfs(Rootfs.host())
                .memory("256M")
                .pids(64)
                .timeout(Duration.ofSeconds(10));
    }

    private static void run(Sandbox sandbox, String... command) throws InterruptedException {
        Result first = sandbox.run(command);
        System.out.println(
                "ran         " + String.join(" ", command).strip().replace("\n", "\n            "));
        System.out.println(
                "where       "
                        + sandbox.spec().rootfs()
                        + ", namespaces "
                        + sandbox.spec().namespaces());
        System.out.println("limits      " + sandbox.spec().limits());
        System.out.println("ended       " + first.termination());
        System.out.print(
                "output      "
                        + first.stdout().replace("\n", "\n            ").stripTrailing()
                        + "\n");
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "used        cpu %d ms, peak memory %s, wall %d ms",
                        first.usage().cpuTime().toMillis(),
                        mebibytes(first.usage().peakMemory()),
                        first.usage().wallTime().toMillis()));
        System.out.println("took        " + micros(first) + System.lineSeparator());
    }

    private static String micros(Result result) {
        var t = result.timings();
        return String.format(
                Locale.ROOT,
                "prepare %d, clone %d, setup %d, exec %d, run %d, teardown %d µs",
                t.prepare().toNanos() / 1000,
                t.clone3().toNanos() / 1000,
                t.setup().toNanos() / 1000,
                t.exec().toNanos() / 1000,
                t.run().toNanos() / 1000,
                t.teardown().toNanos() / 1000);
    }

    private static String mebibytes(MemorySize size) {
        return String.format(Locale.ROOT, "%.1f MiB", size.bytes() / 1048576.0);
    }
}
