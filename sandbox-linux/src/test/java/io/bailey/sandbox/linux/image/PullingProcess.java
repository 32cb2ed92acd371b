package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM that opens a store and does something there; it can be killed at any moment. */
final class PullingProcess implements AutoCloseable {
    private final Process jvm;
    private final BufferedReader output;

    private PullingProcess(Process jvm) {
        this.jvm = jvm;
        this.output = jvm.inputReader();
    }

    /** Returns when it is about to open the store. */
    static PullingProcess begin(Path store, LayerBackend backend, String... words)
            throws IOException {
        PullingProcess process = start(store, backend, words);
        process.expect("begin");
        return process;
    }

    /** Returns at once. */
    static PullingProcess start(Path store, LayerBackend backend, String... words)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "--enable-native-access=ALL-UNNAMED",
                                "-classpath",
                                ChildJvm.classPath(),
                                PullingProcess.class.getName(),
                                store.toString(),
                                backend.name()));
        command.addAll(Arrays.asList(words));
        Process jvm = new ProcessBuilder(command).redirectErrorStream(true).start();
        jvm.getOutputStream().close();
        return new PullingProcess(jvm);
    }

    /** Waits for a line. */
    void expect(String line) throws IOException {
        String next = output.readLine();
        if (!line.equals(next)) {
            throw new AssertionError("not \"" + line + "\" but " + next + rest());
        }
    }

    private String rest() {
        return "\n" + String.join("\n", output.lines().toList());
    }

    long pid() {
        return jvm.pid();
    }

    /** SIGKILL: no shutdown hook, no finally. Returns when it is dead; what it had printed. */
    List<String> kill() throws InterruptedException {
        jvm.toHandle().destroyForcibly(); // Process.destroyForcibly closes the streams.
        return end();
    }

    /** Waits for its end; what it printed. */
    List<String> end() throws InterruptedException {
        List<String> lines = output.lines().toList();
        if (!jvm.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + lines);
        }
        return lines;
    }

    /** What the killed have left in the control groups is removed by the next who looks. */
    @Override
    public void close() {
        jvm.destroyForcibly().onExit().join();
        Cgroups.discover(Linux.host()).sweep();
    }

    /** Arguments: store, backend, then a verb and its object. */
    public static void main(String... words) throws InterruptedException {
        Images.Builder builder =
                Images.builder()
                        .store(Path.of(words[0]))
                        .backend(LayerBackend.valueOf(words[1]))
                        .authFiles();
        System.out.println("begin");
        try (Images images = builder.open()) {
            switch (words[2]) {
                case "pull" -> System.out.println("pulled " + images.pull(words[3]).digest());
                case "load" ->
                        System.out.println("loaded " + images.load(Path.of(words[3])).digest());
                case "run" -> {
                    Image image = images.pull(words[3]);
                    System.out.println("pulled " + image.digest());
                    System.out.println(
                            Sandbox.builder()
                                    .rootfs(image)
                                    .run("echo", "ran")
                                    .orThrow()
                                    .stdout()
                                    .strip());
                }
                case "prune" -> prune(images.store());
                default -> throw new IllegalArgumentException(words[2]);
            }
        }
        System.out.println("end");
    }

    /** Of any age, until it is killed. */
    private static void prune(Path store) {
        while (true) {
            SharedStoreTest.prune(store);
        }
    }
}
