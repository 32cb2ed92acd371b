package io.bailey.sandbox.linux.seccomp;

import java.util.List;

/**
 * Whether a compiled filter lets a system call through, whatever its arguments: for who has to make
 * some more calls when the filter is in force already. In doubt it does not.
 */
public final class Passage {
    private static final int CODE = 0xFFFF;

    private final List<Long> filter;
    private final Architecture architecture;

    /**
     * @param filter one {@code struct sock_filter} a word, little-endian
     */
    public Passage(List<Long> filter, Architecture architecture) {
        this.filter = filter;
        this.architecture = architecture;
    }

    /** Is the call of that number allowed? False if that depends on its arguments. */
    public boolean allows(int number) {
        int accumulator = 0;
        for (int at = 0; at < filter.size(); at++) {
            long instruction = filter.get(at);
            int operand = (int) (instruction >>> 32);
            switch ((int) instruction & CODE) {
                case Bpf.LOAD -> {
                    if (operand != Bpf.NUMBER && operand != Bpf.ARCHITECTURE) {
                        return false;
                    }
                    accumulator = operand == Bpf.NUMBER ? number : architecture.auditNumber();
                }
                case Bpf.JUMP -> at += operand;
                case Bpf.IF_EQUAL -> at += jump(instruction, accumulator == operand);
                case Bpf.IF_GREATER ->
                        at += jump(instruction, Integer.compareUnsigned(accumulator, operand) > 0);
                case Bpf.IF_AT_LEAST ->
                        at += jump(instruction, Integer.compareUnsigned(accumulator, operand) >= 0);
                case Bpf.IF_ANY_BIT -> at += jump(instruction, (accumulator & operand) != 0);
                case Bpf.AND -> accumulator &= operand;
                case Bpf.RETURN -> {
                    return operand == Action.ALLOW.encoded();
                }
                default -> {
                    return false;
                }
            }
        }
        return false;
    }

    private static int jump(long instruction, boolean holds) {
        return (int) (instruction >>> (holds ? 16 : 24)) & 0xFF;
    }
}
