package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Shortage;

import java.nio.file.Path;

/** Turns what the kernel answers into what the user is told. */
final class StoreFailure {
    private StoreFailure() {}

    /**
     * What a call failed with.
     *
     * @param needed the bytes that were asked for; 0 if unknown
     * @param available the bytes that are free; negative if unknown
     */
    static ImageException of(
            int errno, String step, String subject, Path store, long needed, long available) {
        return switch (errno) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                    new ImageException(
                            Kind.NO_SPACE,
                            step,
                            subject,
                            space(errno, needed, available),
                            "prune the store " + store + ", free some space, or have it elsewhere");
            case Errno.EROFS ->
                    store(
                            step,
                            subject,
                            "the file system is read-only (EROFS)",
                            "have the store elsewhere, or name this one as a read-only store");
            case Errno.EACCES, Errno.EPERM ->
                    store(
                            step,
                            subject,
                            "this user may not (" + Errno.name(errno) + ")",
                            "let " + store + " belong to the user, or have the store elsewhere");
            default -> store(step, subject, Errno.name(errno), Shortage.or(errno, ""));
        };
    }

    private static String space(int errno, long needed, long available) {
        String full = errno == Errno.EDQUOT ? "the quota is used up" : "the disk is full";
        String wants = needed > 0 ? "; it needs " + needed + " bytes" : "";
        String has = available >= 0 ? ", " + available + " are free" : "";
        return full
                + wants
                + (wants.isEmpty() && !has.isEmpty() ? "; bytes free: " + available : has)
                + " ("
                + Errno.name(errno)
                + ")";
    }

    static ImageException store(String step, String subject, String reason, String fix) {
        return new ImageException(Kind.STORE, step, subject, reason, fix);
    }

    /** Sets the thread's flag again. */
    static ImageException interrupted(String step, String subject) {
        Thread.currentThread().interrupt();
        return new ImageException(
                Kind.INTERRUPTED, step, subject, "the thread was interrupted", "");
    }
}
