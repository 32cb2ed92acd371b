package io.bailey.sandbox.jmh;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The smallest static "true" for x86-64, elf(5), where no compiler makes one: one page that calls
 * exit_group(0).
 */
final class TinyElf {
    private static final long BASE = 0x400000;
    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final byte[] TRUE = {
        0x31,
        (byte) 0xFF, // xor edi, edi
        (byte) 0xB8,
        (byte) 0xE7,
        0,
        0,
        0, // mov eax, SYS_exit_group
        0x0F,
        0x05 // syscall
    };

    private static final byte[] PAUSE = {
        (byte) 0xB8,
        34,
        0,
        0,
        0, // mov eax, SYS_pause
        0x0F,
        0x05, // syscall
        (byte) 0xEB,
        (byte) 0xF7 // jmp to the beginning
    };

    private TinyElf() {}

    static byte[] bytes() {
        return program(TRUE);
    }

    /** One that waits for ever. */
    static byte[] pausing() {
        return program(PAUSE);
    }

    private static byte[] program(byte[] code) {
        byte[] image = new byte[EHDR + PHDR + code.length];
        ByteBuffer out = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        out.put(0, new byte[] {0x7F, 'E', 'L', 'F', 2, 1, 1});
        out.putShort(16, (short) 2); // ET_EXEC
        out.putShort(18, (short) 62); // EM_X86_64
        out.putInt(20, 1);
        out.putLong(24, BASE + EHDR + PHDR); // the entry
        out.putLong(32, EHDR); // the program headers
        out.putShort(52, (short) EHDR);
        out.putShort(54, (short) PHDR);
        out.putShort(56, (short) 1);
        out.putInt(EHDR, 1); // PT_LOAD
        out.putInt(EHDR + 4, 5); // readable, executable
        out.putLong(EHDR + 16, BASE);
        out.putLong(EHDR + 24, BASE);
        out.putLong(EHDR + 32, image.length);
        out.putLong(EHDR + 40, image.length);
        out.putLong(EHDR + 48, 4096);
        out.put(EHDR + PHDR, code);
        return image;
    }
}
