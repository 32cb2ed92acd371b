package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A further command in a container that runs, the static {@code true}: Bailey, the same system
 * calls from C into the same container, {@code nsenter} into the same, and {@code crun exec} into
 * one of its own, in turns.
 */
final class ExecTable {
    static final String TABLE = "exec";
    static final String OURS = "Container.exec";
    static final String FLOOR = "C floor: cgroups, setns, clone, exec";

    private static final double ASKED = 1.3;
    private static final double FAR_TOO_SLOW = 4;
    private static final int DEAR_ONES_EACH = 10;
    private static final int WARM_UP = 3_000;

    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    ExecTable(Workbench bench, PrintStream out, int rounds, Results results) {
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    /** Prints it. Returns whether it is not far too slow. */
    boolean print() throws IOException, InterruptedException {
        Sample ours = new Sample();
        Sample floor = new Sample();
        Sample nsenter = new Sample();
        Sample crun = new Sample();
        Path pause = bench.pause();
        try (Sandbox sandbox = Sandbox.builder().rootfs(bench.root()).build();
                Container container = sandbox.start("/" + pause.getFileName());
                CrunContainer peer = CrunContainer.start(bench)) {
            Optional<Partner> partner = floor(container);
            List<String> enter =
                    List.of("nsenter", "-a", "-t", Long.toString(container.pid()), "/true");
            boolean enters = Shell.has("nsenter");
            // Until the JIT has done what it will do; of a table of few rounds less is asked.
            for (int round = -Math.min(6 * rounds, WARM_UP); round < rounds; round++) {
                boolean count = round >= 0;
                long began = System.nanoTime();
                container.exec("/true").orThrow();
                add(ours, System.nanoTime() - began, count);
                if (partner.isPresent()) {
                    add(floor, partner.get().run()[0], count);
                }
                if (count && round % DEAR_ONES_EACH == 0) {
                    if (enters) {
                        nsenter.add(process(enter));
                    }
                    if (peer.runs()) {
                        crun.add(peer.exec("/true"));
                    }
                }
            }
            if (partner.isPresent()) {
                partner.get().close();
            }
        }
        out.printf(
                Locale.ROOT,
                "%n## A further command in a container: milliseconds, %d rounds in turns%n%n",
                rounds);
        out.println("| what | p50 | p99 | min | Container.exec is x times as fast |");
        out.println("| --- | --- | --- | --- | --- |");
        row(OURS, ours, ours);
        row(FLOOR, floor, ours);
        row("`nsenter -a` by ProcessBuilder", nsenter, ours);
        row("`crun exec` by a waiting shell", crun, ours);
        Figures figures = new Figures();
        if (!floor.isEmpty()) {
            figures.atMost(
                    "exec / C floor, p50", ours.median() / floor.median(), ASKED, FAR_TOO_SLOW);
        }
        if (!nsenter.isEmpty()) {
            figures.atLeast("nsenter / exec, p50", nsenter.median() / ours.median(), 1, 1);
        }
        if (!crun.isEmpty()) {
            figures.atLeast("crun exec / exec, p50", crun.median() / ours.median(), 1, 1);
        }
        return figures.print(out);
    }

    private static void add(Sample sample, long nanos, boolean count) {
        if (count) {
            sample.add(nanos);
        }
    }

    private static long process(List<String> command) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed; its message is above");
        }
        return System.nanoTime() - began;
    }

    /** It joins what the container is in, where that is not done by clone3 itself. */
    private Optional<Partner> floor(Container container) throws IOException {
        if (bench.execFloor().isEmpty()) {
            out.println(Floor.MISSING);
            return Optional.empty();
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                bench.execFloor().get().toString(),
                                Long.toString(container.pid()),
                                "/true"));
        for (String line : Files.readAllLines(Path.of("/proc/" + container.pid() + "/cgroup"))) {
            String[] parts = line.split(":", 3);
            Path tasks =
                    Path.of(
                            "/sys/fs/cgroup",
                            parts[1].replaceFirst("^name=", ""),
                            parts[2],
                            "tasks");
            if (parts[2].contains("/bailey-") && Files.isWritable(tasks)) {
                command.add(tasks.toString());
            }
        }
        return Optional.of(Partner.start(command));
    }

    private void row(String what, Sample sample, Sample ours) {
        sample.report(results, TABLE, what);
        if (sample.isEmpty()) {
            out.printf("| %s | not on this machine | | | |%n", what);
        } else {
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.2f |%n",
                    what,
                    sample.cells(),
                    sample.median() / ours.median());
        }
    }
}
