package io.bailey.sandbox.linux.seccomp;

/** The first two numbers of uname -r. */
public record KernelVersion(int major, int minor) {

    boolean isAtLeast(KernelVersion other) {
        return major != other.major ? major > other.major : minor >= other.minor;
    }
}
