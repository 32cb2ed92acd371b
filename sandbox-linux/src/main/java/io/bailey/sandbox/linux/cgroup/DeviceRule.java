package io.bailey.sandbox.linux.cgroup;

/**
 * What may be done to one device, or to many.
 *
 * @param kind character or block
 * @param major its major number, or {@link #ANY}
 * @param minor its minor number, or {@link #ANY}
 * @param access bits of {@link #MKNOD}, {@link #READ}, {@link #WRITE}; {@code BPF_DEVCG_ACC_*},
 *     include/uapi/linux/bpf.h
 */
public record DeviceRule(Kind kind, int major, int minor, int access) {
    /** Every number. */
    public static final int ANY = -1;

    public static final int MKNOD = 1;
    public static final int READ = 2;
    public static final int WRITE = 4;
    static final int ALL = MKNOD | READ | WRITE;

    /** As {@code BPF_DEVCG_DEV_*} numbers them. */
    public enum Kind {
        BLOCK(1, 'b'),
        CHARACTER(2, 'c');

        private final int number;
        private final char letter;

        Kind(int number, char letter) {
            this.number = number;
            this.letter = letter;
        }

        int number() {
            return number;
        }
    }

    public DeviceRule {
        if (major < ANY || minor < ANY || access < MKNOD || access > ALL) {
            throw new IllegalArgumentException(
                    "no rule of devices: " + kind + " " + major + ":" + minor + " " + access);
        }
    }

    /**
     * Does this rule alone grant all of {@code wanted}? The kernel does not add rules up either.
     */
    boolean grants(Kind of, int wanted, int majorNumber, int minorNumber) {
        return kind == of
                && (wanted & ~access) == 0
                && (major == ANY || major == majorNumber)
                && (minor == ANY || minor == minorNumber);
    }

    /** As {@code devices.allow} reads it: cgroup-v1/devices.rst. */
    @Override
    public String toString() {
        return kind.letter
                + " "
                + number(major)
                + ":"
                + number(minor)
                + " "
                + ((access & READ) != 0 ? "r" : "")
                + ((access & WRITE) != 0 ? "w" : "")
                + ((access & MKNOD) != 0 ? "m" : "");
    }

    private static String number(int number) {
        return number == ANY ? "*" : Integer.toString(number);
    }
}
