package io.bailey.sandbox.linux.image.archive;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs programs of the machine, which must succeed. */
final class Tool {
    private static final String FUNCTIONS =
            """
            P() { podman --root $PWD/store --runroot $PWD/run --tmpdir $PWD/tmp \
                --storage-driver vfs --events-backend none --cgroup-manager cgroupfs "$@"; }
            B() { buildah --root $PWD/store --runroot $PWD/run --storage-driver vfs "$@"; }
            S() { skopeo "$@"; }
            """;

    private Tool() {}

    /** What it prints. Its files go where {@code scratch} is, whatever it is. */
    static String run(Path scratch, String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(scratch, "tool", ".out");
        Path err = Files.createTempFile(scratch, "tool", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(List.of(command))
                        .directory(scratch.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().put("TMPDIR", scratch.toString());
        builder.environment().put("HOME", scratch.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        int exit = builder.start().waitFor();
        String text = Files.readString(out, UTF_8);
        assertThat(exit)
                .as("%s: %s%s", String.join(" ", command), text, Files.readString(err, UTF_8))
                .isZero();
        Files.delete(out);
        Files.delete(err);
        return text;
    }

    /** The same of a shell's program. */
    static String shell(Path scratch, String program) throws IOException, InterruptedException {
        return run(scratch, "bash", "-euc", program);
    }

    /**
     * The same of a program of skopeo, podman or buildah. Theirs is a cache in /var/lib, whatever
     * store they are told to use, and podman's are locks in /dev/shm: here they get others.
     */
    static String containers(Path scratch, String program)
            throws IOException, InterruptedException {
        Path settings = scratch.resolve("containers.conf");
        Files.writeString(settings, "[engine]\nlock_type=\"file\"\n");
        String command = "export CONTAINERS_CONF=" + settings + "\n" + FUNCTIONS + program;
        return Linux.host().geteuid() == 0
                ? run(
                        scratch,
                        "unshare",
                        "-m",
                        "bash",
                        "-euc",
                        "mount -t tmpfs none /var/lib\n" + command)
                : shell(scratch, command);
    }
}
