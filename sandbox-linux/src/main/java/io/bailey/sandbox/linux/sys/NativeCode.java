package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A function of three longs that lies at an address of our own. */
public final class NativeCode {
    private final NativeMemory home;
    private final MethodHandle handle;

    private NativeCode(NativeMemory home, MethodHandle handle) {
        this.home = home;
        this.handle = handle;
    }

    /**
     * The function at {@code offset} of {@code code}, which must be sealed (executable) and stays
     * mapped for ever.
     */
    public static NativeCode at(NativeMemory code, long offset) {
        MemorySegment entry = MemorySegment.ofAddress(code.address() + offset);
        FunctionDescriptor shape =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return new NativeCode(code, Linker.nativeLinker().downcallHandle(entry, shape));
    }

    /** Calls it. */
    public long call(long a, long b, long c) {
        try {
            return (long) handle.invokeExact(a, b, c);
        } catch (Throwable impossible) {
            throw new AssertionError("machine code at " + home.address() + " threw", impossible);
        }
    }
}
