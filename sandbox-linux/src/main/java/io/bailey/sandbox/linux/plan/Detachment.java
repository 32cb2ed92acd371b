package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Binding;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the init of a detached sandbox has in place of a JVM: files to keep the command's output and
 * its end in.
 *
 * @param output what becomes of standard output
 * @param error what becomes of standard error
 * @param buffer how many bytes of output are taken at once
 * @param full how long a file of the log may be for one more record
 * @param leases how many descriptors it holds for what they lock, and never uses
 */
public record Detachment(Kept output, Kept error, int buffer, long full, int leases) {
    private static final int MOST_BUFFER = 1 << 14;

    /** What becomes of a stream. */
    public enum Kept {
        /** It is none of the init's business. */
        NOT_SEEN,
        /** It is read, so that nobody waits, and forgotten. */
        FORGOTTEN,
        /** It is written down. */
        LOGGED
    }

    /**
     * One with a log of two files, which together are never longer than {@code most}: the older is
     * emptied when the newer is full.
     */
    public static Detachment of(Kept output, Kept error, long most, int leases) {
        long file = most / 2;
        int buffer = (int) Math.min(MOST_BUFFER, file / 4);
        return new Detachment(
                output, error, buffer, file - buffer - LogRecord.HEADER_BYTES, leases);
    }

    boolean logs() {
        return output == Kept.LOGGED || error == Kept.LOGGED;
    }

    /** What it holds besides status and lifeline. */
    public List<Binding> descriptors() {
        List<Binding> all = new ArrayList<>();
        all.add(Bindings.REPORT);
        if (output != Kept.NOT_SEEN) {
            all.add(Bindings.OUTPUT);
        }
        if (error != Kept.NOT_SEEN) {
            all.add(Bindings.ERROR);
        }
        if (logs()) {
            all.add(Bindings.LOG);
            all.add(Bindings.OLDER_LOG);
        }
        IntStream.range(0, leases).mapToObj(Bindings::lease).forEach(all::add);
        return all;
    }
}
