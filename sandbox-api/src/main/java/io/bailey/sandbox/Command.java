package io.bailey.sandbox;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A program to execute in a sandbox, its arguments, its streams, and what differs from the
 * sandbox's own settings.
 *
 * <p>Immutable: each method that changes something returns a changed copy, so a command may be kept
 * and shared. It may be run any number of times, unless its input is a stream.
 *
 * {@snippet :
 * Command sort = Command.of("sort", "-u").stdin(Input.of("b\na\n")).timeout(Duration.ofSeconds(5));
 * }
 *
 * <p>The first argument is the program. With a slash in it, it is a path inside the sandbox;
 * without one, it is searched for in the {@code PATH} of the command's environment, or in the usual
 * system directories if that has none. There is no shell in between. Each argument, and each
 * variable with its value, is at most 131,071 bytes of UTF-8 ({@code MAX_ARG_STRLEN} of {@code
 * execve(2)}) and has no NUL.
 *
 * @param arguments the program and its arguments; at least one, the first not empty; immutable
 * @param input standard input
 * @param output standard output
 * @param errorOutput standard error
 * @param environment variables on top of the sandbox's own; immutable, in the order they were set
 * @param workingDirectory an absolute path inside the sandbox; empty for the sandbox's own
 * @param runAs a user inside the sandbox; empty for the sandbox's own
 * @param wallTimeout the longest this command may run; the sandbox's own timeout holds as well
 * @param terminal a terminal for it; then {@code input} is typed there, {@code output} is what
 *     appears there, and {@code errorOutput} is of no account
 * @since 0.1
 */
public record Command(
        List<String> arguments,
        Input input,
        Output output,
        Output errorOutput,
        Map<String, String> environment,
        Optional<String> workingDirectory,
        Optional<User> runAs,
        Optional<Duration> wallTimeout,
        Optional<Terminal> terminal) {

    /**
     * Creates a command; {@link #of(String...)} is the shorter way.
     *
     * @throws SandboxConfigException if a value is not as described above
     */
    public Command {
        arguments = List.copyOf(arguments);
        checkArguments(arguments);
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(errorOutput, "errorOutput");
        environment = Variable.copy(environment);
        workingDirectory.ifPresent(path -> InsidePath.absolute("workdir", path));
        Objects.requireNonNull(runAs, "runAs");
        wallTimeout.ifPresent(limit -> Durations.positive("timeout", limit));
        Objects.requireNonNull(terminal, "terminal");
    }

    /**
     * Returns a command with empty input, captured output, and nothing else that differs from the
     * sandbox.
     *
     * @param arguments the program and its arguments
     * @return the command
     * @throws SandboxConfigException if there is no argument, the first is empty, or one has a NUL
     *     or is too long
     */
    public static Command of(String... arguments) {
        return of(List.of(arguments));
    }

    /**
     * Returns a command with empty input, captured output, and nothing else that differs from the
     * sandbox.
     *
     * @param arguments the program and its arguments; copied
     * @return the command
     * @throws SandboxConfigException if there is no argument, the first is empty, or one has a NUL
     *     or is too long
     */
    public static Command of(List<String> arguments) {
        return new Command(
                arguments,
                Input.empty(),
                Output.capture(),
                Output.capture(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Returns the program and its arguments: the short name of {@link #arguments()}.
     *
     * @return an immutable list, never empty
     */
    public List<String> args() {
        return arguments;
    }

    /**
     * Returns a copy with another standard input.
     *
     * @param input what the command reads; the default is {@link Input#empty()}
     * @return the changed copy
     */
    public Command stdin(Input input) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                runAs,
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy with another standard output.
     *
     * @param output where it goes; the default is {@link Output#capture()}
     * @return the changed copy
     */
    public Command stdout(Output output) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                runAs,
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy with another standard error.
     *
     * @param errorOutput where it goes; the default is {@link Output#capture()}
     * @return the changed copy
     */
    public Command stderr(Output errorOutput) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                runAs,
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy with a variable more, over one of the same name in this command or in the
     * sandbox.
     *
     * @param name the name, not empty and without {@code =}
     * @param value the value, may be empty
     * @return the changed copy
     * @throws SandboxConfigException if the name is not as described, or one of the two has a NUL
     *     or is too long
     */
    public Command env(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                more,
                workingDirectory,
                runAs,
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy that starts in another directory.
     *
     * @param path an absolute, normalized path inside the sandbox, at most 4,095 bytes
     * @return the changed copy
     * @throws SandboxConfigException if the path is not as described
     */
    public Command workdir(String path) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                Optional.of(path),
                runAs,
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy that runs as another user of the sandbox.
     *
     * @param user {@code user} or {@code user:group}, names or numbers, see {@link User}
     * @return the changed copy
     * @throws SandboxConfigException if that is not a user
     */
    public Command user(String user) {
        return user(User.parse(user));
    }

    /**
     * Returns a copy that runs as another user of the sandbox.
     *
     * @param uid the user id inside the sandbox, not negative
     * @param gid the group id inside the sandbox, not negative
     * @return the changed copy
     * @throws SandboxConfigException if one of them is negative
     */
    public Command user(int uid, int gid) {
        return user(User.of(uid, gid));
    }

    private Command user(User user) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                Optional.of(user),
                wallTimeout,
                terminal);
    }

    /**
     * Returns a copy with a time limit of its own. It can only tighten: the sandbox's timeout holds
     * as well.
     *
     * @param limit the longest this command may run, by the wall clock; positive, at most some 292
     *     years
     * @return the changed copy
     * @throws SandboxConfigException if the limit is out of range
     */
    public Command timeout(Duration limit) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                runAs,
                Optional.of(limit),
                terminal);
    }

    /**
     * Returns a copy that runs in a terminal: what is its standard input is typed there, what would
     * be its standard output is all that appears there.
     *
     * @param terminal the terminal's size and mode
     * @return the changed copy
     */
    public Command terminal(Terminal terminal) {
        return new Command(
                arguments,
                input,
                output,
                errorOutput,
                environment,
                workingDirectory,
                runAs,
                wallTimeout,
                Optional.of(terminal));
    }

    /**
     * Returns the arguments, quoted. Variables and input are left out: they may be secrets.
     *
     * @return the arguments for people, not for a shell
     */
    @Override
    public String toString() {
        return arguments.stream()
                .map(Text::quote)
                .collect(Collectors.joining(", ", "Command[", "]"));
    }

    private static void checkArguments(List<String> arguments) {
        if (arguments.isEmpty()) {
            throw new SandboxConfigException("command: needs at least one argument, the program");
        }
        if (arguments.getFirst().isEmpty()) {
            throw new SandboxConfigException(
                    "command: the first argument, the program, must not be empty");
        }
        for (int i = 0; i < arguments.size(); i++) {
            Text.bounded("command argument " + i, arguments.get(i), Variable.MAX_STRING_BYTES);
        }
    }
}
