package io.bailey.sandbox.linux.sys;

/** Native access is refused to this module; the message names the flag that grants it. */
public final class NativeAccessException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NativeAccessException(Throwable cause) {
        super(NativeAccess.refusal(), cause);
    }
}
