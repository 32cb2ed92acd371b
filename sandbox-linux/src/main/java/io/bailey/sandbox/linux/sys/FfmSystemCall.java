package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls through libc's variadic {@code syscall(2)}; errno is read only when the call answers
 * −1.
 */
final class FfmSystemCall implements SystemCall {

    static final FfmSystemCall INSTANCE = new FfmSystemCall();

    static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();
    private static final MethodHandle CALL = link();
    private static final MemorySegment SYSCALL =
            Linker.nativeLinker().defaultLookup().findOrThrow("syscall");

    /**
     * An arena for each call would be nearly all of what a start from a pool allocates. Platform
     * threads only: of virtual ones there may be millions.
     */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(
                    () -> Arena.ofAuto().allocate(ERRNO_BYTES, JAVA_INT.byteAlignment()));

    /** For calls whose errno nobody reads: all threads write to it. */
    private static final MemorySegment NOBODYS_ERRNO =
            Arena.global().allocate(ERRNO_BYTES, JAVA_INT.byteAlignment());

    private FfmSystemCall() {}

    private static MethodHandle link() {
        FunctionDescriptor shape =
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG);
        try {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    shape,
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
        } catch (IllegalCallerException refused) {
            throw new NativeAccessException(refused);
        }
    }

    @Override
    public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        if (!Thread.currentThread().isVirtual()) {
            return invoke(ERRNO.get(), sys, a, b, c, d, e, f);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES, JAVA_INT.byteAlignment());
            return invoke(errno, sys, a, b, c, d, e, f);
        }
    }

    /** Captures errno into memory of the caller. */
    static long invoke(
            MemorySegment errno, Sys sys, long a, long b, long c, long d, long e, long f) {
        try {
            long result =
                    (long) CALL.invokeExact(SYSCALL, errno, (long) sys.number(), a, b, c, d, e, f);
            // After a success errno is garbage (HotSpot does not preset the segment).
            return result == -1 ? -errno.get(JAVA_INT, 0) : result;
        } catch (Throwable impossible) {
            throw new AssertionError("syscall(2) threw", impossible);
        }
    }

    /**
     * Calls the function of three longs at {@code function}, through the same linked shape: linking
     * one costs a fresh JVM a tenth of a second, so there is only one.
     */
    static long call(MemorySegment function, long a, long b, long c) {
        try {
            return (long) CALL.invokeExact(function, NOBODYS_ERRNO, a, b, c, 0L, 0L, 0L, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError("machine code at " + function + " threw", impossible);
        }
    }
}
