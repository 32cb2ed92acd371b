package io.bailey.sandbox.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A compiled filter: the array of struct sock_filter that struct sock_fprog points to. */
public final class Filter {
    private final byte[] bytes;

    Filter(long[] instructions) {
        ByteBuffer out =
                ByteBuffer.allocate(instructions.length * Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (long instruction : instructions) {
            out.putLong(instruction);
        }
        bytes = out.array();
    }

    /** Eight for each instruction. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many instructions. */
    public int length() {
        return bytes.length / Long.BYTES;
    }

    @Override
    public String toString() {
        return "a filter of " + length() + " instructions";
    }
}
