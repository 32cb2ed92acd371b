package io.bailey.sandbox.linux.seccomp;

/** How an argument is compared: unsigned, all 64 bits, as libseccomp's SCMP_CMP_… do. */
public enum Operator {
    NE,
    LT,
    LE,
    EQ,
    GE,
    GT,
    /** The bits of the mask have the given values. */
    MASKED_EQ
}
