package io.bailey.sandbox.linux.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * A static ELF executable (elf(5)) of two segments: one page of code, readable and executable, and
 * the program, readable and writable; of three where that has a gap. It needs no loader, no libc
 * and no stack.
 */
public final class InitImage {
    static final int PAGE = 4096;
    private static final long CODE = InterpreterCode.INIT_PROGRAM - PAGE;
    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int R = 4;
    private static final int W = 2;
    private static final int X = 1;
    private static final byte[] IDENT = {0x7F, 'E', 'L', 'F', 2, 1, 1};

    /** A page of zeros. */
    private static final byte[] NOTHING = new byte[PAGE];

    private static final byte[] CODE_BYTES = InterpreterCode.bytes();

    private static final long PROGRAM_BASE = InterpreterCode.INIT_PROGRAM;

    private InitImage() {}

    /** The most bytes that {@link #write} writes of {@code program}. */
    public static int room(LinkedProgram program) {
        return 2 * PAGE + program.length();
    }

    /**
     * Writes the executable for one launch of {@code program} to the start of {@code out}, whatever
     * is there. Returns its length.
     */
    public static int write(
            ByteBuffer out,
            LinkedProgram program,
            int kind,
            int statusFd,
            Map<Binding, Long> values) {
        out.order(ByteOrder.LITTLE_ENDIAN);
        LinkedProgram.Gap gap = program.gap();
        int last = program.length() - gap.start();
        // What is behind a gap begins on a page, in the file too.
        int behind = PAGE + (gap.start() + PAGE - 1 & -PAGE);
        out.put(0, NOTHING);
        int segments = gap.length() == 0 ? 3 : 4;
        int code = codeOffset(segments);
        header(out, code, segments);
        int at = segment(out, EHDR, PT_LOAD, R | X, 0, CODE, code + CODE_BYTES.length);
        if (gap.length() > 0) {
            at = segment(out, at, PT_LOAD, R | W, PAGE, PROGRAM_BASE, gap.start(), gap.end());
            out.put(PAGE + gap.start(), NOTHING, 0, behind - PAGE - gap.start());
        }
        at = segment(out, at, PT_LOAD, R | W, behind, PROGRAM_BASE + gap.end(), last);
        segment(out, at, PT_GNU_STACK, R | W, 0, 0, 0);
        out.put(code, CODE_BYTES);
        program.bind(out, PAGE, behind, PROGRAM_BASE, kind, statusFd, values);
        return behind + last;
    }

    private static int codeOffset(int segments) {
        return (EHDR + segments * PHDR + 63) & ~63;
    }

    private static void header(ByteBuffer out, int code, int segments) {
        out.put(0, IDENT);
        out.putShort(16, (short) 2); // ET_EXEC
        out.putShort(18, (short) 62); // EM_X86_64
        out.putInt(20, 1);
        out.putLong(24, CODE + code + InterpreterCode.INIT_ENTRY);
        out.putLong(32, EHDR);
        out.putShort(52, (short) EHDR);
        out.putShort(54, (short) PHDR);
        out.putShort(56, (short) segments);
    }

    private static int segment(
            ByteBuffer out, int at, int type, int flags, long offset, long address, long size) {
        return segment(out, at, type, flags, offset, address, size, size);
    }

    /**
     * What is longer in memory than in the file is zero there, and no page until it is touched.
     * Returns where the next one's header goes.
     */
    private static int segment(
            ByteBuffer out,
            int at,
            int type,
            int flags,
            long offset,
            long address,
            long inFile,
            long inMemory) {
        out.putInt(at, type);
        out.putInt(at + 4, flags);
        out.putLong(at + 8, offset);
        out.putLong(at + 16, address);
        out.putLong(at + 24, address);
        out.putLong(at + 32, inFile);
        out.putLong(at + 40, inMemory);
        out.putLong(at + 48, PAGE);
        return at + PHDR;
    }
}
