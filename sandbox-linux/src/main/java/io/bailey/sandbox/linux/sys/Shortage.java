package io.bailey.sandbox.linux.sys;

/** What helps when a process or the machine has run out of something: the same at every step. */
public final class Shortage {
    private Shortage() {}

    /** The advice for {@code errno} if it is a shortage, else {@code otherwise}. */
    public static String or(int errno, String otherwise) {
        return switch (errno) {
            case Errno.EMFILE ->
                    "this process has no file descriptors left; raise its limit (ulimit -n) or close some";
            case Errno.ENFILE ->
                    "the whole machine has no file descriptors left; raise fs.file-max";
            case Errno.ENOMEM ->
                    "the kernel has no memory for it; free some, or raise the JVM's own memory limit";
            default -> otherwise;
        };
    }

    /** Is {@code errno} one of those? */
    public static boolean is(int errno) {
        return !or(errno, "").isEmpty();
    }
}
