package io.bailey.sandbox.linux.attack;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.linux.testing.Power;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Other programs that make sandboxes, on the same root with the same hostile program. */
enum PeerWall implements Wall {
    BUBBLEWRAP(
            "bubblewrap",
            "`bwrap --unshare-all --cap-drop ALL --new-session --die-with-parent --ro-bind root / --proc"
                    + " /proc --dev /dev --tmpfs /tmp`, started by an ordinary user: all namespaces,"
                    + " no capabilities; it has no filter unless it is given one, and keeps the"
                    + " environment unless it is told not to") {
        @Override
        List<String> command(List<String> program) {
            List<String> command = new ArrayList<>(AS_ORDINARY_USER);
            command.addAll(List.of("bwrap", "--unshare-all", "--cap-drop", "ALL"));
            command.addAll(List.of("--new-session", "--die-with-parent"));
            command.addAll(List.of("--ro-bind", Stage.arena().root().toString(), "/"));
            command.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"));
            command.addAll(program);
            return command;
        }
    },
    CRUN(
            "crun",
            "`crun run`, started by root, with what `crun spec` writes (no terminal, its masked and read-only paths, no"
                    + " user namespace), a read-only root, a tmpfs on /tmp, no capabilities,"
                    + " no_new_privs and Docker's default seccomp profile of June 2026") {
        @Override
        List<String> command(List<String> program) throws IOException {
            Path bundle = Files.createTempDirectory("attack-crun-");
            bundle.toFile().deleteOnExit();
            String arguments =
                    program.stream()
                            .map(word -> '"' + word + '"')
                            .collect(Collectors.joining(", ", "[", "]"));
            String specification;
            try (var template = HostilePrograms.resource("crun.json")) {
                specification =
                        new String(template.readAllBytes(), UTF_8)
                                .replace("@ROOT@", Stage.arena().root().toString())
                                .replace("@ARGS@", arguments);
            }
            Files.writeString(bundle.resolve("config.json"), specification);
            return crun(
                    bundle,
                    "--cgroup-manager=disabled",
                    "run",
                    "--bundle",
                    bundle.toString(),
                    bundle.getFileName().toString());
        }

        @Override
        void clean(List<String> command) throws IOException, InterruptedException {
            Path bundle = Path.of(command.get(command.size() - 2));
            String id = bundle.getFileName().toString();
            if (Files.exists(bundle.resolve("state").resolve(id))) {
                var _ = start(crun(bundle, "delete", "--force", id));
            }
            try (Stream<Path> all = Files.walk(bundle)) {
                all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    };

    /** Nobody on most machines; a root JVM gives the command line to him. */
    private static final List<String> AS_ORDINARY_USER =
            Power.ROOT.isPresent()
                    ? List.of("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--")
                    : List.of();

    /**
     * crun stops at machines whose controllers are partly v1 and partly v2. So it is shown a pure
     * v2 tree, in mounts of its own; it is told to make no groups anyway.
     */
    private static final String SHOW_V2 = "mount -t cgroup2 none /sys/fs/cgroup; exec \"$@\"";

    /** An attempt ends itself after 5. */
    private static final long PATIENCE_SECONDS = 8;

    /** As the exit code of what runs another program. */
    private static final int SIGSYS = 128 + 31;

    private final String title;
    private final String configuration;

    PeerWall(String title, String configuration) {
        this.title = title;
        this.configuration = configuration;
    }

    abstract List<String> command(List<String> program) throws IOException;

    void clean(List<String> command) throws IOException, InterruptedException {}

    @Override
    public String title() {
        return title;
    }

    @Override
    public String configuration() {
        return configuration;
    }

    /** Installed, and able to run anything at all here. */
    @Override
    public boolean isPresent() {
        try {
            return run("list").exitCode() == 0;
        } catch (IOException notInstalled) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public Said run(String... words) throws IOException, InterruptedException {
        Marker marker = Stage.arena().inside();
        List<String> program =
                Stream.concat(
                                Stream.of(
                                        Marker.INSIDE + "/attempts", marker.path(), marker.token()),
                                Stream.of(words))
                        .toList();
        List<String> command = command(program);
        try {
            return start(command);
        } finally {
            clean(command);
        }
    }

    private static List<String> crun(Path bundle, String... words) {
        List<String> command =
                new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "--"));
        command.addAll(List.of("sh", "-c", SHOW_V2, "sh"));
        command.addAll(List.of("crun", "--root", bundle.resolve("state").toString()));
        command.addAll(List.of(words));
        return command;
    }

    /**
     * By way of cat to a file: the program inside has a pipe, and one that hangs does not hold us.
     */
    private static Said start(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("attack-", ".out");
        ProcessBuilder program =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"));
        ProcessBuilder reader = new ProcessBuilder("cat").redirectOutput(output.toFile());
        List<Process> both = ProcessBuilder.startPipeline(List.of(program, reader));
        Process process = both.getFirst();
        try {
            boolean ended =
                    process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            && both.getLast().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            int code = ended ? process.exitValue() : -1;
            String end = code == SIGSYS ? "SIGSYS" : ended ? "exit code " + code : "it hung";
            return new Said(Files.readAllLines(output), end, code);
        } finally {
            both.forEach(Process::destroyForcibly);
            Files.delete(output);
        }
    }
}
