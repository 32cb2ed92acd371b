package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;

/** An image as a root, and what of its config is honored. */
@ExtendWith(LeakAudit.class)
class ImageRootTest {
    @TempDir Path temp;

    private Images images(LayerBackend backend) {
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
        if (backend == LayerBackend.TAR_INDEX) {
            Powers.require(Power.ROOT, Power.EROFS);
        }
        return Images.builder().store(temp.resolve("store")).backend(backend).open();
    }

    private OciLayout layout() throws IOException {
        return OciLayout.in(temp.resolve("layout")).busybox();
    }

    private static Sandbox.Builder in(Image image) {
        return Sandbox.builder().rootfs(image).timeout(Sandboxes.PATIENCE);
    }

    @ParameterizedTest
    @EnumSource
    void runsWhatIsInItsLayers(LayerBackend backend) throws Exception {
        try (Images images = images(backend)) {
            Image image =
                    images.load(
                            layout().layer(
                                            new TarMaker()
                                                    .file("etc/motto", "middle\n")
                                                    .file("etc/gone", "x")
                                                    .finish())
                                    .layer(
                                            new TarMaker()
                                                    .file("etc/.wh.gone", "")
                                                    .file("etc/top", "top\n")
                                                    .finish())
                                    .write());
            assertThat(image.reference().toString()).isEqualTo("localhost/test:1");
            Result result =
                    in(image)
                            .run(
                                    "sh",
                                    "-c",
                                    "cat /etc/motto /etc/top; ls /etc; stat -c '%a %u' /etc");
            assertThat(result.stderr()).isEmpty();
            assertThat(result.stdout())
                    .isEqualTo("middle\ntop\ngroup\nmotto\npasswd\ntop\n755 0\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesAreThrownAway(LayerBackend backend) throws Exception {
        try (Images images = images(backend)) {
            Image image =
                    images.load(layout().layer(new TarMaker().file("a", "lower").finish()).write());
            Result result =
                    in(image)
                            .run(
                                    "sh",
                                    "-c",
                                    "echo upper >/a; rm -r /etc; echo new >/b; cat /a /b; ls /");
            assertThat(result.stdout()).startsWith("upper\nnew\na\nb\nbin\n").doesNotContain("etc");
            assertThat(in(image).run("sh", "-c", "cat /a; ls /etc/passwd; ls /b").stdout())
                    .isEqualTo("lower/etc/passwd\n");
            assertThat(images.verify(image).problems()).isEmpty();
        }
    }

    @Test
    void theConfigSaysHow() throws Exception {
        try (Images images = images(LayerBackend.AUTO)) {
            Image image =
                    images.load(
                            layout().config(
                                            "\"Env\":[\"A=image\",\"B=image\"],\"WorkingDir\":\"/srv/work/\","
                                                    + "\"Entrypoint\":[\"sh\",\"-c\"],\"Cmd\":[\"echo $A $B $C $PWD\"],"
                                                    + "\"StopSignal\":\"SIGQUIT\"")
                                    .write());
            assertThat(in(image).env("B", "mine").env("C", "c").run().stdout())
                    .isEqualTo("image mine c /srv/work\n");
            assertThat(in(image).run(image.command("pwd; echo more")).stdout())
                    .isEqualTo("/srv/work\nmore\n");
            assertThat(in(image).workdir("/else").run("pwd").stdout()).isEqualTo("/else\n");
            assertThat(in(image).run("echo", "literal").stdout()).isEqualTo("literal\n");
            assertThat(image.config().stopSignal()).contains("SIGQUIT");
        }
    }

    @Test
    void itsUserIsLookedUpInIt() throws Exception {
        Powers.require(Power.ROOT);
        try (Images images = images(LayerBackend.AUTO)) {
            Image image = images.load(layout().config("\"User\":\"app\"").write());
            assertThat(in(image).run("id").stdout())
                    .startsWith("uid=1000(app) gid=1001(app) groups=");
            assertThat(in(image).user("0").run("id", "-u").stdout()).isEqualTo("0\n");
        }
    }

    @Test
    void aReadOnlyRootHasItsVolumesToWriteTo() throws Exception {
        try (Images images = images(LayerBackend.AUTO)) {
            Image image = images.load(layout().config("\"Volumes\":{\"/data\":{}}").write());
            Result result =
                    in(image)
                            .writableRoot(WritableRoot.READ_ONLY)
                            .run("sh", "-c", "echo x >/data/f && cat /data/f; touch /g || echo no");
            assertThat(result.stdout()).isEqualTo("x\nno\n");
        }
    }

    @Test
    void theStoreIsNotWrittenTo() throws Exception {
        try (Images images = images(LayerBackend.AUTO)) {
            Image image = images.load(layout().write());
            assertThatThrownBy(() -> in(image).writableRoot(WritableRoot.DIRECT).run("true"))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContainingAll("DIRECT", "commit");
        }
    }

    @Test
    void whatAContainerWroteBecomesALayer() throws Exception {
        Powers.require(Power.ROOT);
        try (Images images = images(LayerBackend.AUTO)) {
            Image image =
                    images.load(layout().layer(new TarMaker().file("old", "x").finish()).write());
            Image made;
            try (Container container =
                    in(image)
                            .capabilities(Capability.CHOWN)
                            .start(
                                    "sh",
                                    "-c",
                                    "mkdir /made; echo hi >/made/f; chown 5:6 /made/f; rm /old")) {
                assertThat(container.waitFor().exitCode()).isZero();
                made = images.commit(container, "made:1");
                assertThat(images.commit(container, "made:2").digest()).isEqualTo(made.digest());
            }
            assertThat(made.layers()).hasSize(3);
            assertThat(
                            in(made).run("sh", "-c", "cat /made/f; stat -c %u:%g /made/f; ls /old")
                                    .stdout())
                    .isEqualTo("hi\n5:6\n");
        }
    }

    @Test
    void itIsStoppedByItsOwnSignal() throws Exception {
        try (Images images = images(LayerBackend.AUTO)) {
            Image image = images.load(layout().config("\"StopSignal\":\"SIGUSR1\"").write());
            try (Container container =
                    in(image)
                            .start(
                                    "sh",
                                    "-c",
                                    "trap 'echo usr1; exit 3' USR1; trap 'exit 4' TERM; touch /ready; while :; do sleep 0.1; done")) {
                while (container.exec("ls", "/ready").exitCode() != 0) {
                    Thread.onSpinWait();
                }
                container.stop(Sandboxes.PATIENCE);
                assertThat(container.waitFor().stdout()).isEqualTo("usr1\n");
            }
        }
    }
}
