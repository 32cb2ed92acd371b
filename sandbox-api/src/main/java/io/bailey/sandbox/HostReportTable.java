package io.bailey.sandbox;

import java.util.ArrayList;
import java.util.List;

/**
 * Lays out a {@link HostReport} in columns; the fix gets a line of its own because it is the
 * longest text.
 */
final class HostReportTable {

    private static final int STATUS_WIDTH = Finding.Status.DEGRADED.name().length();

    private HostReportTable() {}

    static String of(HostReport report) {
        int checkWidth =
                report.findings().stream()
                        .mapToInt(finding -> oneLine(finding.check()).length())
                        .max()
                        .orElse(0);
        List<String> lines = new ArrayList<>();
        lines.add(
                report.usable()
                        ? "Sandboxes can run on this host."
                        : "Sandboxes cannot run on this host yet.");
        for (Finding finding : report.findings()) {
            lines.add(
                    row(
                            finding.status().name(),
                            oneLine(finding.check()),
                            checkWidth,
                            oneLine(finding.found())));
            if (!finding.fix().isBlank()) {
                lines.add(row("", "", checkWidth, "fix: " + oneLine(finding.fix())));
            }
        }
        return String.join("\n", lines);
    }

    private static String row(String status, String check, int checkWidth, String text) {
        return (pad(status, STATUS_WIDTH) + "  " + pad(check, checkWidth) + "  " + text)
                .stripTrailing();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
