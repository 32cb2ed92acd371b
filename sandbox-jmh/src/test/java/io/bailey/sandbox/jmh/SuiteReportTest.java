package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.jmh.report.Results;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

class SuiteReportTest {
    @TempDir Path directory;

    private final Results results = new Results();

    private String report(List<String> failures) throws IOException {
        new SuiteReport(Map.of("kernel", "Linux 6.18"), results, "\n## A table\n", failures)
                .write(directory);
        return Files.readString(directory.resolve("README.md"));
    }

    private void peer(String row, long micros) {
        results.add(PeerTable.TABLE, row, Collections.nCopies(20, micros * 1_000));
    }

    private void pooled(String row, long micros) {
        results.add(PooledStarts.TABLE, row, Collections.nCopies(20, micros * 1_000));
    }

    @Test
    void saysWhatWasAskedAndWhetherItIsMet() throws IOException {
        peer(OurContender.Kind.AS_BWRAP.title(), 1_000);
        peer(OurContender.Kind.AS_CRUN.title(), 1_000);
        peer(Peer.BWRAP.title(), 5_000);
        peer(Peer.CRUN.title(), 5_000);

        String text = report(List.of());

        assertThat(text)
                .contains("| kernel | Linux 6.18 |")
                .containsPattern("bwrap.* \\| ≥ 4 \\| 5.00 \\[5.00, 5.00] \\| met \\|")
                .containsPattern("crun.* \\| ≥ 6 \\| 5.00 \\[5.00, 5.00] \\| not met \\|")
                .contains("## A table");
        assertThat(text).doesNotContain("pooled /");
    }

    @Test
    void hasALineOfPooledStartsOnceTheyAreMeasured() throws IOException {
        String setup = Setup.READ_ONLY.title();
        pooled(setup + PooledStarts.POOLED + PooledStarts.PROCESS, 500);
        pooled(setup + PooledStarts.PROCESS, 1_000);
        pooled(setup + PooledStarts.POOLED + PooledStarts.FLOOR, 500);
        pooled(setup + PooledStarts.FLOOR, 400);

        assertThat(report(List.of()))
                .contains(
                        "| pooled / ProcessBuilder: "
                                + setup
                                + " | ≤ 0.75 | 0.50 [0.50, 0.50] | met |")
                .contains(
                        "| pooled / clone, exec, wait in C: "
                                + setup
                                + " | ≤ 1.20 | 1.25 [1.25, 1.25] | not met |");
    }

    @Test
    void writesThePlotsOfWhatWasMeasured() throws IOException {
        peer(PeerTable.PROCESS, 1_000);
        results.add(SteadyState.TABLE, "Bailey, p50", 1, 2, "ms");

        String text = report(List.of());

        try (var files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "README.md",
                            "results.json",
                            SuitePlot.START_ALL.file(),
                            SuitePlot.START_CLOSE.file(),
                            SuitePlot.STEADY.file());
        }
        assertThat(text).contains("](" + SuitePlot.STEADY.file() + ")");
    }

    @Test
    void doesNotHideWhatFailed() throws IOException {
        assertThat(report(List.of("burst: IOException"))).contains("**FAILED** burst: IOException");
    }
}
