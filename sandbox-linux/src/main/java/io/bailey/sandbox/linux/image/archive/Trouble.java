package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Errno;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Failures of files and archives, said in one way. */
final class Trouble {
    private static final String FULL = "No space left on device";
    private static final String FREE_SPACE = "prune the store, or free some space";

    private Trouble() {}

    static ImageException io(String step, Object subject, IOException failure) {
        String reason = String.valueOf(failure.getMessage());
        return switch (failure) {
            case NoSuchFileException _ -> of(Kind.NOT_FOUND, step, subject, "it does not exist");
            case FileAlreadyExistsException _ -> of(Kind.STORE, step, subject, "it exists already");
            default ->
                    new ImageException(
                            reason.contains(FULL) ? Kind.NO_SPACE : Kind.STORE,
                            step,
                            subject.toString(),
                            reason,
                            reason.contains(FULL) ? FREE_SPACE : "",
                            failure);
        };
    }

    static ImageException errno(String step, String subject, long result) {
        int errno = (int) -result;
        Kind kind = errno == Errno.ENOSPC ? Kind.NO_SPACE : Kind.STORE;
        String fix = kind == Kind.NO_SPACE ? FREE_SPACE : "";
        return new ImageException(kind, step, subject, Errno.name(errno), fix);
    }

    static ImageException malformed(String subject, String reason) {
        return of(Kind.MALFORMED_DOCUMENT, "read archive", subject, reason);
    }

    static ImageException missing(String subject, String reason) {
        return of(Kind.NOT_FOUND, "read archive", subject, reason);
    }

    static ImageException of(Kind kind, String step, Object subject, String reason) {
        return new ImageException(kind, step, subject.toString(), reason, "");
    }
}
