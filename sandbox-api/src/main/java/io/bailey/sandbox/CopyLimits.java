package io.bailey.sandbox;

/**
 * How much {@link Container#copyIn} and {@link Container#copyOut} may copy before they fail.
 *
 * @param bytes the most bytes of content; zero for empty files, directories and links only
 * @param entries the most files, directories and links, positive
 * @since 0.1
 */
public record CopyLimits(MemorySize bytes, long entries) {
    private static final CopyLimits STANDARD = new CopyLimits(MemorySize.of(4L << 30), 1_000_000);

    /**
     * Creates limits.
     *
     * @throws SandboxConfigException if {@code entries} is not positive, or {@code bytes} negative
     */
    public CopyLimits {
        if (bytes.bytes() < 0 || entries < 1) {
            throw new SandboxConfigException(
                    "copy limits: "
                            + bytes
                            + " and "
                            + entries
                            + " entries; bytes must be zero or more, entries one or more");
        }
    }

    /**
     * Returns the default.
     *
     * @return 4 GiB and 1,000,000 entries
     */
    public static CopyLimits standard() {
        return STANDARD;
    }
}
