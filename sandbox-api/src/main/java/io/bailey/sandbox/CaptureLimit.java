package io.bailey.sandbox;

/** The rule for the size of captured output: it becomes one array. */
final class CaptureLimit {

    static final MemorySize DEFAULT = MemorySize.of(1L << 20);

    /**
     * The longest array that every JVM can make, see {@code
     * jdk.internal.util.ArraysSupport.SOFT_MAX_ARRAY_LENGTH}.
     */
    private static final long MAX = Integer.MAX_VALUE - 8;

    private CaptureLimit() {}

    static void check(String field, long bytes) {
        if (bytes < 1 || bytes > MAX) {
            throw new SandboxConfigException(
                    field + ": " + bytes + " bytes is out of range; accepted are 1 to " + MAX);
        }
    }
}
