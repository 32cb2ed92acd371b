package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Json;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the suite writes: results.json, README.md, and a plot for each question that has one. */
final class SuiteReport {
    private final Map<String, String> facts;
    private final Results results;
    private final String printed;
    private final List<String> failures;

    SuiteReport(Map<String, String> facts, Results results, String printed, List<String> failures) {
        this.facts = facts;
        this.results = results;
        this.printed = printed;
        this.failures = failures;
    }

    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Json.write(directory.resolve("results.json"), facts, results);
        StringBuilder text = new StringBuilder();
        head(text);
        text.append("\n## At a glance\n\n").append(new Asked(results).table());
        text.append("\n## Plots\n");
        for (SuitePlot plot : SuitePlot.values()) {
            if (plot.isMeasured(results)) {
                Files.writeString(directory.resolve(plot.file()), plot.plot(results).svg());
                text.append("\n![" + plot.caption() + "](" + plot.file() + ")\n");
            }
        }
        text.append("\n# All tables, as printed\n").append(printed);
        Files.writeString(directory.resolve("README.md"), text);
    }

    private void head(StringBuilder text) {
        text.append(
                """
                # Benchmarks

                Written by one command, as root, from the top of the source tree; nothing here is edited by hand:

                ```sh
                mvn -q -Pbench -DskipTests -Dbench.main=io.bailey.sandbox.jmh.BenchmarkSuite verify
                ```

                `-Dbench=--full` takes longer, `-Dbench=--quick` a few minutes. [results.json](results.json) has every single time, in
                nanoseconds. What is compared takes turns in one JVM, a static `true` is started and waited for, and each of the others has
                been asked first, in its own words, whether it is in another process namespace. An interval in brackets has 95 % confidence
                (bootstrap of the median, 1,000 draws; whole rounds where both were measured in turns). *Walls* are the standard seccomp
                filter and Landlock. On a machine that is not quiet, as the load average tells, the least times say more than the medians.

                | | |
                | --- | --- |
                """);
        facts.forEach((name, value) -> text.append("| " + name + " | " + value + " |\n"));
        failures.forEach(failure -> text.append("\n**FAILED** " + failure + "\n"));
    }
}
