package io.bailey.sandbox;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What works on this host, what does not, and the fix. See {@link Sandbox#doctor()}.
 *
 * @param findings one for each thing that was looked at; immutable
 * @since 0.1
 */
public record HostReport(List<Finding> findings) {

    /** Creates a report with a copy of the list. */
    public HostReport {
        findings = List.copyOf(findings);
    }

    /**
     * Tells whether a sandbox with the default settings runs here.
     *
     * @return true if nothing is {@link Finding.Status#MISSING}
     */
    public boolean usable() {
        return findings.stream().noneMatch(finding -> finding.status() == Finding.Status.MISSING);
    }

    /**
     * Returns the finding of a check.
     *
     * @param check the name of the check, compared exactly
     * @return the first finding of that name, or empty if nothing of that name was looked at
     */
    public Optional<Finding> find(String check) {
        Objects.requireNonNull(check, "check");
        return findings.stream().filter(finding -> finding.check().equals(check)).findFirst();
    }

    /**
     * Returns a table for people: one line for each finding, and a line with the fix below where
     * there is one.
     *
     * @return lines separated by {@code \n}, without one at the end
     */
    @Override
    public String toString() {
        return HostReportTable.of(this);
    }
}
