package io.bailey.sandbox;

import java.util.Objects;

/**
 * A step of setting up a sandbox failed, before the command was executed. Everything set up until
 * then is gone again.
 *
 * @since 0.1
 */
public final class SandboxSetupException extends SandboxException {

    private static final long serialVersionUID = 1L;

    private final String step;
    private final String errno;
    private final String object;

    /**
     * Creates an exception whose message reads {@code mount proc on /proc: EPERM — the host masks
     * /proc}.
     *
     * @param step what was done, such as {@code mount proc}
     * @param errno the error's name, such as {@code EPERM}, see {@code errno(3)}
     * @param object what it was done to, such as {@code /proc}; empty if to nothing in particular
     * @param advice the likely cause and the fix; empty if unknown
     */
    public SandboxSetupException(String step, String errno, String object, String advice) {
        super(message(step, errno, object, advice));
        this.step = step;
        this.errno = errno;
        this.object = object;
    }

    /**
     * Creates an exception with a cause.
     *
     * @param step what was done, such as {@code mount proc}
     * @param errno the error's name, such as {@code EPERM}, see {@code errno(3)}
     * @param object what it was done to, such as {@code /proc}; empty if to nothing in particular
     * @param advice the likely cause and the fix; empty if unknown
     * @param cause the failure beneath
     */
    public SandboxSetupException(
            String step, String errno, String object, String advice, Throwable cause) {
        super(message(step, errno, object, advice), cause);
        this.step = step;
        this.errno = errno;
        this.object = object;
    }

    /**
     * Returns what was done.
     *
     * @return the step, such as {@code mount proc}
     */
    public String step() {
        return step;
    }

    /**
     * Returns the name of the error.
     *
     * @return a name of {@code errno(3)}, such as {@code EPERM}
     */
    public String errno() {
        return errno;
    }

    /**
     * Returns what the step was done to.
     *
     * @return a path, a file of a cgroup or the like; empty if there is none
     */
    public String object() {
        return object;
    }

    private static String message(String step, String errno, String object, String advice) {
        Objects.requireNonNull(step, "step");
        Objects.requireNonNull(errno, "errno");
        String where = object.isEmpty() ? "" : " on " + object;
        String why = advice.isEmpty() ? "" : " — " + advice;
        return step + where + ": " + errno + why;
    }
}
