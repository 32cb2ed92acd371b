package io.bailey.sandbox.linux.attack;

import java.io.IOException;
import java.util.List;

/** Something that runs a hostile program where it should do no harm. */
interface Wall {
    /** The exit code of a program that has not found its marker, see marker.h. */
    int NO_MARKER = 77;

    /** What came of a run. */
    record Said(List<String> lines, String end, int exitCode) {}

    /** The column's head. */
    String title();

    /** How it is set up, for whoever reads the table. */
    String configuration();

    boolean isPresent();

    /** Runs attempts.c with these words after marker and token. */
    Said run(String... words) throws IOException, InterruptedException;

    /** Makes one attempt. */
    default Answer attempt(String name) throws IOException, InterruptedException {
        Said said = run("try", name);
        if (said.exitCode == NO_MARKER) {
            throw new AssertionError(
                    title() + ": the program has found no marker, or not the walls it speaks of");
        }
        return said.lines.stream()
                .filter(line -> line.startsWith(name + "\t"))
                .findFirst()
                .map(Answer::parse)
                .orElseGet(() -> silent(said));
    }

    /** A filter may end more than the process that made the call; nothing else explains silence. */
    private static Answer silent(Said said) {
        return said.end.contains("system call") || said.end.contains("SIGSYS")
                ? new Answer(Answer.Verdict.REFUSED, "SIGSYS")
                : new Answer(Answer.Verdict.ALLOWED, "it ended the sandbox: " + said);
    }
}
