package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class LaunchFiguresTest {
    @TempDir Path directory;

    @Test
    void passesThroughAFile() throws IOException {
        Path file = directory.resolve("figures");
        LaunchFigures figures =
                new LaunchFigures(Map.of("sandbox.cpu.user", 12.5, "sandbox.memory.peak", 100.0));

        figures.write(file);

        assertThat(LaunchFigures.read(file)).isEqualTo(figures);
    }

    @Test
    void isNothingWhereNothingWasWritten() throws IOException {
        assertThat(LaunchFigures.read(Files.createFile(directory.resolve("empty"))).results())
                .isEmpty();
    }

    @Test
    void becomesSecondaryResultsWithUnits() {
        LaunchFigures figures =
                new LaunchFigures(Map.of("sandbox.memory.peak", 100.0, "sandbox.cpu.user", 12.5));

        assertThat(figures.results())
                .extracting(
                        result -> result.getLabel(),
                        result -> result.getScore(),
                        result -> result.getScoreUnit())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("sandbox.cpu.user", 12.5, "ms"),
                        org.assertj.core.groups.Tuple.tuple("sandbox.memory.peak", 100.0, "MiB"));
    }

    @Test
    void isPrintedLikeAnyOther() {
        LaunchFigures figures = new LaunchFigures(Map.of("sandbox.pids.peak", 17.0));

        assertThat(figures.results().getFirst().toString()).contains("17").contains("tasks");
    }
}
