package io.bailey.sandbox;

import java.util.Objects;

/**
 * A test of one argument of a system call: unsigned, on all 64 bits, as the kernel sees the
 * register. An argument that is an {@code int} of C has anything in its upper half; test it with
 * {@link #masked}, or a program passes by the rule (CVE-2019-10063).
 *
 * @param index which argument, 0 to 5
 * @param operator how it is compared
 * @param value with what
 * @param mask the bits that count, for {@link Operator#MASKED_EQ}; else −1
 * @since 0.1
 */
public record SeccompArgument(int index, Operator operator, long value, long mask) {

    private static final int LAST = 5;

    /**
     * How an argument is compared with a value.
     *
     * @since 0.1
     */
    public enum Operator {
        /** Not equal. */
        NE,
        /** Less than. */
        LT,
        /** Less than or equal. */
        LE,
        /** Equal. */
        EQ,
        /** Greater than or equal. */
        GE,
        /** Greater than. */
        GT,
        /** Equal in the bits of the mask. */
        MASKED_EQ
    }

    /**
     * Creates a test.
     *
     * @throws SandboxConfigException if the index is not 0 to 5, or there is a mask for an operator
     *     without one
     */
    public SeccompArgument {
        Objects.requireNonNull(operator, "operator");
        if (index < 0 || index > LAST) {
            throw new SandboxConfigException(
                    "seccomp argument: " + index + " is out of range; accepted are 0 to " + LAST);
        }
        if (operator != Operator.MASKED_EQ && mask != -1) {
            throw new SandboxConfigException(
                    "seccomp argument " + index + ": a mask is for MASKED_EQ, not for " + operator);
        }
    }

    /**
     * Returns a comparison of all 64 bits.
     *
     * @param index which argument, 0 to 5
     * @param operator how, not {@link Operator#MASKED_EQ}
     * @param value with what
     * @return the test
     * @throws SandboxConfigException if the index is out of range
     */
    public static SeccompArgument of(int index, Operator operator, long value) {
        return new SeccompArgument(index, operator, value, -1);
    }

    /**
     * Returns a test for equality of some bits.
     *
     * @param index which argument, 0 to 5
     * @param mask the bits that count
     * @param value what they must be
     * @return the test
     * @throws SandboxConfigException if the index is out of range
     */
    public static SeccompArgument masked(int index, long mask, long value) {
        return new SeccompArgument(index, Operator.MASKED_EQ, value, mask);
    }
}
