package io.bailey.sandbox.jmh;

import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What images cost, as Markdown on stdout: to unpack, to mount and to start them, by Bailey, by
 * others and from C, in turns in one run. Run as root on a machine that is otherwise quiet, from
 * the top of the source tree:
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench.main=io.bailey.sandbox.jmh.ImageReport verify
 * }
 *
 * and with {@code -Dbench=--quick} for a look in a minute, which fails if something is far too
 * slow. With {@code --keep} the layers that it makes are there for the next run; {@code
 * -Dbailey.bench.directory=DIR} says where, {@code --only=unpack}, {@code mount} or {@code pull}
 * leaves the rest out, {@code --rounds=N} says how often each way unpacks.
 */
public final class ImageReport {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String PROPERTY = "bailey.bench.directory";
    private static final Path DIRECTORY =
            Path.of(System.getProperty(PROPERTY, "/var/tmp/bailey-bench"));
    private static final String INSIDE = "--inside";

    private final boolean quick;
    private final List<String> options;
    private final PrintStream out = System.out;
    private final Figures figures = new Figures();

    private ImageReport(List<String> options) {
        this.options = options;
        this.quick = options.contains("--quick");
    }

    /** Prints the report. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> options = List.of(args);
        if (options.contains(INSIDE)) {
            System.exit(new ImageReport(options).print() ? 0 : 1);
        }
        System.exit(enclosed(options));
    }

    /** In a mount namespace of its own: whatever is mounted there is gone with it. */
    private static int enclosed(List<String> options) throws IOException, InterruptedException {
        List<String> inside = new ArrayList<>(options);
        inside.add(INSIDE);
        List<String> command =
                new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        command.addAll(
                FreshJvm.command(
                        List.of("-D" + PROPERTY + "=" + DIRECTORY), ImageReport.class, inside));
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } finally {
            Trees.remove(options.contains("--keep") ? DIRECTORY.resolve("disk") : DIRECTORY);
        }
    }

    private int rounds() {
        return options.stream()
                .filter(option -> option.startsWith("--rounds="))
                .mapToInt(option -> Integer.parseInt(option.substring("--rounds=".length())))
                .findFirst()
                .orElse(quick ? 2 : 7);
    }

    private boolean wants(String part) {
        return options.stream().noneMatch(option -> option.startsWith("--only="))
                || options.contains("--only=" + part);
    }

    private boolean print() throws IOException, InterruptedException {
        long began = System.nanoTime();
        LoopDisk disk = LoopDisk.mount(DIRECTORY.resolve("disk"));
        try (Workbench bench = Workbench.open()) {
            ImageTables tables = new ImageTables(disk, bench, out, new Results(), figures);
            if (wants("unpack")) {
                tables.unpack(DIRECTORY, quick, rounds());
            }
            if (wants("mount")) {
                tables.mount(
                        quick ? List.of(1, 128) : List.of(1, 5, 20, 60, 128, 500),
                        List.of(1, 128),
                        quick ? 50 : 300);
            }
            if (wants("pull")) {
                tables.pull(quick ? 50 : 300);
            }
        }
        boolean kept = figures.print(out);
        out.printf(
                Locale.ROOT,
                "%n%d processors, Linux %s, Java %s, %.0f seconds%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version(),
                (System.nanoTime() - began) / NANOS_PER_SECOND);
        return kept || !quick;
    }
}
