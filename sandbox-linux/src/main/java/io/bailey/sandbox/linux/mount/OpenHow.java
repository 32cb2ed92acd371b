package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.sys.Linux;

/** {@code struct open_how} of openat2(2), for files in a root whose inmates are enemies. */
public final class OpenHow {
    public static final int BYTES = 24;

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int RESOLVE_IN_ROOT = 0x10;

    private OpenHow() {}

    /** A directory that a path in the root leads to, over links too, but not over magic ones. */
    public static Blob directoryInRoot() {
        return how(
                "{flags=O_PATH|O_DIRECTORY|O_CLOEXEC, resolve=RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS}",
                Linux.O_PATH | Linux.O_DIRECTORY,
                0,
                RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    /** A directory that a name means, and no link. */
    public static Blob directory() {
        return how(
                "{flags=O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC,"
                        + " resolve=RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS}",
                Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW,
                0,
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    }

    /** A file to write anew. A FIFO that somebody has put there must not hold its opener. */
    public static Blob newFile() {
        return how(
                "{flags=O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC, mode=0600,"
                        + " resolve=RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS}",
                Linux.O_WRONLY
                        | Linux.O_CREAT
                        | Linux.O_TRUNC
                        | Linux.O_NOFOLLOW
                        | Linux.O_NONBLOCK,
                0600,
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    }

    /** A file that is there, to write more to. */
    public static Blob oldFile() {
        return how(
                "{flags=O_WRONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC,"
                        + " resolve=RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS}",
                Linux.O_WRONLY | Linux.O_NOFOLLOW | Linux.O_NONBLOCK,
                0,
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    }

    private static Blob how(String text, long flags, long mode, long resolve) {
        return Blob.struct(text, flags | Linux.O_CLOEXEC, mode, resolve);
    }
}
