package io.bailey.sandbox.linux.seccomp;

/**
 * One comparison of an argument.
 *
 * @param index 0 to 5
 * @param value what the argument is compared with; with {@link Operator#MASKED_EQ} the mask
 * @param datum with {@link Operator#MASKED_EQ} what the masked argument must be; not used otherwise
 */
public record Comparison(int index, Operator operator, long value, long datum) {
    private static final int MAX_INDEX = 5;

    /** What the kernel looks at of an argument that is an int: programs may leave dirt above it. */
    static final long INT = 0xFFFF_FFFFL;

    public Comparison {
        if (index < 0 || index > MAX_INDEX) {
            throw new ProfileException("a system call has arguments 0 to 5, not " + index);
        }
    }

    /** All but {@link Operator#MASKED_EQ}. */
    public static Comparison of(int index, Operator operator, long value) {
        return new Comparison(index, operator, value, 0);
    }

    /** (argument &amp; mask) == datum. */
    public static Comparison masked(int index, long mask, long datum) {
        return new Comparison(index, Operator.MASKED_EQ, mask, datum);
    }

    /**
     * The argument as an int is {@code value}. What is compared whole instead can be walked around
     * with dirt in the upper half (CVE-2019-10063).
     */
    static Comparison isInt(int index, int value) {
        return masked(index, INT, value & INT);
    }

    /** One of the bits is set. */
    static Comparison hasBit(int index, long bit) {
        return masked(index, bit, bit);
    }
}
