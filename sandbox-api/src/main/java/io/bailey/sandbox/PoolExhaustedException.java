package io.bailey.sandbox;

/**
 * No sandbox of a {@link Pool} waited for a command, and the pool was told not to start one cold.
 * Its cause, if it has one, is why the last could not be prepared.
 *
 * @since 0.1
 */
public final class PoolExhaustedException extends SandboxException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception without a cause.
     *
     * @param message what was waited for, and the fix
     */
    public PoolExhaustedException(String message) {
        super(message);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param message what was waited for, and the fix
     * @param cause why the last sandbox could not be prepared
     */
    public PoolExhaustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
