package io.bailey.sandbox;

import java.util.List;
import java.util.Objects;

/**
 * The command could not be executed in the sandbox, though the sandbox itself was set up.
 *
 * @since 0.1
 */
public final class CommandException extends SandboxException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // holds streams of the caller; nobody is meant to serialize it
    private final Command command;

    @SuppressWarnings("serial") // an immutable list of strings
    private final List<String> tried;

    private final Reason reason;

    /**
     * Why a command could not be executed.
     *
     * @since 0.1
     */
    public enum Reason {
        /** No such file in any of the places tried ({@code ENOENT}, {@code ENOTDIR}). */
        NOT_FOUND("not found"),

        /**
         * A file is there, but it may not or cannot be executed ({@code EACCES}, {@code ENOEXEC}),
         * such as one without an execute permission, of another architecture, or whose interpreter
         * is missing.
         */
        NOT_EXECUTABLE("not executable");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    /**
     * Creates an exception whose message names the command, the reason and the places tried.
     *
     * @param command the command
     * @param tried the paths inside the sandbox that were tried, in order; immutable copies are
     *     kept
     * @param reason why it could not be executed
     */
    public CommandException(Command command, List<String> tried, Reason reason) {
        super(message(command, tried, reason));
        this.command = command;
        this.tried = List.copyOf(tried);
        this.reason = reason;
    }

    /**
     * Returns the command.
     *
     * @return the command as it was given
     */
    public Command command() {
        return command;
    }

    /**
     * Returns the paths that were tried.
     *
     * @return paths inside the sandbox, in order; immutable
     */
    public List<String> tried() {
        return tried;
    }

    /**
     * Returns why the command could not be executed.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    private static String message(Command command, List<String> tried, Reason reason) {
        Objects.requireNonNull(reason, "reason");
        String places = tried.isEmpty() ? "" : " (tried " + String.join(", ", tried) + ")";
        return Text.quote(command.arguments().getFirst())
                + " is "
                + reason.words
                + " in the sandbox"
                + places;
    }
}
