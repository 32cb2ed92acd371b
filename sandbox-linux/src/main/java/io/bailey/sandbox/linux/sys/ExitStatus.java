package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What waitid(2) answered: {@code result} is 0 or −errno, {@code pid} is 0 when nothing has ended
 * yet, {@code code} is CLD_EXITED (1), CLD_KILLED (2) or CLD_DUMPED (3), {@code status} the exit
 * code or the signal.
 */
public record ExitStatus(int result, int pid, int code, int status, Rusage usage) {
    private static final int CLD_EXITED = 1;

    /** Offsets of siginfo_t's SIGCHLD form: si_code 8, si_pid 16, si_status 24 (64-bit). */
    static ExitStatus of(int result, MemorySegment info, MemorySegment usage) {
        return new ExitStatus(
                result,
                info.get(JAVA_INT, 16),
                info.get(JAVA_INT, 8),
                info.get(JAVA_INT, 24),
                Rusage.of(usage));
    }

    /** The status word of wait(2): code in bits 8–15, or the signal in bits 0–6. */
    public int waitStatus() {
        return code == CLD_EXITED ? (status & 0xFF) << 8 : status & 0x7F;
    }

    /**
     * The resources an ended process and its waited-for children used: times in µs, memory in
     * bytes, 512-byte blocks.
     */
    public record Rusage(
            long userMicros, long systemMicros, long maxRss, long blocksRead, long blocksWritten) {

        static Rusage of(MemorySegment u) {
            return new Rusage(
                    u.get(JAVA_LONG, 0) * 1_000_000 + u.get(JAVA_LONG, 8),
                    u.get(JAVA_LONG, 16) * 1_000_000 + u.get(JAVA_LONG, 24),
                    u.get(JAVA_LONG, 32) * 1024,
                    u.get(JAVA_LONG, 88),
                    u.get(JAVA_LONG, 96));
        }
    }
}
