package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Plot;
import io.bailey.sandbox.jmh.report.Results;
import io.bailey.sandbox.jmh.report.Results.Series;
import io.bailey.sandbox.jmh.report.Results.Value;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plots of the suite. */
enum SuitePlot {
    START_ALL(
            "start-beside-others.svg",
            "A start, by everyone: how the times are distributed",
            "static true, from the call to the result",
            PeerTable.TABLE) {
        @Override
        Plot plot(Results results) {
            return Plot.distribution(
                    caption(), subtitle(), byMedian(results.table(table())), true, 0.995);
        }
    },
    START_CLOSE(
            "start-beside-c.svg",
            "A start: Bailey, C, a plain process",
            "static true, from the call to the result; the slowest 2 % at most lie beyond the right edge",
            PeerTable.TABLE) {
        @Override
        Plot plot(Results results) {
            List<Series> close =
                    results.table(table()).stream()
                            .filter(series ->
                                    List.of("Bailey", "C", "ProcessBuilder").stream()
                                            .anyMatch(series.row()::startsWith))
                            .toList();
            return Plot.distribution(caption(), subtitle(), byMedian(close), false, 0.98);
        }
    },
    LAYERS(
            "layers.svg",
            "A root of an image, by its number of layers",
            "p50; mounted once before, made ready for one more sandbox now",
            MountTable.TABLE) {
        @Override
        Plot plot(Results results) {
            return Plot.over(
                    caption(),
                    subtitle(),
                    "layers",
                    "microseconds",
                    true,
                    true,
                    lines(results.values(table())));
        }
    },
    THROUGHPUT(
            "throughput.svg",
            "Starts a second, by threads",
            Setup.READ_ONLY.title(),
            Throughput.TABLE + Setup.READ_ONLY.title()) {
        @Override
        Plot plot(Results results) {
            return throughput(results);
        }
    },
    THROUGHPUT_LIMITS(
            "throughput-limits.svg",
            "Starts a second, by threads",
            Setup.OVERLAY_NET_LIMITS.title(),
            Throughput.TABLE + Setup.OVERLAY_NET_LIMITS.title()) {
        @Override
        Plot plot(Results results) {
            return throughput(results);
        }
    },
    BURST(
            "burst.svg",
            Burst.AT_ONCE + " starts at once: when each has its result",
            "from the moment that all were let go; " + Setup.READ_ONLY.title(),
            Burst.TABLE) {
        @Override
        Plot plot(Results results) {
            return Plot.distribution(
                    caption(), subtitle(), byMedian(results.table(table())), false, 1);
        }
    },
    STEADY(
            "steady-state.svg",
            "Starts without a pause",
            Setup.READ_ONLY_LIMITS.title() + ", walls; each point a thirtieth of the time",
            SteadyState.TABLE) {
        @Override
        Plot plot(Results results) {
            return Plot.over(
                    caption(),
                    subtitle(),
                    "seconds",
                    "milliseconds",
                    false,
                    false,
                    lines(results.values(table())));
        }
    };

    private final String file;
    private final String caption;
    private final String subtitle;
    private final String table;

    SuitePlot(String file, String caption, String subtitle, String table) {
        this.file = file;
        this.caption = caption;
        this.subtitle = subtitle;
        this.table = table;
    }

    abstract Plot plot(Results results);

    boolean isMeasured(Results results) {
        return !results.table(table).isEmpty() || !results.values(table).isEmpty();
    }

    String file() {
        return file;
    }

    String caption() {
        return caption;
    }

    String subtitle() {
        return subtitle;
    }

    String table() {
        return table;
    }

    Plot throughput(Results results) {
        return Plot.over(
                caption(),
                subtitle(),
                "threads",
                "starts a second",
                true,
                false,
                lines(results.values(table())));
    }

    /** So that the legend is in the order of the lines. */
    static List<Series> byMedian(List<Series> series) {
        return series.stream()
                .sorted(Comparator.comparingDouble(each -> each.percentile(50)))
                .toList();
    }

    static List<Plot.Line> lines(List<Value> values) {
        Map<String, List<Value>> rows = new LinkedHashMap<>();
        values.forEach(
                value -> rows.computeIfAbsent(value.row(), _ -> new ArrayList<>()).add(value));
        return rows.entrySet().stream()
                .map(row ->
                        new Plot.Line(
                                row.getKey(),
                                row.getValue().stream().map(Value::at).toList(),
                                row.getValue().stream().map(Value::value).toList(),
                                true))
                .toList();
    }
}
