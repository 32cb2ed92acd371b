package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Errno;

/**
 * A step on the JVM's side of a launch failed; the container room says what it means to the user.
 */
public final class LaunchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String step;
    private final String object;
    private final int errno;

    public LaunchException(String step, String object, int errno) {
        super(step + " " + object + ": " + Errno.name(errno));
        this.step = step;
        this.object = object;
        this.errno = errno;
    }

    /** Passes a result on, or throws when it is a −errno. */
    public static int check(int result, String step, String object) {
        if (result < 0) {
            throw new LaunchException(step, object, -result);
        }
        return result;
    }

    public String step() {
        return step;
    }

    public String object() {
        return object;
    }

    public int errno() {
        return errno;
    }
}
