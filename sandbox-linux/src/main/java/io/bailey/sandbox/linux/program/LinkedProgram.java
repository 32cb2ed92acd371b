package io.bailey.sandbox.linux.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A program laid out in memory, with the places where addresses and launch-time numbers go.
 * Reusable: binding copies.
 */
public final class LinkedProgram {
    private final byte[] bytes;
    private final Patch[] patches;
    private final int[] relocations;

    LinkedProgram(byte[] bytes, List<Patch> patches, int[] relocations) {
        this.bytes = bytes;
        this.patches = patches.toArray(Patch[]::new);
        this.relocations = relocations;
    }

    /** A word that a launch fills in. */
    record Patch(int offset, Binding binding) {}

    /** Its length in memory. */
    public int size() {
        return bytes.length;
    }

    /**
     * The bytes for one launch.
     *
     * @param base the address it will lie at
     * @param kind the first word of the error record, which tells the reader whose error it is
     * @param statusFd where an error record goes
     */
    public byte[] bind(long base, int kind, int statusFd, Map<Binding, Long> values) {
        byte[] copy = new byte[bytes.length];
        bind(copy, 0, base, kind, statusFd, values);
        return copy;
    }

    void bind(byte[] into, int at, long base, int kind, int statusFd, Map<Binding, Long> values) {
        System.arraycopy(bytes, 0, into, at, bytes.length);
        ByteBuffer out = ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(at, statusFd);
        out.putInt(at + 8, kind);
        for (int place : relocations) {
            out.putLong(at + place, base + out.getLong(at + place));
        }
        for (Patch patch : patches) {
            Long value = values.get(patch.binding());
            if (value == null) {
                throw new IllegalStateException("no value for " + patch.binding());
            }
            out.putLong(at + patch.offset(), value);
        }
    }
}
