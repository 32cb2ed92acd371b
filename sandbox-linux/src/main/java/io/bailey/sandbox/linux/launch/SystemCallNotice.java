package io.bailey.sandbox.linux.launch;

/**
 * A system call that a filter has told of.
 *
 * @param number its number
 * @param arch whose number that is, an AUDIT_ARCH value of {@code linux/audit.h}
 */
public record SystemCallNotice(int number, int arch) {}
