package io.bailey.sandbox.linux.sys;

import java.lang.foreign.MemorySegment;

/** A function of three longs that lies at an address of our own. */
public final class NativeCode {
    private final MemorySegment entry;

    private NativeCode(MemorySegment entry) {
        this.entry = entry;
    }

    /**
     * The function at {@code offset} of {@code code}, which must be sealed (executable) and stays
     * mapped for ever.
     */
    public static NativeCode at(NativeMemory code, long offset) {
        return new NativeCode(MemorySegment.ofAddress(code.address() + offset));
    }

    /** Calls it. */
    public long call(long a, long b, long c) {
        return FfmSystemCall.call(entry, a, b, c);
    }
}
