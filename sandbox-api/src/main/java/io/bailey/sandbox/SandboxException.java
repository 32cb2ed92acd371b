package io.bailey.sandbox;

/**
 * The root of everything this library throws on its own account. A command that ends badly is not
 * among it: that is a {@link Result}, until {@link Result#orThrow()} makes an {@link ExitException}
 * of it.
 *
 * @since 0.1
 */
public class SandboxException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception without a cause.
     *
     * @param message what failed, on what, and if known the fix
     */
    public SandboxException(String message) {
        super(message);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message what failed, on what, and if known the fix
     * @param cause the failure beneath
     */
    public SandboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
