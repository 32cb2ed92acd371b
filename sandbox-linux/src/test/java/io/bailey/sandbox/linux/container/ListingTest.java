package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

@ExtendWith(LeakAudit.class)
class ListingTest {

    private static Optional<ContainerInfo> listed(String id) {
        return Containers.list(true).stream().filter(info -> info.id().equals(id)).findFirst();
    }

    private static Path state(Container container) {
        return OwnPlaces.state().resolve("containers").resolve(container.id());
    }

    private static String unique() {
        return "n" + UUID.randomUUID();
    }

    @Test
    void aContainerIsListedThroughItsLife() throws Exception {
        String name = unique();
        try (Sandbox sandbox =
                        Sandboxes.host()
                                .name(name)
                                .label("a", "b\n\"c\"")
                                .env("SECRET", "hidden-value")
                                .mount(Mount.tmpfs("/tmp/x", "1M"))
                                .build();
                Container container = sandbox.create("sh", "-c", "exit 3")) {
            ContainerInfo created = listed(container.id()).orElseThrow();
            assertThat(created.state()).isEqualTo(ContainerState.CREATED);
            assertThat(created.name()).isEqualTo(name);
            assertThat(created.root()).isEqualTo("host");
            assertThat(created.command()).containsExactly("sh", "-c", "exit 3");
            assertThat(created.labels()).isEqualTo(Map.of("a", "b\n\"c\""));
            assertThat(created.mounts()).containsExactly("tmpfs of 1M on /tmp/x");
            assertThat(created.owner()).isEqualTo(ProcessHandle.current().pid());
            assertThat(Containers.list()).noneMatch(info -> info.id().equals(container.id()));

            container.start();
            container.waitFor();

            ContainerInfo stopped = listed(container.id()).orElseThrow();
            assertThat(stopped.state()).isEqualTo(ContainerState.STOPPED);
            assertThat(stopped.exitCode()).hasValue(3);
            assertThat(stopped.termination()).hasValue("exited with 3");
            assertThat(stopped.pid()).isEmpty();
            assertThat(stopped.started().orElseThrow()).isAfterOrEqualTo(stopped.created());
            assertThat(stopped.finished().orElseThrow())
                    .isAfterOrEqualTo(stopped.started().orElseThrow());
            assertThat(stopped).isEqualTo(container.info());
            assertThat(Files.readString(state(container).resolve("state.json")))
                    .contains("\"exitCode\":3")
                    .doesNotContain("hidden-value");

            assertThat(Containers.remove(container.id())).isTrue();
            assertThat(listed(container.id())).isEmpty();
            assertThat(state(container)).doesNotExist();
        }
    }

    /** Whoever changes it at the moment of its end does not bring it back to life on paper. */
    @Test
    void whatHasEndedIsWrittenAsEnded() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Sandbox sandbox = Sandboxes.host().pids(20).build()) {
            for (int round = 0; round < 30; round++) {
                try (Container container = sandbox.start("sleep", "0.02")) {
                    Thread changing = Thread.startVirtualThread(() -> changeUntilItEnds(container));
                    container.waitFor();
                    changing.join();
                    assertThat(listed(container.id()).orElseThrow().state())
                            .isEqualTo(ContainerState.STOPPED);
                    assertThat(Files.readString(state(container).resolve("state.json")))
                            .contains("\"state\":\"STOPPED\"", "\"exitCode\":0");
                }
            }
        }
    }

    private static void changeUntilItEnds(Container container) {
        try {
            for (int pids = 20; ; pids++) {
                container.update(Limits.builder().pids(pids).build());
            }
        } catch (IllegalStateException ended) {
            // As it should be.
        }
    }

    @Test
    void whatRunsIsFoundByIdBeginningAndName() throws Exception {
        String name = unique();
        try (Sandbox sandbox = Sandboxes.host().name(name).build();
                Container container = sandbox.start("sleep", "60")) {
            assertThat(Containers.find(container.id())).containsSame(container);
            assertThat(Containers.find(container.id().substring(0, 9))).containsSame(container);
            assertThat(Containers.find(name)).containsSame(container);
            assertThat(Containers.find("no-such-" + name)).isEmpty();
            ContainerInfo info = listed(container.id()).orElseThrow();
            assertThat(info.pid()).hasValue(container.pid());
            assertThat(info.state()).isEqualTo(ContainerState.RUNNING);
            assertThatIllegalStateException()
                    .isThrownBy(() -> Containers.remove(name))
                    .withMessageContaining("lives");
            container.kill();
            container.waitFor();
            assertThat(Containers.remove(name)).isTrue();
            assertThat(Containers.remove(name)).isFalse();
            assertThat(listed(container.id())).isEmpty();
        }
    }

    @Test
    void aNameOfTwoIsNoAnswer() {
        String name = unique();
        try (Sandbox sandbox = Sandboxes.host().name(name).build();
                Container first = sandbox.create("true");
                Container second = sandbox.create("true")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Containers.find(name))
                    .withMessageContaining(first.id())
                    .withMessageContaining(second.id());
            assertThatIllegalArgumentException().isThrownBy(() -> Containers.find(""));
        }
    }

    @Test
    void filesAreForTheirUserAlone() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container = sandbox.create("true")) {
            for (Path directory :
                    List.of(
                            OwnPlaces.state(),
                            OwnPlaces.state().resolve("containers"),
                            state(container))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                        .isEqualTo("rwx------");
            }
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            state(container).resolve("state.json"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void inspectSaysWhatRunsAndKeepsSecrets() throws Exception {
        try (Sandbox sandbox =
                        Sandboxes.host()
                                .env("TOKEN", "s3cr3t")
                                .mount(Mount.file("p4ssw0rd".getBytes(), "/tmp/f"))
                                .build();
                Container container = sandbox.start("sh", "-c", "sleep 60 & sleep 60 & wait")) {
            assertThat(Sandboxes.eventually(() -> pids(container.inspect()) >= 3)).isTrue();
            assertThat(container.inspect())
                    .contains("\"TOKEN\"", "file of 8 bytes on /tmp/f")
                    .doesNotContain("s3cr3t", "p4ssw0rd");
        }
    }

    private static long pids(String json) {
        int at = json.lastIndexOf("\"pids\" : [");
        return json.substring(at, json.indexOf(']', at)).split(",", -1).length;
    }

    /** A JVM that starts containers, says their ids and waits. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws InterruptedException {
            Sandbox sandbox = Sandboxes.host().name(arguments[0]).build();
            List<Container> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                held.add(sandbox.start("sleep", "600"));
                System.out.println(held.get(i).id());
            }
            held.add(sandbox.create("true"));
            System.out.println(held.get(3).id());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @Test
    void theDeadAreSweptAndTheLivingAreNot() throws Exception {
        Process killed = holder(unique());
        Process living = holder(unique());
        try {
            List<String> dead = ids(killed);
            List<String> alive = ids(living);
            assertThat(Containers.list(true).stream().map(ContainerInfo::id))
                    .containsAll(dead)
                    .containsAll(alive);
            Path containers = OwnPlaces.state().resolve("containers");
            List<Path> cgroups = cgroups(containers.resolve(dead.getFirst()));

            killed.destroyForcibly().waitFor();

            assertThat(
                            Sandboxes.eventually(() -> {
                                var _ = Containers.list();
                                return dead.stream()
                                        .noneMatch(id -> Files.exists(containers.resolve(id)));
                            }))
                    .isTrue();
            assertThat(cgroups).allMatch(Files::notExists);
            assertThat(Containers.list(true).stream().map(ContainerInfo::id))
                    .containsAll(alive)
                    .doesNotContainAnyElementsOf(dead);
            assertThatIllegalStateException()
                    .isThrownBy(() -> Containers.find(alive.getFirst()))
                    .withMessageContaining("process " + living.pid());
            assertThatIllegalStateException()
                    .isThrownBy(() -> Containers.remove(alive.getLast()))
                    .withMessageContaining("process " + living.pid());
        } finally {
            killed.destroyForcibly().waitFor();
            living.destroyForcibly().waitFor();
            Sandboxes.eventually(
                    () -> Containers.list(true).stream().noneMatch(i -> i.owner() == living.pid()));
        }
        assertThat(Containers.list(true)).noneMatch(info -> info.owner() == living.pid());
        assertThat(
                        Sandboxes.eventually(() -> {
                            var _ = Containers.list();
                            return Sandboxes.list(OwnPlaces.state().resolve("containers")).stream()
                                    .noneMatch(name -> name.startsWith("."));
                        }))
                .isTrue();
    }

    private static List<Path> cgroups(Path container) {
        String text = Sandboxes.read(container.resolve("state.json"));
        String list = text.substring(text.indexOf("\"cgroups\":[") + 11);
        list = list.substring(0, list.indexOf(']')).replace("\"", "");
        return list.isEmpty()
                ? List.of()
                : List.of(list.split(",", -1)).stream().map(Path::of).toList();
    }

    private static Process holder(String name) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(OwnPlaces.options());
        command.addAll(List.of("-classpath", ChildJvm.classPath(), Holder.class.getName(), name));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<String> ids(Process holder) throws IOException {
        BufferedReader output = holder.inputReader();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String line = output.readLine();
            assertThat(line).isNotNull();
            ids.add(line);
        }
        return ids;
    }

    @Test
    void aRestartIsWrittenDownToo() throws Exception {
        try (Sandbox sandbox = Sandboxes.host().build();
                Container container =
                        sandbox.start(Command.of("sh", "-c", "echo life; sleep 0.01"))) {
            container.waitFor();
            ContainerInfo first = container.info();
            container.start();
            ContainerInfo second = listed(container.id()).orElseThrow();
            assertThat(second.started().orElseThrow()).isAfter(first.started().orElseThrow());
            assertThat(second.created()).isEqualTo(first.created());
            container.waitFor();
            assertThat(container.logs().lines()).hasSize(2);
        }
    }

    @Test
    void ofSeveralOfOneNameTheOneThatLivesIsMeant() throws Exception {
        String name = unique();
        try (Sandbox sandbox = Sandboxes.host().name(name).build();
                Container first = sandbox.create("true");
                Container second = sandbox.start("sleep", "100")) {
            assertThat(first.name()).isEqualTo(second.name());
            assertThat(Containers.find(name)).contains(second);
        }
    }
}
