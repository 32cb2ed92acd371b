package io.bailey.sandbox.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A container of crun's on the workbench's root, with nothing in it but {@code /pause}: what its
 * {@code exec} is measured on.
 *
 * <p>It makes no cgroups, for those would not be below this process's own. And it stops at machines
 * whose controllers are partly v1 and partly v2, so it is shown a pure v2 tree, by a shell with
 * mounts of its own that then waits for commands: who measures it pays for a fork and exec of the
 * shell's, as of a ProcessBuilder's.
 */
final class CrunContainer implements AutoCloseable {
    private static final String LOOP =
            "mount -t cgroup2 none /sys/fs/cgroup || exit 1\n"
                    + "while read -r line; do\n"
                    + "  eval \"$line\" </dev/null >>\"$1\" 2>&1; echo $?\n"
                    + "done\n";

    private final Process shell;
    private final Writer commands;
    private final BufferedReader answers;
    private final String crun;
    private final String id;
    private final boolean runs;

    private CrunContainer(Process shell, String crun, String id, boolean runs) {
        this.shell = shell;
        this.commands = shell.outputWriter();
        this.answers = shell.inputReader();
        this.crun = crun;
        this.id = id;
        this.runs = runs;
    }

    static CrunContainer start(Workbench bench) throws IOException, InterruptedException {
        String id = "bailey-bench-" + ProcessHandle.current().pid();
        Path bundle = Files.createDirectory(bench.root().resolveSibling("bundle"));
        String crun = "crun --cgroup-manager=disabled --root " + bundle.resolve("state") + " ";
        boolean there = Shell.has("crun") && Shell.has("unshare");
        Path log = Files.createFile(bundle.resolve("log"));
        Process shell =
                new ProcessBuilder(
                                there
                                        ? List.of(
                                                "unshare",
                                                "--mount",
                                                "--propagation",
                                                "private",
                                                "--",
                                                "sh",
                                                "-c",
                                                LOOP,
                                                "sh",
                                                log.toString())
                                        : List.of("cat"))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        CrunContainer container = new CrunContainer(shell, crun, id, there);
        if (there) {
            Shell.run("crun", "spec", "--bundle", bundle.toString());
            Path config = bundle.resolve("config.json");
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("\"terminal\": true", "\"terminal\": false")
                            .replace("\"sh\"", "\"/pause\"")
                            .replace("\"path\": \"rootfs\"", "\"path\": \"" + bench.root() + "\""));
            container.run("run --detach --bundle " + bundle + " " + id, log);
        }
        return container;
    }

    private void run(String words, Path log) throws IOException {
        if (!ask(crun + words)) {
            throw new IOException("crun " + words + ": " + Files.readString(log));
        }
    }

    private boolean ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return "0".equals(answers.readLine());
    }

    /** Is there one? */
    boolean runs() {
        return runs;
    }

    /** Runs {@code program} in it. Returns the nanoseconds. */
    long exec(String program) throws IOException {
        long began = System.nanoTime();
        if (!ask(crun + "exec " + id + " " + program)) {
            throw new IOException("crun exec failed");
        }
        return System.nanoTime() - began;
    }

    @Override
    public void close() throws IOException {
        try {
            if (runs && !ask(crun + "delete --force " + id)) {
                throw new IOException("crun delete failed");
            }
        } finally {
            commands.close();
            try {
                int _ = shell.waitFor();
            } catch (InterruptedException stopped) {
                shell.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
