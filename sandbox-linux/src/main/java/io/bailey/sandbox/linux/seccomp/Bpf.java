package io.bailey.sandbox.linux.seccomp;

/** Codes of classic BPF (linux/bpf_common.h) and what a filter sees (linux/seccomp.h). */
final class Bpf {
    /** BPF_MAXINSNS. */
    static final int MAX_INSTRUCTIONS = 4096;

    static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    static final int JUMP = 0x05; // BPF_JMP | BPF_JA
    static final int IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    static final int IF_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    static final int IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    static final int IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
    static final int RETURN = 0x06; // BPF_RET | BPF_K

    static final int NUMBER = 0; // offsetof(struct seccomp_data, nr)
    static final int ARCHITECTURE = 4; // offsetof(struct seccomp_data, arch)
    private static final int ARGUMENTS = 16; // offsetof(struct seccomp_data, args)

    private Bpf() {}

    /** Both architectures of ours are little-endian. */
    static int low(int argument) {
        return ARGUMENTS + argument * Long.BYTES;
    }

    static int high(int argument) {
        return low(argument) + Integer.BYTES;
    }
}
