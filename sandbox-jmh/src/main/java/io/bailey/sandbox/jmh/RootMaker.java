package io.bailey.sandbox.jmh;

import io.bailey.sandbox.linux.mount.HostTrees;
import io.bailey.sandbox.linux.mount.HostTrees.Attempt;
import io.bailey.sandbox.linux.mount.MountFlags;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.OptionalInt;

/**
 * The root of one more sandbox of a mounted image, by Bailey's own calls. In a start the second
 * half of them is made by the sandbox's init; here the JVM makes all, so that they can be timed
 * alone.
 */
final class RootMaker {
    private static final long BYTES = 256L << 20;
    private static final int PATH = Linux.O_PATH | Linux.O_NOFOLLOW | Linux.O_CLOEXEC;

    private final Linux linux = Linux.host();
    private final HostTrees trees = new HostTrees(linux);
    private final Fd image;

    RootMaker(Fd image) {
        this.image = image;
    }

    /** A clone of the image's mount. */
    int readOnly() {
        return check(trees.cloneOf(image));
    }

    /** That, and an overlay upon it with a fresh tmpfs to write to. */
    int writable() {
        int root = readOnly();
        int scratch = check(trees.scratch(BYTES, OptionalInt.empty()));
        check(linux.mkdirat(scratch, "upper", 0755));
        check(linux.mkdirat(scratch, "work", 0755));
        int upper = check(linux.openat(scratch, "upper", PATH, 0));
        int work = check(linux.openat(scratch, "work", PATH, 0));
        int fs = check(linux.fsopen("overlay"));
        check(linux.fsconfigFd(fs, "lowerdir+", root));
        check(linux.fsconfigFd(fs, "upperdir", upper));
        check(linux.fsconfigFd(fs, "workdir", work));
        check(linux.fsconfigString(fs, "redirect_dir", "nofollow"));
        check(linux.fsconfigString(fs, "metacopy", "off"));
        check(linux.fsconfigCreate(fs));
        int mount = check(linux.fsmount(fs, MountFlags.WRITABLE.bits()));
        for (int fd : new int[] {fs, upper, work, scratch, root}) {
            linux.close(fd);
        }
        return mount;
    }

    void close(int mount) {
        linux.close(mount);
    }

    private static int check(Attempt attempt) {
        return check(attempt.result());
    }

    private static int check(int result) {
        if (result < 0) {
            throw new IllegalStateException("errno " + -result);
        }
        return result;
    }
}
