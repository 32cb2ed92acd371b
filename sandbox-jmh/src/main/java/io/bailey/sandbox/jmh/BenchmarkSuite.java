package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Machine;
import io.bailey.sandbox.jmh.report.Results;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Everything that is measured of Bailey, in one run, beside others: numbers, a report and plots in
 * {@code docs/benchmarks}. As root on a machine that is otherwise quiet, from the top of the source
 * tree:
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench.main=io.bailey.sandbox.jmh.BenchmarkSuite verify
 * }
 *
 * <p>In less than 15 minutes on two processors. {@code -Dbench=--full} takes longer and has ten
 * minutes of steady state; {@code -Dbench=--quick} takes a few minutes and writes to {@code
 * target/benchmarks}, as does everything with {@code --only=PART}, which leaves out all but one.
 * {@code --to=DIRECTORY} says where to write.
 */
public final class BenchmarkSuite {
    /** What pools are measured with. */
    static final List<Setup> POOLED =
            List.of(Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS, Setup.HOST_NET);

    private static final String INSIDE = "--inside";
    static final Path SCRATCH = Path.of("/var/tmp/bailey-suite");
    private static final double NANOS_PER_SECOND = 1e9;

    /** Places where the tools that are compared with leave things behind, hidden from the host. */
    private static final String HIDE =
            "for d in /run /dev/shm /var/lib/containers; do"
                    + " [ ! -d $d ] || mount -t tmpfs -o mode=755 tmpfs $d; done; exec \"$@\"";

    private final Workbench bench;
    private final SuiteScale scale;
    private final List<String> options;
    private final Results results = new Results();
    private final Figures figures = new Figures();
    private final StringBuilder printed = new StringBuilder();
    private final List<String> failures = new ArrayList<>();
    private final long began = System.nanoTime();

    private BenchmarkSuite(Workbench bench, SuiteScale scale, List<String> options) {
        this.bench = bench;
        this.scale = scale;
        this.options = options;
    }

    /** A part of the suite. */
    private interface Part {
        void print(PrintStream out) throws IOException, InterruptedException;
    }

    /** Runs it; ends with 1 if a part failed. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> options = List.of(args);
        System.exit(options.contains(INSIDE) ? measure(options) : enclosed(options));
    }

    /** In a mount namespace of its own: whatever is mounted there is gone with it. */
    private static int enclosed(List<String> options) throws IOException, InterruptedException {
        StrayCgroups strays = StrayCgroups.before();
        List<String> command =
                new CommandLine()
                        .and("unshare", "--mount", "--propagation", "private", "--")
                        .and("sh", "-ec", HIDE, "sh")
                        .and(
                                FreshJvm.command(
                                        List.of("-Xms1g", "-Xmx1g"),
                                        BenchmarkSuite.class,
                                        new CommandLine().and(options).and(INSIDE).words()))
                        .words();
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } finally {
            Trees.remove(SCRATCH);
            strays.remove();
        }
    }

    private static int measure(List<String> options) throws IOException, InterruptedException {
        SuiteScale scale = SuiteScale.of(options);
        String loadBefore = Machine.load();
        Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
        try (Workbench bench = Workbench.open()) {
            BenchmarkSuite suite = new BenchmarkSuite(bench, scale, options);
            suite.run();
            facts.put("mode", scale.name());
            facts.put("load average before", loadBefore);
            facts.put("load average after", Machine.load());
            facts.put("duration", suite.elapsed() + " s");
            facts.putAll(ToolVersions.find());
            Path directory = directory(options, scale);
            new SuiteReport(facts, suite.results, suite.printed.toString(), suite.failures)
                    .write(directory);
            System.err.println("written to " + directory);
            return suite.failures.isEmpty() ? 0 : 1;
        }
    }

    private static Path directory(List<String> options, SuiteScale scale) {
        for (String option : options) {
            if (option.startsWith("--to=")) {
                return Path.of(option.substring("--to=".length())).toAbsolutePath();
            }
        }
        Path here = Path.of("").toAbsolutePath();
        // Maven runs this in the module.
        Path top = Files.isDirectory(here.resolve(".mvn")) ? here : here.resolve("..").normalize();
        boolean whole = options.stream().noneMatch(option -> option.startsWith("--only="));
        return whole && scale != SuiteScale.QUICK
                ? top.resolve("docs/benchmarks")
                : here.resolve("target/benchmarks");
    }

    private void run() {
        part("peers", out -> new PeerTable(bench, out, scale.rounds(), results).print());
        part(
                "start",
                out -> {
                    new StartTable(bench, out, scale.rounds(), results)
                            .print(List.of(Setup.values()));
                    LightStarts.print(bench, out, scale.rounds(), results);
                });
        part("namespaces", out -> NamespaceStarts.print(bench, out, scale.flatRounds(), results));
        part("rootless", out -> RootlessStarts.print(bench, out, scale.flatRounds(), results));
        part("pooled", out -> new PooledStarts(bench, out, scale.rounds(), results).print(POOLED));
        part(
                "flatness",
                out ->
                        Flatness.print(
                                bench, out, scale.flatRounds(), scale.heapGigabytes(), results));
        part("first", out -> FirstStart.print(bench, out, scale.freshJvms(), results));
        part(
                "throughput",
                out -> {
                    for (Setup setup : List.of(Setup.READ_ONLY, Setup.OVERLAY_NET_LIMITS)) {
                        new Throughput(bench, out, scale.runs(), results)
                                .print(setup, List.of(1, 2, 4, 8));
                    }
                });
        part("burst", out -> new Burst(bench, out, scale.bursts(), results).print(Setup.READ_ONLY));
        part(
                "allocation",
                out ->
                        new Allocation(bench, out, Allocation.WARM, scale.rounds(), results)
                                .print());
        part(
                "steady",
                out ->
                        new SteadyState(bench, out, scale.steady(), results)
                                .print(Setup.READ_ONLY_LIMITS));
        part(
                "containers",
                out -> {
                    new ExecTable(bench, out, scale.rounds(), results).print();
                    new Crowd(bench, out, scale.crowd(), results).print();
                });
        part("images", this::images);
    }

    private void images(PrintStream out) throws IOException, InterruptedException {
        LoopDisk disk = LoopDisk.mount(SCRATCH.resolve("disk"));
        ImageTables tables = new ImageTables(disk, bench, out, results, figures);
        tables.mount(scale.layers(), scale.startedLayers(), scale.mountRounds());
        tables.pull(scale.mountRounds());
        tables.unpack(SCRATCH, scale == SuiteScale.QUICK, scale.unpackRounds());
        figures.print(out);
    }

    private void part(String name, Part part) {
        if (options.stream().anyMatch(option -> option.startsWith("--only="))
                && !options.contains("--only=" + name)) {
            return;
        }
        System.err.printf(Locale.ROOT, "%4d s: %s%n", elapsed(), name);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8)) {
            part.print(out);
        } catch (IOException | RuntimeException failure) {
            failures.add(name + ": " + failure);
            System.err.println(name + " failed: " + failure);
        } catch (InterruptedException stopped) {
            failures.add(name + ": interrupted");
            Thread.currentThread().interrupt();
        }
        printed.append(text.toString(StandardCharsets.UTF_8));
    }

    private long elapsed() {
        return Math.round((System.nanoTime() - began) / NANOS_PER_SECOND);
    }
}
