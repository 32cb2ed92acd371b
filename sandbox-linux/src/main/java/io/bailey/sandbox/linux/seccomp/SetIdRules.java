package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Action.NO_PERMISSION;
import static io.bailey.sandbox.linux.seccomp.Action.NO_SUCH_CALL;
import static io.bailey.sandbox.linux.seccomp.Comparison.hasBit;

import java.util.ArrayList;
import java.util.List;

/**
 * Rules that let no file with a set-user-id or set-group-id bit come into being, to be tried before
 * a profile's own: such a file in a directory shared with the host would be the host's to run. The
 * calls are those of systemd's RestrictSUIDSGID (src/shared/seccomp-util.c), and fchmodat2.
 *
 * <p>Capabilities of files are the same by another name. Only who has CAP_SETFCAP can set them, and
 * a filter cannot read the attribute's name: that one sets no attribute at all.
 *
 * <p>openat2 and io_uring have the mode behind a pointer and are ENOSYS: programs fall back.
 */
public final class SetIdRules {
    private static final long[] BITS = {04000, 02000};
    private static final long O_CREAT = 0100;

    /** Without O_DIRECTORY, whose number is not everywhere the same. */
    private static final long O_TMPFILE = 0_20_000_000;

    private SetIdRules() {}

    /** The rules. */
    public static List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (long bit : BITS) {
            rules.add(Rule.of(NO_PERMISSION, "chmod fchmod mkdir mknod creat", hasBit(1, bit)));
            rules.add(Rule.of(NO_PERMISSION, "fchmodat fchmodat2 mkdirat mknodat", hasBit(2, bit)));
        }
        for (long flag : new long[] {O_CREAT, O_TMPFILE}) {
            for (long bit : BITS) {
                rules.add(Rule.of(NO_PERMISSION, "open", hasBit(1, flag), hasBit(2, bit)));
                rules.add(Rule.of(NO_PERMISSION, "openat", hasBit(2, flag), hasBit(3, bit)));
            }
        }
        rules.add(
                Rule.of(NO_PERMISSION, "setxattr lsetxattr fsetxattr setxattrat")
                        .with("CAP_SETFCAP"));
        rules.add(Rule.of(NO_SUCH_CALL, "openat2 io_uring_setup io_uring_enter io_uring_register"));
        return rules;
    }
}
