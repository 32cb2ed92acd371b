package io.bailey.sandbox.linux.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * A static ELF executable (elf(5)) of two segments: one page of code, readable and executable, and
 * the program, readable and writable. It needs no loader, no libc and no stack.
 */
public final class InitImage {
    private static final int PAGE = 4096;
    private static final long CODE = InterpreterCode.INIT_PROGRAM - PAGE;
    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final int PHDRS = 3;
    private static final int CODE_OFFSET = (EHDR + PHDRS * PHDR + 63) & ~63;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int R = 4;
    private static final int W = 2;
    private static final int X = 1;
    private static final byte[] CODE_BYTES = InterpreterCode.bytes();

    private static final long PROGRAM_BASE = InterpreterCode.INIT_PROGRAM;

    private InitImage() {}

    /** The executable for one launch of {@code program}. */
    public static byte[] of(
            LinkedProgram program, int kind, int statusFd, Map<Binding, Long> values) {
        byte[] image = new byte[PAGE + program.size()];
        ByteBuffer out = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        header(out);
        segment(out, 0, PT_LOAD, R | X, 0, CODE, CODE_OFFSET + CODE_BYTES.length);
        segment(out, 1, PT_LOAD, R | W, PAGE, PROGRAM_BASE, program.size());
        segment(out, 2, PT_GNU_STACK, R | W, 0, 0, 0);
        out.put(CODE_OFFSET, CODE_BYTES);
        program.bind(image, PAGE, PROGRAM_BASE, kind, statusFd, values);
        return image;
    }

    private static void header(ByteBuffer out) {
        out.put(0, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
        out.putShort(16, (short) 2); // ET_EXEC
        out.putShort(18, (short) 62); // EM_X86_64
        out.putInt(20, 1);
        out.putLong(24, CODE + CODE_OFFSET + InterpreterCode.INIT_ENTRY);
        out.putLong(32, EHDR);
        out.putShort(52, (short) EHDR);
        out.putShort(54, (short) PHDR);
        out.putShort(56, (short) PHDRS);
    }

    private static void segment(
            ByteBuffer out, int index, int type, int flags, long offset, long address, long size) {
        int at = EHDR + index * PHDR;
        out.putInt(at, type);
        out.putInt(at + 4, flags);
        out.putLong(at + 8, offset);
        out.putLong(at + 16, address);
        out.putLong(at + 24, address);
        out.putLong(at + 32, size);
        out.putLong(at + 40, size);
        out.putLong(at + 48, PAGE);
    }
}
