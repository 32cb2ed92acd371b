package io.bailey.sandbox.image;

import java.util.List;

/**
 * What {@link Images#verify()} found.
 *
 * @param checked how many blobs and layers were read
 * @param problems what is not what its digest says, one line each; empty if all is well
 * @since 0.1
 */
public record VerifyReport(int checked, List<String> problems) {

    /** Creates a report. */
    public VerifyReport {
        problems = List.copyOf(problems);
    }

    /**
     * Returns whether all is well.
     *
     * @return true if there is no problem
     */
    public boolean ok() {
        return problems.isEmpty();
    }
}
