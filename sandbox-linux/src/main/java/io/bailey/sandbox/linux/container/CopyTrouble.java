package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Shortage;

/** What goes wrong when files are copied, in words. */
final class CopyTrouble {

    private CopyTrouble() {}

    /**
     * @param result −errno
     */
    static SandboxSetupException of(String step, int result, String object) {
        return new SandboxSetupException(step, Errno.name(-result), object, advice(-result));
    }

    static SandboxSetupException of(String step, String errno, String object, String advice) {
        return new SandboxSetupException(step, errno, object, advice);
    }

    /**
     * Returns the result of a call that succeeded.
     *
     * @param object whose text names it, made for an error only
     */
    static int check(int result, String step, Object object) {
        if (result < 0) {
            throw of(step, result, object.toString());
        }
        return result;
    }

    static String advice(int errno) {
        return switch (errno) {
            case Errno.ENOSPC ->
                    "what it is written to is full: the file system, or the size or the number of files that it was"
                            + " given";
            case Errno.EDQUOT -> "the quota of the file system is used up";
            case Errno.EROFS -> "it is read-only there; copy to a place that is writable";
            case Errno.EACCES, Errno.EPERM ->
                    "this user, or the sandbox's root, may not do that there: it belongs to an id that is somebody"
                            + " else's, or is immutable";
            case Errno.EOVERFLOW -> "it belongs to an id that the sandbox does not have";
            case Errno.ENOTDIR -> "there is something on the way that is no directory";
            case Errno.EISDIR -> "there is a directory of that name, which is not replaced";
            case Errno.EEXIST -> "there is something of that name which cannot be replaced";
            case Errno.ENOENT -> "it is not there, or has been removed meanwhile";
            case Errno.ELOOP ->
                    "there is a link that is not followed: in a circle, of /proc, or put there meanwhile";
            case Errno.EAGAIN ->
                    "directories on the way to it are renamed all the while; pause what does that, or try again";
            case Errno.ENAMETOOLONG -> "its path is longer than the kernel takes";
            case Errno.EBUSY -> "something is mounted there";
            case Errno.ETXTBSY -> "it is mounted there, and runs";
            case Errno.EXDEV -> "a further name of a file lies on the file system of the file";
            default -> Shortage.or(errno, "");
        };
    }
}
