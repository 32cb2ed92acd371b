package io.bailey.sandbox.linux.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process of the host, told apart from one that gets its number later by the time of its start,
 * proc_pid_stat(5).
 */
record Proc(long pid, long startTime) {
    private static final int STATE = 0;
    private static final int START_TIME = 19;

    /** Whoever has the number now. */
    static Optional<Proc> of(long pid) {
        return fields(pid).map(fields -> new Proc(pid, Long.parseLong(fields.get(START_TIME))));
    }

    /** Still there, and not only as an entry that waits to be reaped. */
    boolean isAlive() {
        return fields(pid)
                .filter(fields -> Long.parseLong(fields.get(START_TIME)) == startTime)
                .filter(fields -> !List.of("Z", "X").contains(fields.get(STATE)))
                .isPresent();
    }

    /** What follows the name, which may itself hold anything. */
    private static Optional<List<String>> fields(long pid) {
        try {
            String stat = Files.readString(file(pid, "stat"), StandardCharsets.ISO_8859_1);
            return Optional.of(
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ")));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** The host's processes that have {@code argument} on their command line. */
    static List<Long> withArgument(String argument) {
        return Sandboxes.list(Path.of("/proc")).stream()
                .filter(name -> name.chars().allMatch(Character::isDigit))
                .map(Long::parseLong)
                .filter(pid -> List.of(commandLine(pid).split("\0")).contains(argument))
                .toList();
    }

    /**
     * The host's processes with exactly this command line. One that is in the middle of an exec has
     * none: wait for it.
     */
    static List<Long> withCommandLine(String... arguments) {
        return withArgument(arguments[0]).stream()
                .filter(pid -> List.of(commandLine(pid).split("\0")).equals(List.of(arguments)))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(file(pid, "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static Path file(long pid, String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
