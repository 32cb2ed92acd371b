package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Volume;
import io.bailey.sandbox.Volumes;
import io.bailey.sandbox.linux.container.state.VolumeDirectory;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

@ExtendWith(LeakAudit.class)
class VolumesTest {
    private final String name = "v" + UUID.randomUUID();

    private Sandbox.Builder sandbox() {
        return Sandboxes.host().mount(Mount.volume(name, "/tmp/data"));
    }

    private Optional<Volume> listed() {
        return Volumes.list().stream().filter(volume -> volume.name().equals(name)).findFirst();
    }

    @Test
    void itsFilesOutliveTheSandboxes() throws Exception {
        assertThat(listed()).isEmpty();
        sh(sandbox(), "echo kept > /tmp/data/file; mkdir /tmp/data/d; chmod 0 /tmp/data/d");

        assertThat(sh(sandbox(), "cat /tmp/data/file")).isEqualTo("kept");

        Volume volume = listed().orElseThrow();
        assertThat(volume.inUse()).isFalse();
        assertThat(volume.path().resolve("file")).hasContent("kept\n");
        assertThat(Volumes.remove(name)).isTrue();
        assertThat(volume.path()).doesNotExist();
        assertThat(Volumes.remove(name)).isFalse();
        assertThat(listed()).isEmpty();
    }

    @Test
    void twoSandboxesExchangeFiles() throws Exception {
        try (Sandbox first = sandbox().build();
                Sandbox second = sandbox().build();
                Container waiting =
                        first.start(
                                "sh",
                                "-c",
                                "until [ -e /tmp/data/question ]; do sleep 0.01; done;"
                                        + " tr a-z A-Z < /tmp/data/question > /tmp/data/.a;"
                                        + " mv /tmp/data/.a /tmp/data/answer");
                Container asking =
                        second.start(
                                "sh",
                                "-c",
                                "echo hello > /tmp/data/.q; mv /tmp/data/.q /tmp/data/question;"
                                        + " until [ -e /tmp/data/answer ]; do sleep 0.01; done;"
                                        + " cat /tmp/data/answer")) {
            assertThat(asking.waitFor().stdout()).isEqualTo("HELLO\n");
            assertThat(waiting.waitFor().exitCode()).isZero();
        }
        assertThat(Volumes.remove(name)).isTrue();
    }

    @Test
    void whatIsMountedIsNotRemoved() throws Exception {
        try (Sandbox sandbox = sandbox().build();
                Container container = sandbox.start("sleep", "60")) {
            assertThat(listed().orElseThrow().inUse()).isTrue();
            assertThat(container.info().mounts())
                    .containsExactly("volume " + name + " on /tmp/data");
            assertThatIllegalStateException()
                    .isThrownBy(() -> Volumes.remove(name))
                    .withMessageContaining(name)
                    .withMessageContaining("in use");
            container.kill();
            container.waitFor();
            assertThat(listed().orElseThrow().inUse()).isFalse();
            assertThat(Volumes.remove(name)).isTrue();
            // Made anew by the next who uses it.
            assertThat(sandbox.run("ls", "-A", "/tmp/data").orThrow().stdout()).isEmpty();
        }
        assertThat(Volumes.remove(name)).isTrue();
    }

    /** The kernel lets go of a dead one's lease. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (Sandbox sandbox =
                            Sandboxes.host().mount(Mount.volume(arguments[0], "/tmp/v")).build();
                    Container container = sandbox.start("sleep", "600")) {
                System.out.println(container.id());
                container.waitFor();
            }
        }
    }

    @Test
    void aKilledJvmHoldsNothing() throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx256m",
                                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(OwnPlaces.options());
        command.addAll(List.of("-classpath", ChildJvm.classPath(), Holder.class.getName(), name));
        Process jvm =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertThat(jvm.inputReader().readLine()).isNotNull();
            assertThat(listed().orElseThrow().inUse()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> Volumes.remove(name));
        } finally {
            jvm.destroyForcibly().waitFor();
        }
        assertThat(
                        Sandboxes.eventually(() -> {
                            var _ = Containers.list();
                            return !listed().orElseThrow().inUse();
                        }))
                .isTrue();
        assertThat(Volumes.remove(name)).isTrue();
    }

    @Test
    void createdTwiceIsOne() {
        Volume made = Volumes.create(name);
        assertThat(Volumes.create(name)).isEqualTo(made);
        assertThat(made.path()).isDirectory();
        assertThat(Volumes.remove(name)).isTrue();
    }

    @Test
    void theSandboxsRootIsTheOwnerUnderARootJvm() throws Exception {
        Powers.require(Power.ROOT);
        assertThat(sh(sandbox(), "stat -c %u /tmp/data; touch /tmp/data/x")).isEqualTo("0");
        Volume volume = listed().orElseThrow();
        assertThat(Files.getAttribute(volume.path().resolve("x"), "unix:uid")).isEqualTo(0);
        assertThat(Volumes.remove(name)).isTrue();
    }

    /** Whoever opens the library next removes what is left. */
    @Test
    void whatAKilledRemoverLeftIsRemoved() throws Exception {
        String name = "left" + System.nanoTime();
        Path content = Volumes.create(name).path();
        Files.writeString(content.resolve("file"), "x");
        Path all = content.getParent().getParent();
        Files.createDirectories(all.resolve("trash"));
        Files.move(content, all.resolve("trash").resolve(name + ".1"));
        new VolumeDirectory(Linux.host(), all).sweep();
        assertThat(all.resolve("trash").resolve(name + ".1")).doesNotExist();
        assertThat(Volumes.remove(name)).isFalse();
        Files.delete(all.resolve("leases").resolve(name));
    }
}
