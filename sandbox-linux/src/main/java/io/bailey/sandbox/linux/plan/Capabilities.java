package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Blob;

import java.util.Locale;

/**
 * Capability sets in the form of capset(2), version 3: two 32-bit halves of effective, permitted,
 * inheritable.
 */
record Capabilities(long bits) {
    private static final long VERSION_3 = 0x20080522;

    /** What the set-up uses inside its user namespace; include/uapi/linux/capability.h. */
    enum Needed {
        CAP_DAC_OVERRIDE(1),
        CAP_KILL(5),
        CAP_SETGID(6),
        CAP_SETUID(7),
        CAP_SETPCAP(8),
        CAP_NET_ADMIN(12),
        CAP_SYS_CHROOT(18),
        CAP_SYS_ADMIN(21),
        CAP_SYS_TIME(25);

        private final int number;

        Needed(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    static Capabilities upTo(int last) {
        return new Capabilities(last >= 63 ? -1 : (1L << (last + 1)) - 1);
    }

    /** What an init keeps. */
    static Capabilities forInit() {
        return new Capabilities(1L << Needed.CAP_KILL.number());
    }

    static Capabilities none() {
        return new Capabilities(0);
    }

    static Blob header() {
        return Blob.struct("{_LINUX_CAPABILITY_VERSION_3, 0}", VERSION_3);
    }

    Blob data() {
        long low = bits & 0xFFFFFFFFL;
        long high = bits >>> 32;
        String text =
                bits == 0
                        ? "{0, 0, 0}"
                        : String.format(Locale.ROOT, "{0x%1$x, 0x%1$x, 0x%1$x}", bits);
        return Blob.struct(text, low | (low << 32), low | (high << 32), high | (high << 32));
    }
}
