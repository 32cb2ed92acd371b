package io.bailey.sandbox.linux.seccomp;

/** A profile that cannot be read, cannot be compiled or would let nothing start. */
public final class ProfileException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    ProfileException(String message) {
        super(message);
    }

    ProfileException(String message, Throwable cause) {
        super(message, cause);
    }
}
