package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a container has written is there in its next life, where it is kept, and in between. */
@ExtendWith(LeakAudit.class)
class RestartTest {
    @TempDir Path temp;

    private Images images() {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
        return Images.builder().store(temp.resolve("store")).open();
    }

    private Image image(Images images) throws IOException {
        return images.load(
                OciLayout.in(temp.resolve("layout"))
                        .busybox()
                        .layer(new TarMaker().file("data/lower", "lower\n").finish())
                        .write());
    }

    private static Sandbox.Builder in(Image image) {
        return Sandbox.builder().rootfs(image).timeout(Sandboxes.PATIENCE);
    }

    private static String sh(Container in, String script) throws InterruptedException {
        var result = in.exec("sh", "-c", script);
        return (result.stdout() + result.stderr()).strip();
    }

    private static long starts(Container container) {
        return container.events().stream().filter(ContainerEvent.Started.class::isInstance).count();
    }

    /** Three lives, with a copy in and out in between that is none. */
    private void lives(Container container) throws Exception {
        sh(container, "echo one >/data/first; rm /data/lower; mkdir /data/made");
        container.restart(Duration.ZERO);
        assertThat(sh(container, "cat /data/first; ls /data")).isEqualTo("one\nfirst\nmade");
        sh(container, "echo two >>/data/first");
        container.kill();
        container.waitFor();
        Path file = Files.writeString(temp.resolve("in"), "while stopped\n");
        container.copyIn(file, "/data");
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        container.copyOut("/data/first", tar);
        assertThat(tar.toString()).contains("one\ntwo\n");
        assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        assertThat(starts(container)).isEqualTo(2);
        container.start();
        assertThat(sh(container, "cat /data/first /data/in; ls /data"))
                .isEqualTo("one\ntwo\nwhile stopped\nfirst\nin\nmade");
    }

    @Test
    void anImagesLayerIsKeptInMemory() throws Exception {
        Powers.require(Power.ROOT);
        try (Images images = images()) {
            Image image = image(images);
            try (Sandbox sandbox = in(image).build()) {
                try (Container container = sandbox.start("sleep", "1000")) {
                    lives(container);
                    Image committed = images.commit(container, "localhost/kept:1");
                    assertThat(in(committed).run("sh", "-c", "cat /data/in; ls /data").stdout())
                            .isEqualTo("while stopped\nfirst\nin\nmade\n");
                }
            }
        }
    }

    @Test
    void aLayerOnADiskIsKept() throws Exception {
        Path layers = Files.createDirectories(temp.resolve("layers"));
        try (Images images = images()) {
            Image image = image(images);
            try (Sandbox sandbox = in(image).writableLayer(layers).build();
                    Container container = sandbox.start("sleep", "1000")) {
                lives(container);
                assertThat(list(layers)).hasSize(1);
            }
            assertThat(list(layers)).isEmpty();
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    @Test
    void aDirectorysLayerOnADiskIsKeptToo() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        root.file("data/lower", "lower\n");
        Path layers = Files.createDirectories(temp.resolve("layers"));
        try (Sandbox sandbox = root.sandbox().writableLayer(layers).build();
                Container container = sandbox.start("sleep", "1000")) {
            lives(container);
        }
        assertThat(list(layers)).isEmpty();
    }

    @Test
    void whatIsNotKeptIsGone() throws Exception {
        Powers.require(Power.USERNS, Power.OVERLAY);
        TestRoot root = TestRoot.complete(temp);
        root.file("data/lower", "lower\n");
        try (Sandbox sandbox = root.sandbox().build();
                Container container = sandbox.start("sleep", "1000")) {
            sh(container, "echo one >/data/first; rm /data/lower");
            container.restart(Duration.ZERO);
            assertThat(sh(container, "ls /data")).isEqualTo("lower");
            container.kill();
            container.waitFor();
            assertThatThrownBy(() -> container.copyOut("/data/lower", temp))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("root is gone", "writableLayer");
        }
    }

    @Test
    void aFirstStartThatFailsLeavesNoLayer() throws Exception {
        Path layers = Files.createDirectories(temp.resolve("layers"));
        try (Images images = images();
                Sandbox sandbox = in(image(images)).writableLayer(layers).build();
                Container container = sandbox.create(Command.of("/usr/own", "1000"))) {
            assertThatThrownBy(container::start).isInstanceOf(CommandException.class);
            assertThat(list(layers)).isEmpty();
        }
    }

    @Test
    void aRestartThatFailsLosesNothing() throws Exception {
        Path layers = Files.createDirectories(temp.resolve("layers"));
        try (Images images = images();
                Sandbox sandbox = in(image(images)).writableLayer(layers).build();
                Container container =
                        sandbox.start("sh", "-c", "cp /bin/sh /data/sh; exec sleep 1000")) {
            sh(container, "until [ -e /data/sh ]; do :; done; mv /bin /bin2");
            assertThatThrownBy(() -> container.restart(Duration.ZERO))
                    .isInstanceOf(CommandException.class);
            assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
            Path bin = Files.createDirectory(temp.resolve("bin"));
            container.copyOut("/bin2", bin);
            container.copyIn(bin.resolve("bin2"), "/bin");
            container.start();
            assertThat(sh(container, "ls -d /bin2 /data/sh")).isEqualTo("/bin2\n/data/sh");
        }
        assertThat(list(layers)).isEmpty();
    }

    /** Each such copy takes the image into use once more, and lets go of it. */
    @Test
    void copyingWhatHasStoppedLeavesNothingOpen() throws Exception {
        Path layers = Files.createDirectories(temp.resolve("layers"));
        try (Images images = images()) {
            Image image = image(images);
            OpenFiles before = OpenFiles.now();
            try (Container container = in(image).writableLayer(layers).start("true")) {
                container.waitFor();
                for (int i = 0; i < 5; i++) {
                    container.copyOut("/data/lower", new ByteArrayOutputStream());
                }
                assertThat(container.info().image().orElseThrow())
                        .startsWith(image.reference().toString())
                        .endsWith("@" + image.digest());
            }
            // A mount that nobody uses stays for a while, for whoever comes next, unless its files
            // are to go.
            assertThat(images.remove(image.reference().toString())).isTrue();
            images.prune();
            assertThat(Sandboxes.eventually(() -> before.more().isEmpty()))
                    .as(() -> before.more().toString())
                    .isTrue();
        }
    }
}
