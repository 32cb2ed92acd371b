package io.bailey.sandbox.linux.testing;

import org.junit.jupiter.api.Assumptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Aborts tests that this machine cannot run, and never silently: each leaves a line "test id, tab,
 * missing power" in {@code target/unproven.txt}, which is begun anew by each test run.
 *
 * {@snippet :
 * @Test
 * void killsWhatIsInside() {
 *     Powers.require(Power.ROOT, Power.CGROUP_V2);
 *     // …
 * }
 * }
 */
public final class Powers {
    private static final Path UNPROVEN =
            Path.of(System.getProperty("bailey.unproven", "target/unproven.txt"));
    private static final StackWalker STACK = StackWalker.getInstance();

    static {
        begin();
    }

    private Powers() {}

    /**
     * Aborts the calling test unless all of {@code powers} are there. Call it first thing in the
     * test itself.
     */
    public static void require(Power... powers) {
        for (Power power : powers) {
            if (!power.isPresent()) {
                missing(power.name());
            }
        }
    }

    /**
     * Aborts the calling test unless there is such a program of the machine.
     *
     * @param path where Debian has it
     */
    public static void requireProgram(String path) {
        if (!Files.isExecutable(Path.of(path))) {
            missing(path);
        }
    }

    private static void missing(String what) {
        String test = caller();
        record(test, what);
        Assumptions.abort(test + " cannot be proven here: no " + what);
    }

    private static String caller() {
        return STACK.walk(frames ->
                frames.filter(frame -> !frame.getClassName().equals(Powers.class.getName()))
                        .map(frame -> frame.getClassName() + "#" + frame.getMethodName())
                        .findFirst()
                        .orElse("?"));
    }

    private static void record(String test, String missing) {
        try {
            Files.createDirectories(UNPROVEN.toAbsolutePath().getParent());
            // One write to a file opened for appending: lines of tests that run at the same time do
            // not mix.
            Files.writeString(
                    UNPROVEN,
                    test + "\t" + missing + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot note what was not proven", e);
        }
    }

    /** A list left by an earlier run would claim that tests were not run that were. */
    private static void begin() {
        try {
            Files.deleteIfExists(UNPROVEN);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot begin " + UNPROVEN, e);
        }
    }
}
