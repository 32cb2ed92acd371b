package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The real kernel for one thread: what errno is captured into is allocated once and not for each
 * call.
 */
final class ConfinedSystemCall implements SystemCall {
    private final MemorySegment errno;

    ConfinedSystemCall(Arena arena) {
        errno = arena.allocate(FfmSystemCall.ERRNO_BYTES, JAVA_INT.byteAlignment());
    }

    @Override
    public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        return FfmSystemCall.invoke(errno, sys, a, b, c, d, e, f);
    }
}
