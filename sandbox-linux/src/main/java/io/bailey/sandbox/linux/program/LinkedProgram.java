package io.bailey.sandbox.linux.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program laid out in memory, with the places where addresses and launch-time numbers go.
 * Reusable: binding copies.
 *
 * <p>One that reads its rest has a gap behind its operations, which is nothing but room; its
 * strings lie behind that.
 */
public final class LinkedProgram {
    private final byte[] bytes;
    private final Gap gap;
    private final Linker.Layout layout;
    private final Patch[] patches;
    private final int[] relocations;

    LinkedProgram(
            byte[] bytes, Gap gap, Linker.Layout layout, List<Patch> patches, int[] relocations) {
        this.bytes = bytes;
        this.gap = gap;
        this.layout = layout;
        this.patches = patches.toArray(Patch[]::new);
        this.relocations = relocations;
    }

    /** A word that a launch fills in. */
    record Patch(int offset, Binding binding) {}

    /**
     * What is in memory and not in the bytes.
     *
     * @param start where it begins
     * @param end where it ends; both 0 where there is none
     */
    record Gap(int start, int end) {
        static final Gap NONE = new Gap(0, 0);

        int length() {
            return end - start;
        }

        /** Where something is that is at {@code offset} in memory. */
        int position(int offset, int at, int behind) {
            return offset < end ? at + offset : behind + offset - end;
        }
    }

    /** Its length in memory. */
    public int size() {
        return bytes.length + gap.length();
    }

    Gap gap() {
        return gap;
    }

    /** Its length without the gap. */
    int length() {
        return bytes.length;
    }

    /**
     * The rest of this program, for where an init has it: what {@code whole} has after this one's
     * operations, and what only that refers to. Empty if there is no room for so much.
     *
     * @param whole this program and more
     */
    public Optional<byte[]> rest(SyscallProgram whole) {
        return rest(whole, InterpreterCode.INIT_PROGRAM);
    }

    /** The same for where the program lies at {@code base}. */
    Optional<byte[]> rest(SyscallProgram whole, long base) {
        return Linker.rest(whole, layout, base);
    }

    /**
     * The bytes for one launch.
     *
     * @param base the address it will lie at
     * @param kind the first word of the error record, which tells the reader whose error it is
     * @param statusFd where an error record goes
     */
    public byte[] bind(long base, int kind, int statusFd, Map<Binding, Long> values) {
        byte[] copy = new byte[size()];
        bind(ByteBuffer.wrap(copy), 0, base, kind, statusFd, values);
        return copy;
    }

    /** The same into {@code out} from {@code at} on, which has room for {@link #size()} bytes. */
    public void bind(
            ByteBuffer out, int at, long base, int kind, int statusFd, Map<Binding, Long> values) {
        bind(out, at, at + gap.end(), base, kind, statusFd, values);
    }

    /**
     * The same in two pieces.
     *
     * @param at where what comes before the gap goes
     * @param behind where what comes after it goes
     */
    void bind(
            ByteBuffer out,
            int at,
            int behind,
            long base,
            int kind,
            int statusFd,
            Map<Binding, Long> values) {
        out.order(ByteOrder.LITTLE_ENDIAN);
        out.put(at, bytes, 0, gap.start());
        out.put(behind, bytes, gap.start(), bytes.length - gap.start());
        out.putLong(at, statusFd);
        out.putInt(at + 8, kind);
        for (int place : relocations) {
            int word = gap.position(place, at, behind);
            out.putLong(word, base + out.getLong(word));
        }
        for (Patch patch : patches) {
            Long value = values.get(patch.binding());
            if (value == null) {
                throw new IllegalStateException("no value for " + patch.binding());
            }
            out.putLong(gap.position(patch.offset(), at, behind), value);
        }
    }
}
