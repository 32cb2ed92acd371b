package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Shortage;

import java.nio.file.Path;

/** Turns what the kernel answers into what the user is told. */
final class StateFailure {
    private StateFailure() {}

    /**
     * What a call failed with.
     *
     * @param elsewhere the system property that names another directory
     */
    static SandboxSetupException of(int errno, String step, Path on, String elsewhere) {
        String other = "have it elsewhere: -D" + elsewhere + "=DIRECTORY";
        String advice =
                switch (errno) {
                    case Errno.ENOSPC, Errno.EDQUOT ->
                            "the disk is full; free some space, or " + other;
                    case Errno.EROFS -> "the file system is read-only; " + other;
                    case Errno.EACCES, Errno.EPERM ->
                            "this user may not write there; let it belong to the user, or " + other;
                    default -> Shortage.or(errno, other);
                };
        return new SandboxSetupException(step, Errno.name(errno), on.toString(), advice);
    }

    /** It is there, but must not be used. */
    static SandboxSetupException refused(
            String step, int errno, Path on, String why, String elsewhere) {
        return new SandboxSetupException(
                step,
                Errno.name(errno),
                on.toString(),
                why + "; have it elsewhere: -D" + elsewhere + "=DIRECTORY");
    }
}
