package io.bailey.sandbox.jmh;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The launcher's command line, read.
 *
 * @param options what the command may use
 * @param figures where what it used is written to
 * @param parent the process to end with
 * @param command the command; never empty
 */
record LaunchRequest(
        LaunchOptions options, Optional<Path> figures, OptionalLong parent, List<String> command) {

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException if it is not one; the message says what is wrong
     * @throws io.bailey.sandbox.SandboxConfigException if the options are wrong
     */
    static LaunchRequest parse(List<String> args) {
        LaunchOptions options = LaunchOptions.parse("");
        Optional<Path> figures = Optional.empty();
        OptionalLong parent = OptionalLong.empty();
        int at = 0;
        for (; at < args.size() && !args.get(at).equals("--"); at += 2) {
            String name = args.get(at);
            if (at + 1 == args.size()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = args.get(at + 1);
            switch (name) {
                case "--options" -> options = LaunchOptions.parse(value);
                case "--figures" -> figures = Optional.of(Path.of(value));
                case "--parent" -> parent = OptionalLong.of(Long.parseLong(value));
                default -> throw new IllegalArgumentException(name + " is not known");
            }
        }
        if (at + 1 >= args.size()) {
            throw new IllegalArgumentException("there is no command");
        }
        return new LaunchRequest(options, figures, parent, args.subList(at + 1, args.size()));
    }
}
