package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Processes that are put into groups, and groups for them. */
final class Members {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private Members() {}

    /** A name that nobody else uses. */
    static String name() {
        return Cgroups.nameFor("test" + SERIAL.incrementAndGet());
    }

    /** What a container asks for. */
    static CgroupRequest container(Limits limits) {
        return new CgroupRequest(
                limits, false, false, Enforcement.STRICT, Optional.empty(), Optional.empty(), true);
    }

    /** A shell that waits for a line before it does {@code script}. */
    static Process waiting(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", "read line; " + script).start();
    }

    static void go(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** What the launcher does with a child. */
    static void attach(Cgroup cgroup, Process process) {
        Linux linux = Linux.host();
        String pid = Long.toString(process.pid());
        for (int fd : cgroup.attachFds()) {
            assertThat(linux.writeAll(fd, pid.getBytes(StandardCharsets.US_ASCII))).isZero();
        }
        cgroup.directoryFd()
                .ifPresent(fd ->
                        assertThat(KernelFile.write(linux, fd, "cgroup.procs", pid)).isZero());
    }

    static boolean eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }
}
