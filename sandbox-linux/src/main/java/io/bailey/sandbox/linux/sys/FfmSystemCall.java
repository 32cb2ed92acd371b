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

    private static final long ERRNO_BYTES = Linker.Option.captureStateLayout().byteSize();
    private static final MethodHandle SYSCALL = link();

    private FfmSystemCall() {}

    private static MethodHandle link() {
        FunctionDescriptor shape =
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                        JAVA_LONG);
        try {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("syscall"),
                    shape,
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
        } catch (IllegalCallerException refused) {
            throw new NativeAccessException(refused);
        }
    }

    @Override
    public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(ERRNO_BYTES, JAVA_INT.byteAlignment());
            long result = (long) SYSCALL.invokeExact(errno, (long) sys.number(), a, b, c, d, e, f);
            // After a success errno is garbage (HotSpot does not preset the segment).
            return result == -1 ? -errno.get(JAVA_INT, 0) : result;
        } catch (Throwable impossible) {
            throw new AssertionError("syscall(2) threw", impossible);
        }
    }
}
