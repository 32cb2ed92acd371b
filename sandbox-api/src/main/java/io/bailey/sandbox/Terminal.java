package io.bailey.sandbox;

/**
 * A terminal for a command: standard input, output and error are one pseudo-terminal of the
 * sandbox, {@code pty(7)}, which is the command's controlling terminal.
 *
 * {@snippet :
 * SandboxProcess shell = container.startExec(Command.of("sh").terminal(Terminal.of(120, 40)));
 * }
 *
 * @param columns the width in characters, 1 to 65,535
 * @param rows the height in lines, 1 to 65,535
 * @param raw whether every byte passes as it is, {@code cfmakeraw(3)}: no echo, no line editing, no
 *     signals from control characters; a command may change that itself
 * @since 0.1
 */
public record Terminal(int columns, int rows, boolean raw) {
    private static final int MAX = 65_535;

    /**
     * Creates a terminal.
     *
     * @throws SandboxConfigException if a size is out of range
     */
    public Terminal {
        check("columns", columns);
        check("rows", rows);
    }

    /**
     * Returns a terminal that edits lines and echoes, as a new one does.
     *
     * @param columns the width in characters, 1 to 65,535
     * @param rows the height in lines, 1 to 65,535
     * @return the terminal
     * @throws SandboxConfigException if a size is out of range
     */
    public static Terminal of(int columns, int rows) {
        return new Terminal(columns, rows, false);
    }

    /**
     * Returns a copy that passes every byte as it is.
     *
     * @return the changed copy
     */
    public Terminal asRaw() {
        return new Terminal(columns, rows, true);
    }

    private static void check(String field, int value) {
        if (value < 1 || value > MAX) {
            throw new SandboxConfigException(
                    "terminal " + field + ": " + value + " is not 1 to " + MAX);
        }
    }
}
