package io.bailey.sandbox.linux.sys;

/**
 * One system call: its number and up to six arguments in, its value or −errno out. The single
 * adapter between Bailey and the kernel; tests put a fake in its place to inject the faults a
 * healthy machine does not show.
 */
@FunctionalInterface
public interface SystemCall {

    /** Makes the call {@code sys} with the given register values. Returns the result, or −errno. */
    long invoke(Sys sys, long a, long b, long c, long d, long e, long f);
}
