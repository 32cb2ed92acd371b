package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Interval;
import io.bailey.sandbox.jmh.report.Results;
import io.bailey.sandbox.jmh.report.Results.Series;

import java.util.Locale;
import java.util.Optional;

/**
 * What is asked of Bailey, beside what was measured. A line whose rows were not measured is left
 * out.
 */
final class Asked {
    private static final double KIB = 1024;

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    Asked(Results results) {
        this.results = results;
    }

    String table() {
        text.append(
                "| what | asked | measured, p50 [95 %] | | by the least times |\n"
                        + "| --- | --- | --- | --- | --- |\n");
        pooled();
        cold();
        exec();
        others();
        tails();
        layers();
        allocation();
        return text.toString();
    }

    private void pooled() {
        for (Setup setup : BenchmarkSuite.POOLED) {
            String title = setup.title();
            atMost(
                    "pooled / ProcessBuilder: " + title,
                    results.row(
                            PooledStarts.TABLE, title + PooledStarts.POOLED + PooledStarts.PROCESS),
                    results.row(PooledStarts.TABLE, title + PooledStarts.PROCESS),
                    0.75);
            atMost(
                    "pooled / clone, exec, wait in C: " + title,
                    results.row(
                            PooledStarts.TABLE, title + PooledStarts.POOLED + PooledStarts.FLOOR),
                    results.row(PooledStarts.TABLE, title + PooledStarts.FLOOR),
                    1.2);
        }
    }

    private void exec() {
        atMost(
                "Container.exec / C floor",
                results.row(ExecTable.TABLE, ExecTable.OURS),
                results.row(ExecTable.TABLE, ExecTable.FLOOR),
                1.3);
    }

    private void cold() {
        for (Setup setup :
                new Setup[] {
                    Setup.READ_ONLY_LIMITS,
                    Setup.OVERLAY,
                    Setup.READ_ONLY_NET_LIMITS,
                    Setup.OVERLAY_NET_LIMITS
                }) {
            atMost(
                    "cold with walls / C floor without: " + setup.title(),
                    start(setup.title() + StartTable.WALLED),
                    start(setup.title() + StartTable.FLOOR),
                    1.25);
            atMost(
                    "cold without walls / C floor: " + setup.title(),
                    start(setup.title() + StartTable.BARE),
                    start(setup.title() + StartTable.FLOOR),
                    1.25);
        }
    }

    private void others() {
        for (Peer peer : Peer.values()) {
            double times =
                    switch (peer) {
                        case BWRAP -> 4;
                        case CRUN -> 6;
                        case RUNC -> 20;
                        case PODMAN -> 100;
                        default -> 0;
                    };
            String title = peer.same().title();
            ratio(peer.title() + " / " + title, peer(peer.title()), peer(title), times, false);
        }
        ratio(
                "by an ordinary user: " + RootlessStarts.BWRAP + " / " + RootlessStarts.OURS,
                results.row(RootlessStarts.TABLE, RootlessStarts.BWRAP),
                results.row(RootlessStarts.TABLE, RootlessStarts.OURS),
                0,
                false);
    }

    private void tails() {
        String title = Setup.READ_ONLY.title() + StartTable.WALLED;
        start(title)
                .ifPresent(series ->
                        row(
                                "cold p99 / p50: " + title,
                                "≤ 4",
                                number(series.percentile(99) / series.percentile(50)),
                                series.percentile(99) <= 4 * series.percentile(50)));
        Optional<Series> ours = results.row(Burst.TABLE, Burst.OURS);
        Optional<Series> floor = results.row(Burst.TABLE, Burst.FLOOR);
        if (ours.isPresent() && floor.isPresent()) {
            row(
                    "burst of " + Burst.AT_ONCE + ", p99 / C floor's p99; all succeeded",
                    "",
                    number(ours.get().percentile(99) / floor.get().percentile(99)),
                    true);
        }
    }

    private void layers() {
        for (String backend : new String[] {"DIRECTORIES", "TAR_INDEX"}) {
            String start = "Bailey, writable, " + backend + ", ";
            atMost(
                    "writable root of 128 layers / of 1, " + backend,
                    results.row(MountTable.TABLE, start + "128 layers"),
                    results.row(MountTable.TABLE, start + "1 layers"),
                    1.2);
        }
    }

    private void allocation() {
        allocation(Allocation.COLD, Allocation.COLD_KIB);
        allocation(Allocation.POOLED, Allocation.POOLED_KIB);
    }

    private void allocation(String kind, double most) {
        results.values(Allocation.TABLE).stream()
                .filter(value -> value.row().startsWith(kind))
                .forEach(value ->
                        row(
                                "allocated, KiB: " + value.row(),
                                "≤ " + number(most),
                                number(value.value() / KIB),
                                value.value() <= most * KIB));
    }

    private Optional<Series> peer(String row) {
        return results.row(PeerTable.TABLE, row);
    }

    private Optional<Series> start(String row) {
        return results.row(StartTable.TABLE, row);
    }

    private void atMost(String what, Optional<Series> above, Optional<Series> below, double limit) {
        ratio(what, above, below, limit, true);
    }

    private void ratio(
            String what,
            Optional<Series> above,
            Optional<Series> below,
            double limit,
            boolean most) {
        if (above.isPresent() && below.isPresent()) {
            Interval ratio = above.get().ratioTo(below.get());
            row(
                    what,
                    limit == 0 ? "" : (most ? "≤ " : "≥ ") + number(limit),
                    ratio.toString(),
                    most ? ratio.estimate() <= limit : ratio.estimate() >= limit,
                    number(above.get().percentile(0) / below.get().percentile(0)));
        }
    }

    private void row(String what, String asked, String measured, boolean met) {
        row(what, asked, measured, met, "");
    }

    private void row(String what, String asked, String measured, boolean met, String least) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %s |%n",
                        what,
                        asked,
                        measured,
                        asked.isEmpty() ? "" : met ? "met" : "not met",
                        least));
    }

    private static String number(double number) {
        return number == Math.rint(number)
                ? String.format(Locale.ROOT, "%.0f", number)
                : String.format(Locale.ROOT, "%.2f", number);
    }
}
