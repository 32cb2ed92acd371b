package io.bailey.sandbox.linux.seccomp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a program from its end to its beginning. Jumps only lead forward, so that whatever an
 * instruction leads to is there already, and its distance known. A place is the number of
 * instructions from there to the end.
 */
final class Assembler {
    /** jt and jf have eight bits, and the second of two detours moves the first by one. */
    private static final int NEAR = 254;

    private long[] reversed = new long[256];
    private int size;
    private final Map<Integer, Integer> returns = new HashMap<>();

    /** A place where {@code value} is returned. */
    int returns(int value) {
        Integer known = returns.get(value);
        if (known != null && size - known <= NEAR) {
            return known;
        }
        emit(Bpf.RETURN, 0, 0, value);
        returns.put(value, size);
        return size;
    }

    /** Tests the accumulator. */
    int jump(int code, int value, int whenTrue, int whenFalse) {
        if (whenTrue == whenFalse) {
            return whenTrue;
        }
        int truth = near(whenTrue);
        int falsehood = near(whenFalse);
        return emit(code, size - truth, size - falsehood, value);
    }

    /** Loads a word of struct seccomp_data, then goes on at {@code next}. */
    int load(int offset, int next) {
        return before(next, Bpf.LOAD, offset);
    }

    /** Masks the accumulator, then goes on at {@code next}. */
    int and(int mask, int next) {
        return before(next, Bpf.AND, mask);
    }

    private int before(int next, int code, int value) {
        if (next != size) {
            emit(Bpf.JUMP, 0, 0, size - next);
        }
        return emit(code, 0, 0, value);
    }

    /** {@code target}, or a detour to it in reach. */
    private int near(int target) {
        if (size - target <= NEAR) {
            return target;
        }
        long there = reversed[target - 1];
        if ((there & 0xFFFF) == Bpf.RETURN) {
            return returns((int) (there >>> Integer.SIZE));
        }
        return emit(Bpf.JUMP, 0, 0, size - target);
    }

    private int emit(int code, int whenTrue, int whenFalse, int value) {
        if (size == Bpf.MAX_INSTRUCTIONS) {
            throw new ProfileException(
                    "the profile compiles to more than the "
                            + Bpf.MAX_INSTRUCTIONS
                            + " instructions that the kernel takes; give it fewer tests of arguments");
        }
        if (size == reversed.length) {
            reversed = Arrays.copyOf(reversed, size * 2);
        }
        // struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; } as a little-endian word.
        reversed[size++] =
                code | (long) whenTrue << 16 | (long) whenFalse << 24 | (long) value << 32;
        return size;
    }

    /** The program, which begins with what was written last. */
    Filter finish() {
        long[] instructions = new long[size];
        for (int i = 0; i < size; i++) {
            instructions[i] = reversed[size - 1 - i];
        }
        return new Filter(instructions);
    }
}
