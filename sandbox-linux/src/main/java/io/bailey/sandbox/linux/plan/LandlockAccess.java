package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Argument;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The rights on files that Landlock knows, each with its bit and the ABI that brought it:
 * landlock(7), {@code include/uapi/linux/landlock.h}.
 */
enum LandlockAccess {
    EXECUTE(0, 1),
    WRITE_FILE(1, 1),
    READ_FILE(2, 1),
    READ_DIR(3, 1),
    REMOVE_DIR(4, 1),
    REMOVE_FILE(5, 1),
    MAKE_CHAR(6, 1),
    MAKE_DIR(7, 1),
    MAKE_REG(8, 1),
    MAKE_SOCK(9, 1),
    MAKE_FIFO(10, 1),
    MAKE_BLOCK(11, 1),
    MAKE_SYM(12, 1),
    REFER(13, 2),
    TRUNCATE(14, 3),
    IOCTL_DEV(15, 5),
    RESOLVE_UNIX(16, 9);

    private final int bit;
    private final int abi;

    LandlockAccess(int bit, int abi) {
        this.bit = bit;
        this.abi = abi;
    }

    /** To read and to run. */
    static final Set<LandlockAccess> READ = EnumSet.of(EXECUTE, READ_FILE, READ_DIR);

    /** All that can be done to a file that is there; the kernel takes no more for one. */
    static final Set<LandlockAccess> OF_A_FILE =
            EnumSet.of(EXECUTE, WRITE_FILE, READ_FILE, TRUNCATE, IOCTL_DEV, RESOLVE_UNIX);

    /** Files of the kernel and devices: read and written, never made nor executed. */
    static final Set<LandlockAccess> KERNEL_FILES =
            EnumSet.of(WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV);

    /** Everything but device nodes. */
    static final Set<LandlockAccess> WRITE =
            EnumSet.complementOf(EnumSet.of(MAKE_CHAR, MAKE_BLOCK));

    static final Set<LandlockAccess> ALL = EnumSet.allOf(LandlockAccess.class);

    /** Those of {@code wanted} that {@code abi} knows. */
    static long bits(Collection<LandlockAccess> wanted, int abi) {
        long bits = 0;
        for (LandlockAccess access : wanted) {
            bits |= access.abi <= abi ? 1L << access.bit : 0;
        }
        return bits;
    }

    static String names(Collection<LandlockAccess> wanted, int abi) {
        List<String> names = new ArrayList<>();
        for (LandlockAccess access : wanted) {
            if (access.abi <= abi) {
                names.add(access.name().toLowerCase(Locale.ROOT));
            }
        }
        return String.join("|", names);
    }

    static Argument argument(Collection<LandlockAccess> wanted, int abi) {
        return Argument.flags(names(wanted, abi), bits(wanted, abi));
    }
}
