package io.bailey.sandbox;

import java.util.List;
import java.util.stream.Collectors;

/**
 * This host, or this JVM, cannot give what was asked for. Nothing weaker was started instead.
 *
 * @since 0.1
 */
public final class SandboxUnavailableException extends SandboxException {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings(
            "serial") // an immutable list of strings' records; nobody is meant to serialize it
    private final List<Finding> findings;

    /**
     * Creates an exception whose message lists each finding: check, what was found, fix.
     *
     * @param findings what is missing; at least one
     * @throws IllegalArgumentException if there is no finding
     */
    public SandboxUnavailableException(List<Finding> findings) {
        super(message(findings));
        this.findings = List.copyOf(findings);
    }

    /**
     * Creates an exception with a cause, whose message lists each finding: check, what was found,
     * fix.
     *
     * @param findings what is missing; at least one
     * @param cause the failure beneath
     * @throws IllegalArgumentException if there is no finding
     */
    public SandboxUnavailableException(List<Finding> findings, Throwable cause) {
        super(message(findings), cause);
        this.findings = List.copyOf(findings);
    }

    /**
     * Returns what is missing.
     *
     * @return an immutable list, never empty
     */
    public List<Finding> findings() {
        return findings;
    }

    private static String message(List<Finding> findings) {
        if (findings.isEmpty()) {
            throw new IllegalArgumentException(
                    "a SandboxUnavailableException needs at least one finding");
        }
        return findings.stream()
                .map(SandboxUnavailableException::line)
                .collect(Collectors.joining("\n  ", "no sandbox can be had here:\n  ", ""));
    }

    private static String line(Finding finding) {
        String fix = finding.fix().isEmpty() ? "" : "; fix: " + finding.fix();
        return finding.check() + ": " + finding.found() + fix;
    }
}
