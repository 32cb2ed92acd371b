package io.bailey.sandbox.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Classic BPF as seccomp allows it: checked as the kernel's bpf_check_classic and
 * seccomp_check_filter (net/core/filter.c, kernel/seccomp.c) do, then interpreted.
 */
final class Machine {
    private static final int DATA_SIZE = 64;
    private static final int MAX = 4096;

    /** LD W ABS, LD W LEN, LDX W LEN, LD IMM, LDX IMM, LD MEM, LDX MEM, ST, STX, TAX, TXA. */
    private static final Set<Integer> MOVES =
            Set.of(0x20, 0x80, 0x81, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87);

    /** ADD SUB MUL DIV OR AND LSH RSH NEG XOR, each of K and X. */
    private static final Set<Integer> ARITHMETIC =
            Set.of(
                    0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0x84, 0xA4, 0x0C, 0x1C, 0x2C,
                    0x3C, 0x4C, 0x5C, 0x6C, 0x7C, 0xAC);

    /** JEQ JGT JGE JSET, each of K and X. */
    private static final Set<Integer> BRANCHES =
            Set.of(0x15, 0x25, 0x35, 0x45, 0x1D, 0x2D, 0x3D, 0x4D);

    private record Instruction(int code, int whenTrue, int whenFalse, int value) {}

    /** What was returned after how many instructions. */
    record Outcome(int value, int steps) {}

    private final Instruction[] program;

    Machine(Filter filter) {
        this(filter.bytes());
    }

    Machine(byte[] bytes) {
        if (bytes.length == 0 || bytes.length % 8 != 0 || bytes.length / 8 > MAX) {
            throw new IllegalStateException("length " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        program = new Instruction[bytes.length / 8];
        for (int i = 0; i < program.length; i++) {
            program[i] =
                    new Instruction(
                            Short.toUnsignedInt(in.getShort()),
                            Byte.toUnsignedInt(in.get()),
                            Byte.toUnsignedInt(in.get()),
                            in.getInt());
        }
        check();
    }

    private void check() {
        for (int at = 0; at < program.length; at++) {
            Instruction i = program[at];
            int left = program.length - at - 1;
            boolean sound =
                    switch (i.code()) {
                        case 0x06, 0x16 -> true;
                        case 0x05 -> Integer.compareUnsigned(i.value(), left) < 0;
                        case 0x20 ->
                                (i.value() & 3) == 0 && i.value() >= 0 && i.value() < DATA_SIZE;
                        case 0x34 -> i.value() != 0;
                        case 0x64, 0x74 -> i.value() >= 0 && i.value() < 32;
                        case 0x60, 0x61, 0x02, 0x03 -> i.value() >= 0 && i.value() < 16;
                        default ->
                                BRANCHES.contains(i.code())
                                        ? i.whenTrue() < left && i.whenFalse() < left
                                        : MOVES.contains(i.code()) || ARITHMETIC.contains(i.code());
                    };
            if (!sound) {
                throw new IllegalStateException("instruction " + at + ": " + i);
            }
        }
        int last = program[program.length - 1].code();
        if (last != 0x06 && last != 0x16) {
            throw new IllegalStateException("the last instruction returns nothing");
        }
    }

    /** Decides {@code call}. */
    Outcome run(Call call) {
        int accumulator = 0;
        int at = 0;
        int steps = 0;
        while (true) {
            Instruction i = program[at++];
            steps++;
            switch (i.code()) {
                case 0x06 -> {
                    return new Outcome(i.value(), steps);
                }
                case 0x05 -> at += i.value();
                case 0x20 -> accumulator = call.word(i.value());
                case 0x54 -> accumulator &= i.value();
                case 0x15, 0x25, 0x35, 0x45 ->
                        at += isTrue(i, accumulator) ? i.whenTrue() : i.whenFalse();
                default -> throw new IllegalStateException("not interpreted: " + i);
            }
        }
    }

    private static boolean isTrue(Instruction i, int accumulator) {
        int order = Integer.compareUnsigned(accumulator, i.value());
        return switch (i.code()) {
            case 0x15 -> order == 0;
            case 0x25 -> order > 0;
            case 0x35 -> order >= 0;
            default -> (accumulator & i.value()) != 0;
        };
    }
}
