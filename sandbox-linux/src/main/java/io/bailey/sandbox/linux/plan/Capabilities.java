package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Blob;

import java.util.List;
import java.util.stream.IntStream;

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
        CAP_SYS_RESOURCE(24),
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

    boolean isEmpty() {
        return bits == 0;
    }

    boolean has(int number) {
        return (bits >>> number & 1) != 0;
    }

    List<Integer> numbers() {
        return IntStream.range(0, Long.SIZE).filter(this::has).boxed().toList();
    }

    String text() {
        return "0x" + Long.toHexString(bits);
    }

    static Blob header() {
        return Blob.struct("{_LINUX_CAPABILITY_VERSION_3, 0}", VERSION_3);
    }

    /** The same in all three sets. */
    Blob data() {
        return data(bits);
    }

    /**
     * Effective and permitted only. With the bounding set empty nothing may be inheritable that was
     * not before, capabilities(7).
     */
    Blob dataNotInheritable() {
        return data(0);
    }

    private Blob data(long inheritable) {
        String set = text();
        return Blob.struct(
                "{" + set + ", " + set + ", 0x" + Long.toHexString(inheritable) + "}",
                low(bits) | (low(bits) << 32),
                low(inheritable) | (high(bits) << 32),
                high(bits) | (high(inheritable) << 32));
    }

    private static long low(long word) {
        return word & 0xFFFFFFFFL;
    }

    private static long high(long word) {
        return word >>> 32;
    }
}
