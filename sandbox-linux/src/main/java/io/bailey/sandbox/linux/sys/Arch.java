package io.bailey.sandbox.linux.sys;

import java.util.Locale;

/** The processor architectures whose system call numbers and interpreter bytes are known. */
public enum Arch {
    X86_64,
    AARCH64;

    private static final Arch CURRENT = of(System.getProperty("os.arch", ""));

    /** The architecture this JVM runs on. */
    public static Arch current() {
        return CURRENT;
    }

    static Arch of(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                    throw new UnsupportedOperationException(
                            "Bailey knows x86-64 and aarch64, not " + osArch);
        };
    }
}
