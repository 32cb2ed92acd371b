package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Flight Recorder sees, in a JVM of its own: once it has been started, its classes stay, and
 * other tests measure what is loaded without it.
 */
@Timeout(120)
class FlightTest {
    @TempDir Path temp;

    /** What is recorded: a run, an exec, the end of both. */
    static final class Recorded {
        private Recorded() {}

        public static void main(String[] args) throws Exception {
            try (Recording recording = new Recording()) {
                recording.start();
                try (Sandbox sandbox = Sandboxes.host().build()) {
                    sandbox.run("sh", "-c", "exit 3");
                    try (Container container = sandbox.start("sleep", "100")) {
                        container.exec("true");
                    }
                }
                recording.stop();
                recording.dump(Path.of(args[0]));
            }
        }
    }

    /** The classes that a plain run loads. */
    static final class Unrecorded {
        private Unrecorded() {}

        public static void main(String[] args) throws Exception {
            try (Sandbox sandbox = Sandboxes.host().build()) {
                sandbox.run("true").orThrow();
            }
        }
    }

    private static Process start(List<String> options, Class<?> main, String... arguments)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(OwnPlaces.options());
        command.addAll(List.of("-classpath", ChildJvm.classPath(), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static RecordedEvent one(
            List<RecordedEvent> all, String name, String field, Object is) {
        return all.stream()
                .filter(event -> event.getEventType().getName().equals("io.bailey.sandbox." + name))
                .filter(event -> is.equals(event.getValue(field)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " with " + field + " " + is));
    }

    @Test
    void startExecAndExitAreRecordedWithTheirTimes() throws Exception {
        Powers.require(Power.USERNS);
        Path file = temp.resolve("flight.jfr");
        Process jvm = start(List.of(), Recorded.class, file.toString());
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor()).as(said).isZero();
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        RecordedEvent start = one(events, "Start", "program", "sh");
        assertThat(start.getDuration()).isPositive();
        assertThat(start.getLong("pid")).isPositive();
        RecordedEvent exit = one(events, "Exit", "exitCode", 3);
        assertThat(exit.getString("container")).isEqualTo(start.getString("container"));
        assertThat(exit.getString("termination")).isEqualTo("exited with 3");
        assertThat(exit.getDuration()).isPositive();
        RecordedEvent exec = one(events, "Exec", "program", "true");
        RecordedEvent host = one(events, "Start", "program", "sleep");
        assertThat(exec.getString("container")).isEqualTo(host.getString("container"));
        assertThat(exec.getString("termination")).isEqualTo("exited with 0");
    }

    @Test
    void withoutARecordingNoEventIsEvenLoaded() throws Exception {
        Powers.require(Power.USERNS);
        Path log = temp.resolve("classes");
        Process jvm = start(List.of("-Xlog:class+load:file=" + log), Unrecorded.class);
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor()).as(said).isZero();
        try (Stream<String> lines = Files.lines(log)) {
            List<String> loaded = lines.filter(line -> line.contains("io.bailey")).toList();
            assertThat(loaded).anyMatch(line -> line.contains(".flight.Flight "));
            assertThat(loaded).noneMatch(line -> line.contains(".flight.StartEvent"));
        }
    }
}
