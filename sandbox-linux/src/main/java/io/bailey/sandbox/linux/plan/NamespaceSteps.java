package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.TimeOffsets;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What the new namespaces hold, apart from the mounts: a host name, a loopback interface, clock
 * offsets.
 */
final class NamespaceSteps {
    private static final String DEFAULT_HOSTNAME = "sandbox";
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final short IFF_UP_RUNNING = 0x41;
    private static final int PR_SET_DUMPABLE = 4;

    private final ProgramBuilder program;
    private final SandboxSpec spec;

    NamespaceSteps(ProgramBuilder program, SandboxSpec spec) {
        this.program = program;
        this.spec = spec;
    }

    void all() {
        if (spec.namespaces().contains(Namespace.CGROUP)) {
            program.step("make a cgroup namespace rooted at the sandbox's cgroup", "");
            program.call(
                    Sys.UNSHARE, Argument.flags("CLONE_NEWCGROUP", CloneFlags.CLONE_NEWCGROUP));
        }
        if (spec.namespaces().contains(Namespace.UTS)) {
            hostname(spec.hostname().orElse(DEFAULT_HOSTNAME));
        }
        if (spec.namespaces().contains(Namespace.NETWORK)) {
            loopback();
        }
        if (spec.namespaces().contains(Namespace.TIME)) {
            program.step("make a time namespace for the command", "");
            program.call(Sys.UNSHARE, Argument.flags("CLONE_NEWTIME", CloneFlags.CLONE_NEWTIME));
            spec.timeOffsets().ifPresent(this::offsets);
        }
    }

    private void hostname(String name) {
        program.step("set the host name", name);
        program.call(
                Sys.SETHOSTNAME,
                Argument.of(name),
                Argument.of(name.getBytes(StandardCharsets.UTF_8).length));
    }

    private void loopback() {
        Variable socket = program.variable("socket");
        byte[] ifreq = new byte[IFREQ_BYTES];
        ByteBuffer.wrap(ifreq)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("lo".getBytes(StandardCharsets.US_ASCII))
                .putShort(IFREQ_FLAGS, IFF_UP_RUNNING);
        program.step("bring the loopback interface up", "lo");
        program.call(
                        Sys.SOCKET,
                        Argument.flags("AF_INET", 2),
                        Argument.flags("SOCK_DGRAM|SOCK_CLOEXEC", 2 | Linux.O_CLOEXEC),
                        Argument.of(0))
                .store(socket);
        program.call(
                Sys.IOCTL,
                Argument.of(socket),
                Argument.flags("SIOCSIFFLAGS", SIOCSIFFLAGS),
                Argument.of(Blob.bytes(ifreq, "{\"lo\", IFF_UP|IFF_RUNNING}")));
        program.call(Sys.CLOSE, Argument.of(socket));
    }

    /** The file belongs to the host's root as long as the process is not dumpable, proc(5). */
    private void offsets(TimeOffsets offsets) {
        Variable file = program.variable("offsets");
        String text = line("monotonic", offsets.monotonic()) + line("boottime", offsets.boottime());
        program.step("set the clock offsets", text.strip().replace('\n', ','));
        program.call(Sys.PRCTL, Argument.flags("PR_SET_DUMPABLE", PR_SET_DUMPABLE), Argument.of(1));
        program.call(
                        Sys.OPENAT,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of("/proc/self/timens_offsets"),
                        Argument.flags("O_WRONLY|O_CLOEXEC", Linux.O_WRONLY | Linux.O_CLOEXEC))
                .store(file);
        program.call(Sys.WRITE, Argument.of(file), Argument.of(text), Argument.of(text.length()));
        program.call(Sys.CLOSE, Argument.of(file));
    }

    /** time_namespaces(7): clock, seconds, nanoseconds, the latter never negative. */
    private static String line(String clock, Duration offset) {
        return clock + " " + offset.getSeconds() + " " + offset.getNano() + "\n";
    }
}
