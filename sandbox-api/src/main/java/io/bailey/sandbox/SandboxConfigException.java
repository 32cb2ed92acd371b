package io.bailey.sandbox;

/**
 * A setting that cannot be, or two that contradict each other. The message names the setting and
 * the values.
 *
 * @since 0.1
 */
public final class SandboxConfigException extends SandboxException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the setting, the value given, and what is accepted
     */
    public SandboxConfigException(String message) {
        super(message);
    }
}
