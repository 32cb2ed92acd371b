package io.bailey.sandbox.linux.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Carries eBPF programs out as the kernel would, as far as {@link Ebpf} can write them. Written
 * from the specification, not from the assembler: opcodes are numbers here.
 */
final class EbpfMachine {
    private static final int LONGEST = 10_000;

    private final ByteBuffer program;
    private final ByteBuffer context;
    private final long[] registers = new long[11];

    private EbpfMachine(byte[] program, ByteBuffer context) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        this.context = context;
    }

    /** What {@code program} answers when it is given these words. */
    static long run(byte[] program, int... words) {
        ByteBuffer context = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            context.putInt(word);
        }
        return new EbpfMachine(program, context).run();
    }

    private long run() {
        int at = 0;
        for (int steps = 0; steps < LONGEST; steps++) {
            int opcode = program.get(8 * at) & 0xFF;
            int dst = program.get(8 * at + 1) & 0xF;
            int src = program.get(8 * at + 1) >> 4 & 0xF;
            int offset = program.getShort(8 * at + 2);
            int imm = program.getInt(8 * at + 4);
            at++;
            switch (opcode) {
                case 0x61 -> registers[dst] = context.getInt(pointer(src) + offset) & 0xFFFFFFFFL;
                case 0xbf -> registers[dst] = registers[src];
                case 0xb7 -> registers[dst] = imm;
                case 0x57 -> registers[dst] &= imm;
                case 0x77 -> registers[dst] >>>= imm;
                case 0x55 -> at += registers[dst] != imm ? offset : 0;
                case 0x45 -> at += (registers[dst] & imm) != 0 ? offset : 0;
                case 0x95 -> {
                    return registers[0];
                }
                default -> throw new AssertionError("opcode 0x" + Integer.toHexString(opcode));
            }
        }
        throw new AssertionError("no end");
    }

    /** Register 1 alone points anywhere: to the context, whose address is 0 here. */
    private int pointer(int register) {
        if (register != 1) {
            throw new AssertionError("register " + register + " is no pointer");
        }
        return (int) registers[register];
    }
}
