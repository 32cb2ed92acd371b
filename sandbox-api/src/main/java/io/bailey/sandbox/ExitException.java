package io.bailey.sandbox;

/**
 * Thrown by {@link Result#orThrow()} for a command that did not exit with 0. The message says how
 * it ended and repeats the end of its standard error, at most 2,000 characters.
 *
 * @since 0.1
 */
public final class ExitException extends SandboxException {

    private static final long serialVersionUID = 1L;

    private static final int TAIL = 2_000;

    @SuppressWarnings("serial") // a record of values; nobody is meant to serialize it
    private final Result result;

    /**
     * Creates an exception for a result.
     *
     * @param result what came of the command
     */
    public ExitException(Result result) {
        super(message(result));
        this.result = result;
    }

    /**
     * Returns the whole result, with everything that was captured.
     *
     * @return the result
     */
    public Result result() {
        return result;
    }

    private static String message(Result result) {
        String tail = tail(result.stderr().strip());
        String ending = "the command did not exit with 0: " + result.termination().describe();
        return tail.isEmpty() ? ending : ending + "; the end of its standard error:\n" + tail;
    }

    private static String tail(String text) {
        return text.length() <= TAIL ? text : "…" + text.substring(text.length() - TAIL);
    }
}
