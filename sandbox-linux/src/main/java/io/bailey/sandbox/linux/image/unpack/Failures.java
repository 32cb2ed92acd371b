package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;

/** What went wrong, said in one way. */
final class Failures {
    private Failures() {}

    /** An entry tries what no layer may. */
    static ImageException malformed(TarEntry entry, String why) {
        return new ImageException(Kind.MALFORMED_LAYER, "unpack", subject(entry), why, "");
    }

    static ImageException malformed(String path, String why) {
        return new ImageException(Kind.MALFORMED_LAYER, "unpack", RawNames.show(path), why, "");
    }

    static ImageException limit(TarEntry entry, String why) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED,
                "unpack",
                subject(entry),
                why,
                "raise its ImageLimits if you trust it");
    }

    static ImageException tooDeep(String path, int depth) {
        return new ImageException(
                Kind.LIMIT_EXCEEDED,
                "unpack",
                RawNames.show(path),
                "it is more than " + depth + " directories deep",
                "raise ImageLimits.depth if you trust it");
    }

    /** A system call failed. */
    static ImageException call(String step, TarEntry entry, int result) {
        return failed(step, subject(entry), result);
    }

    /** A system call failed. */
    static ImageException call(String step, String path, int result) {
        return failed(step, RawNames.show(path), result);
    }

    private static ImageException failed(String step, String subject, int result) {
        return switch (-result) {
            case Errno.ENOSPC, Errno.EDQUOT ->
                    made(Kind.NO_SPACE, step, subject, result, "free space on the store's disk");
            case Errno.ENAMETOOLONG, Errno.ELOOP, Errno.ENOTDIR, Errno.EISDIR, Errno.EINVAL ->
                    made(Kind.MALFORMED_LAYER, step, subject, result, "");
            case Errno.EFBIG, Errno.EMLINK -> made(Kind.LIMIT_EXCEEDED, step, subject, result, "");
            case Errno.EOPNOTSUPP ->
                    made(
                            Kind.UNSUPPORTED,
                            step,
                            subject,
                            result,
                            "keep the store on a file system that has extended attributes");
            default -> made(Kind.STORE, step, subject, result, "");
        };
    }

    private static ImageException made(
            Kind kind, String step, String subject, int result, String fix) {
        return new ImageException(kind, step, subject, Errno.name(-result), fix);
    }

    static String subject(TarEntry entry) {
        return "entry " + entry.number() + " " + RawNames.show(entry.name());
    }
}
