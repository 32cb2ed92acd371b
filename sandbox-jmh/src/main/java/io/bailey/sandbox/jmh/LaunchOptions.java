package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a launched command may use: {@code cpuset=1;memory=512M}, as people write it behind {@code
 * -prof}.
 *
 * @param limits the settings that stand for a limit, by name, in the order they were given
 * @param readOnly directories and files to show besides what the command line names
 * @param writable those that may be written to
 * @param walls whether with the standard seccomp filter and Landlock
 */
record LaunchOptions(
        Map<String, String> limits, List<Path> readOnly, List<Path> writable, boolean walls) {
    static final String HELP =
            """
            cpuset=LIST   the processors to run on, such as 1 or 0-3,8
            cpus=NUMBER   the most processor time a second, such as 1.5
            memory=SIZE   the most memory, such as 512M; the JVM sizes its heap by it
            pids=NUMBER   the most processes and threads
            read=PATH     one more file or directory to show, for reading; may be repeated
            write=PATH    one more for reading and writing; may be repeated
            walls=BOOL    true for the standard seccomp filter and Landlock, which cost something
                          at each system call; the default is false\
            """;

    private static final Set<String> LIMITS = Set.of("cpuset", "cpus", "memory", "pids");

    /**
     * Reads the text.
     *
     * @param text settings {@code name=value}, separated by semicolons; may be empty
     * @throws SandboxConfigException if it cannot be read; the message names the setting, the value
     *     and what could be there
     */
    static LaunchOptions parse(String text) {
        Map<String, String> limits = new LinkedHashMap<>();
        List<Path> readOnly = new ArrayList<>();
        List<Path> writable = new ArrayList<>();
        boolean walls = false;
        for (String setting : text.split(";", -1)) {
            if (setting.isBlank()) {
                continue;
            }
            int equals = setting.indexOf('=');
            if (equals < 0) {
                throw wrong(setting.strip(), "has no value");
            }
            String name = setting.substring(0, equals).strip();
            String value = setting.substring(equals + 1).strip();
            if (value.isEmpty()) {
                throw wrong(name, "has no value");
            }
            switch (name) {
                case "read" -> readOnly.add(Path.of(value).toAbsolutePath().normalize());
                case "write" -> writable.add(Path.of(value).toAbsolutePath().normalize());
                case "walls" -> walls = bool(name, value);
                default -> addLimit(limits, name, value);
            }
        }
        LaunchOptions options =
                new LaunchOptions(
                        Map.copyOf(limits), List.copyOf(readOnly), List.copyOf(writable), walls);
        options.applyTo(Sandbox.builder());
        return options;
    }

    private static void addLimit(Map<String, String> limits, String name, String value) {
        if (!LIMITS.contains(name)) {
            throw wrong(name, "is not known");
        }
        if (limits.putIfAbsent(name, value) != null) {
            throw wrong(name, "is there twice");
        }
    }

    private static boolean bool(String name, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(name, "is \"" + value + "\", neither true nor false");
        };
    }

    /** The most memory, in the words of the option; empty for as much as there is. */
    Optional<String> memory() {
        return Optional.ofNullable(limits.get("memory"));
    }

    /** Sets the limits. Each setter looks at its value. */
    void applyTo(Sandbox.Builder builder) {
        limits.forEach((name, value) -> {
            switch (name) {
                case "cpuset" -> builder.cpuset(value);
                case "cpus" -> builder.cpus(number(name, value, Double::valueOf));
                case "memory" -> builder.memory(value);
                case "pids" -> builder.pids(number(name, value, Integer::valueOf));
                default -> throw new IllegalStateException(name);
            }
        });
    }

    private static <N extends Number> N number(
            String name, String value, java.util.function.Function<String, N> reader) {
        try {
            return reader.apply(value);
        } catch (NumberFormatException e) {
            throw (SandboxConfigException)
                    wrong(name, "is \"" + value + "\", not a number").initCause(e);
        }
    }

    private static SandboxConfigException wrong(String name, String what) {
        return new SandboxConfigException(
                "the option \"" + name + "\" " + what + ". Options, separated by \";\":\n" + HELP);
    }
}
