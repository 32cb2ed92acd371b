package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.ImageException.Kind;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class ImageTest {

    @Test
    void runsItsEntrypointAndCmd() {
        Image image = image(List.of("/bin/e", "-x"), List.of("c", "d"));
        assertThat(image.command()).isEqualTo(Command.of("/bin/e", "-x", "c", "d"));
        assertThat(image.command("y")).isEqualTo(Command.of("/bin/e", "-x", "y"));
        assertThat(image(List.of(), List.of("c")).command()).isEqualTo(Command.of("c"));
        assertThat(image(List.of(), List.of("c")).command("y", "z"))
                .isEqualTo(Command.of("y", "z"));
        assertThat(image(List.of("e"), List.of()).command()).isEqualTo(Command.of("e"));
    }

    @Test
    void saysThatItHasNoCommand() {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> image(List.of(), List.of()).command())
                .withMessage(
                        "find the command of docker.io/library/a:latest: the image has neither"
                                + " entrypoint nor cmd — name a command")
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo(Kind.NOT_FOUND);
                    assertThat(failure.fix()).isEqualTo("name a command");
                    assertThat(failure.step()).isEqualTo("find the command of");
                    assertThat(failure.subject()).isEqualTo("docker.io/library/a:latest");
                });
    }

    @Test
    void tellsItsNameAndDigest() {
        Image image = image(List.of(), List.of());
        assertThat(image)
                .hasToString("docker.io/library/a:latest (" + Digest.sha256(new byte[0]) + ")");
        assertThat(image.store()).isAbsolute();
    }

    @Test
    void aFailureKeepsWhatItWasWithin() {
        IOException cause = new IOException("cut off");
        ImageException inner =
                new ImageException(
                        Kind.MALFORMED_LAYER,
                        "read layer",
                        "sha256:x",
                        "no end",
                        "pull again",
                        cause);
        ImageException outer = inner.during("pull", "a.b/c:1").during("start", "");
        assertThat(outer)
                .hasMessage("start: pull a.b/c:1: read layer sha256:x: no end — pull again")
                .hasCause(outer.getCause());
        assertThat(outer.kind()).isEqualTo(Kind.MALFORMED_LAYER);
        assertThat(outer.fix()).isEqualTo("pull again");
        assertThat(outer).hasRootCause(cause);
        assertThat(inner).hasMessage("read layer sha256:x: no end — pull again");
    }

    @Test
    void descriptorsHaveASize() {
        refused(
                Kind.MALFORMED_DOCUMENT,
                () -> new Descriptor("x", Digest.sha256(new byte[0]), -1),
                "-1 is negative");
        assertThat(new Descriptor("x", Digest.sha256(new byte[0]), 0).urls()).isEmpty();
    }

    @Test
    void documentsDoNotChange() {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("b", "1");
        notes.put("a", "2");
        List<String> urls = new ArrayList<>(List.of("u"));
        Descriptor descriptor =
                new Descriptor("x", Digest.sha256(new byte[0]), 1, Optional.empty(), notes, urls);
        ImageManifest manifest = new ImageManifest("m", descriptor, new ArrayList<>(), notes);
        notes.clear();
        urls.clear();
        assertThat(descriptor.annotations().keySet()).containsExactly("b", "a");
        assertThat(descriptor.urls()).containsExactly("u");
        assertThat(manifest.annotations()).hasSize(2).isUnmodifiable();
        assertThat(manifest.layers()).isUnmodifiable();
        assertThat(config(List.of(), List.of()).environment().keySet()).containsExactly("Z", "A");
    }

    @Test
    void secretsAreNotShown() {
        assertThat(new Credentials("me", "hunter2")).hasToString("me:***");
    }

    @Test
    void limitsArePositive() {
        ImageLimits standard = ImageLimits.standard();
        assertThat(standard.layers()).isEqualTo(500);
        MemorySize size = MemorySize.of(1);
        assertThat(new ImageLimits(1, 1, size, 1, 1, size, size).depth()).isEqualTo(1);
        refused(() -> new ImageLimits(0, 1, size, 1, 1, size, size), "layers", "1 to 500");
        refused(() -> new ImageLimits(501, 1, size, 1, 1, size, size), "layers", "501");
        refused(() -> new ImageLimits(1, 0, size, 1, 1, size, size), "entries");
        refused(() -> new ImageLimits(1, 1, size, 0, 1, size, size), "ratio");
        refused(() -> new ImageLimits(1, 1, size, 1, -1, size, size), "depth", "-1");
    }

    private static Image image(List<String> entrypoint, List<String> cmd) {
        return new Image(
                ImageReference.parse("a"),
                Digest.sha256(new byte[0]),
                List.of(),
                config(entrypoint, cmd),
                0,
                Path.of("store"));
    }

    private static ImageConfig config(List<String> entrypoint, List<String> cmd) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("Z", "1");
        environment.put("A", "2");
        return new ImageConfig(
                Platform.parse("linux/amd64"),
                environment,
                entrypoint,
                cmd,
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Set.of(),
                Map.of(),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }
}
