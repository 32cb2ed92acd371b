package io.bailey.sandbox.linux.host;

/** {@code count} ids from {@code start} on, on the host. */
public record IdRange(long start, long count) {}
