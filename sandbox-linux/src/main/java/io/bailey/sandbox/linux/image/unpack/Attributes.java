package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives files their owner, extended attributes, mode and times, in this order: a change of owner
 * clears set-user-id and capabilities, an ordinary user can set attributes only while the mode lets
 * it write, and the times are to stay.
 */
final class Attributes {
    /** What a directory is like that nobody describes. */
    static final int IMPLIED_MODE = 0755;

    /** The host's labels and signatures, which no image can know. */
    private static final Set<String> FOREIGN =
            Set.of("security.selinux", "security.ima", "security.evm");

    private static final String POSIX_DEFAULT_ACL = "system.posix_acl_default";
    private static final long NOBODY = 0xFFFF_FFFFL;

    private final FileCalls calls;
    private final boolean privileged;
    private final int uid;
    private final int gid;
    private final Map<String, Long> leftOut = new TreeMap<>();

    Attributes(FileCalls calls, UnpackOptions options) {
        this.calls = calls;
        this.privileged = options.isPrivileged();
        this.uid = calls.geteuid();
        this.gid = calls.getegid();
    }

    /** Extended attributes that were left out, by name, and how often. */
    Map<String, Long> leftOut() {
        return leftOut;
    }

    /**
     * May an archive have it? Overlay's own marks would hide or redirect what lower layers have.
     */
    static boolean isTaken(String attribute) {
        return !attribute.startsWith("trusted.overlay.")
                && !attribute.startsWith("user.overlay.")
                && !FOREIGN.contains(attribute);
    }

    /** Makes a directory give nothing to what is made in it: no group, no access control list. */
    void prepare(int root) {
        calls.fremovexattr(root, POSIX_DEFAULT_ACL);
        if (privileged) {
            check("set owner", "", calls.fchownat(root, "", uid, gid, Linux.AT_EMPTY_PATH));
        }
        check("set mode", "", calls.fchmod(root, 0700));
    }

    /**
     * Describes an open file or directory.
     *
     * @param born whether it was made with its mode
     */
    void describe(int fd, TarEntry entry, boolean born) {
        if (isOthers(entry)) {
            own(fd, "", entry, Linux.AT_EMPTY_PATH);
        }
        extend(fd, entry);
        if (!born) {
            check("set mode", entry, calls.fchmod(fd, entry.mode()));
        }
        check("set times", entry, calls.futimens(fd, entry.seconds(), entry.nanos()));
    }

    /** Describes a directory that has no entry. */
    void describeImplied(int fd, String path) {
        if (privileged && (uid != 0 || gid != 0)) {
            check("set owner", path, calls.fchownat(fd, "", 0, 0, Linux.AT_EMPTY_PATH));
        }
        check("set mode", path, calls.fchmod(fd, IMPLIED_MODE));
        check("set times", path, calls.futimens(fd, 0, 0));
    }

    /** Describes what cannot be opened: a link, a device, a pipe. */
    void describe(int directory, String name, TarEntry entry) {
        if (isOthers(entry)) {
            own(directory, name, entry, FileCalls.AT_SYMLINK_NOFOLLOW);
        }
        entry.xattrs()
                .forEach((attribute, value) -> {
                    if (isTaken(attribute)) {
                        judge(entry, attribute, calls.lsetxattr(directory, name, attribute, value));
                    }
                });
        if (entry.type() != TarEntry.Type.SYMBOLIC_LINK) {
            check("set mode", entry, calls.fchmodat(directory, name, entry.mode()));
        }
        int result = calls.utimensat(directory, name, entry.seconds(), entry.nanos());
        check("set times", entry, result);
    }

    /** Is a file that was made with its mode done with its times? */
    boolean needsTimesOnly(TarEntry entry) {
        return !isOthers(entry) && entry.xattrs().isEmpty();
    }

    private boolean isOthers(TarEntry entry) {
        return privileged && (entry.uid() != uid || entry.gid() != gid);
    }

    private void own(int fd, String name, TarEntry entry, int flags) {
        // −1 means "leave it" to chown(2).
        if (entry.uid() < 0 || entry.uid() >= NOBODY || entry.gid() < 0 || entry.gid() >= NOBODY) {
            throw Failures.malformed(
                    entry, "its owner " + entry.uid() + ":" + entry.gid() + " cannot be");
        }
        check(
                "set owner",
                entry,
                calls.fchownat(fd, name, (int) entry.uid(), (int) entry.gid(), flags));
    }

    private void extend(int fd, TarEntry entry) {
        if (entry.xattrs().isEmpty()) {
            return;
        }
        entry.xattrs()
                .forEach((attribute, value) -> {
                    if (isTaken(attribute)) {
                        judge(entry, attribute, calls.fsetxattr(fd, attribute, value));
                    }
                });
    }

    /** What this file system or this user cannot have is counted, not an error. */
    private void judge(TarEntry entry, String attribute, int result) {
        if (result == -Errno.EOPNOTSUPP || (isDenied(result) && mayBeDenied(entry, attribute))) {
            leftOut.merge(attribute, 1L, Long::sum);
        } else if (result == -Errno.ERANGE || result == -Errno.E2BIG) {
            throw Failures.malformed(entry, "its attribute " + attribute + " is too large");
        } else {
            check("set attribute " + attribute, entry, result);
        }
    }

    private static boolean isDenied(int result) {
        return result == -Errno.EPERM || result == -Errno.EACCES;
    }

    /** Only files and directories have user attributes, xattr(7). */
    private boolean mayBeDenied(TarEntry entry, String attribute) {
        return !privileged
                || (attribute.startsWith("user.")
                        && entry.type() != TarEntry.Type.FILE
                        && entry.type() != TarEntry.Type.DIRECTORY);
    }

    private static void check(String step, TarEntry entry, int result) {
        if (result < 0) {
            throw Failures.call(step, entry, result);
        }
    }

    private static void check(String step, String path, int result) {
        if (result < 0) {
            throw Failures.call(step, path, result);
        }
    }
}
