package io.bailey.sandbox.linux.seccomp;

/**
 * A system call convention that a filter can tell apart, by the names of linux/audit.h, of Docker
 * (which are Go's) and of libseccomp.
 */
public enum Architecture {
    X86_64(0xC000_003E, "amd64"),
    I386(0x4000_0003, "x86"),
    /** Has the number of {@link #X86_64}: only a bit of the system call's number tells it. */
    X32(0xC000_003E, "x32"),
    AARCH64(0xC000_00B7, "arm64");

    /** __X32_SYSCALL_BIT of asm/unistd.h. */
    static final int X32_BIT = 0x4000_0000;

    private final int auditNumber;
    private final String dockerName;

    Architecture(int auditNumber, String dockerName) {
        this.auditNumber = auditNumber;
        this.dockerName = dockerName;
    }

    /** AUDIT_ARCH_…, as the kernel gives it to a filter. */
    public int auditNumber() {
        return auditNumber;
    }

    /** As Docker's documents call it in "includes" and "excludes". */
    String dockerName() {
        return dockerName;
    }
}
