package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;
import io.bailey.sandbox.jmh.report.Results.Series;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A start, by everyone who can: Bailey as each of the others is configured, C, a plain process, and
 * those who are installed. Those that take tens of milliseconds take turns among themselves
 * afterwards: they leave work behind for the kernel that the next one would pay for.
 */
final class PeerTable {
    static final String TABLE = "start, beside others";
    static final String FLOOR = "C floor, all namespaces but net";
    static final String FLOOR_ALL = "C floor, all namespaces";
    static final String BARE_FLOOR = "C: clone, exec, wait; no sandbox";
    static final String PROCESS = "ProcessBuilder, no sandbox";
    private static final String NO_SANDBOX = "any isolation";
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int WARM_UP = 1_500;
    private static final int FIRST_ROUNDS = 5;
    private static final long SEED = 7;
    private static final String NO_WALLS = "cgroup, seccomp, Landlock";

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;
    private final Map<Contender, Sample> samples = new LinkedHashMap<>();

    PeerTable(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    void print() throws IOException, InterruptedException {
        List<Contender> ours = new ArrayList<>();
        try (Peers peers = Peers.open(bench)) {
            for (OurContender.Kind kind : OurContender.Kind.values()) {
                ours.add(new OurContender(bench, kind));
            }
            ours.addAll(floors());
            ours.add(
                    new ProcessContender(PROCESS, NO_SANDBOX, List.of(bench.program().toString())));
            List<Contender> quick = new ArrayList<>(ours);
            List<Contender> dear = new ArrayList<>();
            peers.working()
                    .forEach((peer, contender) -> (peer.isDear() ? dear : quick).add(contender));
            warmUp(ours, Math.min(3 * rounds, WARM_UP));
            measure(quick, rounds);
            measure(dear, Math.max(5, rounds / 25));
            samples.forEach(
                    (contender, sample) -> sample.report(results, TABLE, contender.title()));
            print(peers);
        } finally {
            for (Contender contender : ours) {
                contender.close();
            }
        }
    }

    private List<Contender> floors() throws IOException {
        List<Contender> floors = new ArrayList<>();
        if (bench.bareFloor().isPresent()) {
            List<String> command =
                    List.of(bench.bareFloor().get().toString(), bench.program().toString());
            floors.add(
                    new PartnerContender(
                            BARE_FLOOR, "floor_bare.c", NO_SANDBOX, Partner.start(command)));
        }
        addFloor(floors, FLOOR, Setup.READ_ONLY, "net namespace, " + NO_WALLS);
        addFloor(floors, FLOOR_ALL, Setup.READ_ONLY_NET, NO_WALLS);
        return floors;
    }

    private void addFloor(List<Contender> floors, String title, Setup setup, String lacks)
            throws IOException {
        String configuration = "floor.c, " + setup.title();
        Floor.partner(bench, setup)
                .ifPresent(partner ->
                        floors.add(new PartnerContender(title, configuration, lacks, partner)));
    }

    /** Those who are this JVM's own, until the JIT has done what it will do. */
    private static void warmUp(List<Contender> contenders, int count)
            throws IOException, InterruptedException {
        for (Contender contender : contenders) {
            for (int i = 0; i < count && !(contender instanceof PartnerContender); i++) {
                contender.run();
            }
        }
    }

    /**
     * In turns, in another order each round, with a pause before each: what one leaves for the
     * kernel to do is not paid for by whoever is next.
     */
    private void measure(List<Contender> contenders, int count)
            throws IOException, InterruptedException {
        contenders.forEach(contender -> samples.put(contender, new Sample()));
        List<Contender> order = new ArrayList<>(contenders);
        Random random = new Random(SEED);
        for (int round = -FIRST_ROUNDS; round < count; round++) {
            Collections.shuffle(order, random);
            for (Contender contender : order) {
                Thread.sleep(PAUSE);
                long nanos = contender.run();
                if (round >= 0) {
                    samples.computeIfAbsent(contender, _ -> new Sample()).add(nanos);
                }
            }
        }
    }

    private void print(Peers peers) {
        out.printf(
                Locale.ROOT,
                "%n## Start to result, beside others: milliseconds, %d rounds in turns, each after a"
                        + " pause of %d ms%n%n",
                rounds,
                PAUSE.toMillis());
        out.println(
                "| what | p50 [95 %] | p99 | min | runs | × Bailey configured the same [95 %] | does"
                        + " not have |");
        out.println("| --- | --- | --- | --- | --- | --- | --- |");
        Map<String, OurContender.Kind> same = new LinkedHashMap<>();
        peers.working().forEach((peer, contender) -> same.put(contender.title(), peer.same()));
        same.put(FLOOR, OurContender.Kind.AS_BWRAP);
        same.put(FLOOR_ALL, OurContender.Kind.AS_CRUN);
        same.put(PROCESS, OurContender.Kind.DEFAULT);
        samples.forEach((contender, sample) -> printRow(contender, sample, same));
        peers.failing()
                .forEach((peer, why) ->
                        out.printf("| %s | did not work: %s | | | | | |%n", peer.title(), why));
        String here = bench.root().resolve("..").normalize().toString();
        out.printf("%nHow each is told, in a directory $BENCH:%n%n");
        samples.keySet()
                .forEach(contender ->
                        out.printf(
                                "- %s: `%s`%n",
                                contender.title(),
                                contender.configuration().replace(here, "$BENCH")));
    }

    private void printRow(Contender contender, Sample sample, Map<String, OurContender.Kind> same) {
        Series series = results.row(TABLE, contender.title()).orElseThrow();
        OurContender.Kind kind = same.get(contender.title());
        String ratio =
                kind == null
                        ? ""
                        : results.row(TABLE, kind.title())
                                .map(row ->
                                        series.ratioTo(row)
                                                + " ("
                                                + kind.title().replace("Bailey, ", "")
                                                + ")")
                                .orElse("");
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f | %d | %s | %s |%n",
                contender.title(),
                series.median(),
                sample.percentile(99),
                sample.least(),
                series.nanos().size(),
                ratio,
                contender.lacks());
    }
}
