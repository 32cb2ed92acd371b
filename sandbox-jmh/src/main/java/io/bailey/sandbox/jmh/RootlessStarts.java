package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.jmh.report.Results;

import java.io.File;
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
import java.util.Objects;

/**
 * Starts by an ordinary user, in a JVM of its own that has no privilege, beside bubblewrap by the
 * same user.
 */
public final class RootlessStarts {
    static final String TABLE = "rootless";
    static final String OURS = "Bailey, read-only directory, all, no walls";
    static final String BWRAP = "bwrap, all";

    /** Nobody's on any machine that is measured on. */
    private static final int UID = 54_321;

    private static final String PROCESS = "ProcessBuilder, no sandbox";

    private RootlessStarts() {}

    /** What is done in turns. */
    private interface Start {
        void run() throws IOException, InterruptedException;
    }

    static void print(Workbench bench, PrintStream out, int rounds, Results results)
            throws IOException, InterruptedException {
        Path place = Files.createDirectories(BenchmarkSuite.SCRATCH.resolve("rootless"));
        Path home = Files.createDirectories(place.resolve("home"));
        Files.setAttribute(home, "unix:uid", UID);
        Shell.run("chmod", "a+rx", BenchmarkSuite.SCRATCH.toString(), place.toString());
        List<String> user =
                List.of(
                        "setpriv",
                        "--reuid=" + UID,
                        "--regid=" + UID,
                        "--clear-groups",
                        "env",
                        "-i",
                        "PATH=" + System.getenv("PATH"),
                        "HOME=" + home);
        out.printf(
                Locale.ROOT,
                "%n## By an ordinary user: milliseconds, %d rounds in turns%n%n",
                rounds);
        if (!mayRun(user, bench.program())) {
            out.println("Not measured: this tree lies where other users may not look.");
            return;
        }
        List<String> command = new ArrayList<>(user);
        command.addAll(
                FreshJvm.command(
                        List.of("-Xms256m"),
                        classPath(place),
                        RootlessStarts.class,
                        List.of(
                                Integer.toString(rounds),
                                bench.root().toString(),
                                bench.program().toString())));
        Process jvm =
                new ProcessBuilder(command)
                        .directory(home.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String answer = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (jvm.waitFor() != 0) {
            throw new IOException("the ordinary user's JVM failed; its message is above");
        }
        print(answer, out, results);
    }

    private static boolean mayRun(List<String> user, Path program)
            throws IOException, InterruptedException {
        List<String> look = new ArrayList<>(user);
        look.addAll(List.of("test", "-x", program.toString()));
        return new ProcessBuilder(look).start().waitFor() == 0;
    }

    /** Copies of what this JVM runs: root's home is closed to others. */
    private static String classPath(Path place) throws IOException, InterruptedException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            if (!Files.exists(from)) {
                continue;
            }
            Path to = place.resolve(copies.size() + "-" + from.getFileName());
            Trees.copy(from, to);
            copies.add(to.toString());
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void print(String answer, PrintStream out, Results results) {
        Map<String, Sample> samples = new LinkedHashMap<>();
        for (String line : answer.lines().toList()) {
            String[] words = line.split("\t", -1);
            Sample sample = samples.computeIfAbsent(words[0], title -> new Sample());
            for (String nanos : words[1].split(" ", -1)) {
                sample.add(Long.parseLong(nanos));
            }
        }
        out.println("| what | p50 | p99 | min | p50 / ProcessBuilder |");
        out.println("| --- | --- | --- | --- | --- |");
        double process = Objects.requireNonNull(samples.get(PROCESS)).median();
        samples.forEach((title, sample) -> {
            sample.report(results, TABLE, title);
            out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.2f |%n",
                    title,
                    sample.cells(),
                    sample.median() / process);
        });
    }

    /** The ordinary user's JVM: rounds, a root, a program. Prints a line of times a row. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = Integer.parseInt(args[0]);
        Path root = Path.of(args[1]);
        String program = args[2];
        Map<String, Start> starts = new LinkedHashMap<>();
        try (Sandbox host =
                        Sandbox.builder().namespaces(Namespace.allBut(Namespace.NETWORK)).build();
                Sandbox directory = directory(root).build();
                Sandbox bare =
                        directory(root)
                                .seccomp(SeccompProfile.none())
                                .landlock(Landlock.OFF)
                                .build();
                Sandbox light =
                        Sandbox.builder()
                                .isolation(Isolation.UNPRIVILEGED)
                                .mount(Mount.readOnly(root, root.toString()))
                                .build()) {
            starts.put("Bailey, host root, all but net", () -> host.run(program).orThrow());
            starts.put("Bailey, read-only directory, all", () -> directory.run("/true").orThrow());
            starts.put(OURS, () -> bare.run("/true").orThrow());
            starts.put("Bailey, Isolation.UNPRIVILEGED", () -> light.run(program).orThrow());
            starts.put(PROCESS, () -> ProcessContender.run(List.of(program)));
            List<String> bwrap =
                    List.of(
                            "bwrap",
                            "--unshare-all",
                            "--ro-bind",
                            root.toString(),
                            "/",
                            "--proc",
                            "/proc",
                            "--dev",
                            "/dev",
                            "--tmpfs",
                            "/tmp",
                            "--die-with-parent",
                            "--new-session",
                            "--",
                            "/true");
            if (Shell.has("bwrap")) {
                starts.put(BWRAP, () -> ProcessContender.run(bwrap));
            }
            measure(starts, rounds);
        }
    }

    private static Sandbox.Builder directory(Path root) {
        return Sandbox.builder().rootfs(root).writableRoot(WritableRoot.READ_ONLY);
    }

    private static void measure(Map<String, Start> starts, int rounds)
            throws IOException, InterruptedException {
        Map<String, StringBuilder> lines = new LinkedHashMap<>();
        for (int round = -rounds / 2; round < rounds; round++) {
            for (Map.Entry<String, Start> start : starts.entrySet()) {
                long began = System.nanoTime();
                start.getValue().run();
                long nanos = System.nanoTime() - began;
                if (round >= 0) {
                    StringBuilder line =
                            lines.computeIfAbsent(start.getKey(), title -> new StringBuilder());
                    line.append(line.isEmpty() ? start.getKey() + "\t" : " ").append(nanos);
                }
            }
        }
        lines.values().forEach(System.out::println);
    }
}
