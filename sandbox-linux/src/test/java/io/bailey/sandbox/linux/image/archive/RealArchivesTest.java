package io.bailey.sandbox.linux.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.archive.OciLayoutWriter.Blob;
import io.bailey.sandbox.linux.image.archive.OciLayoutWriter.Contents;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Archives that other programs write, and ours read by them. */
class RealArchivesTest {
    private static final String SKOPEO = "/usr/bin/skopeo";
    private static final String PODMAN = "/usr/bin/podman";
    private static final String NAME = "localhost/sample:1";
    private static final SampleImage FIRST =
            new SampleImage(
                    Platform.current(),
                    new TarBytes().directory("etc").file("etc/a", "a".getBytes(UTF_8)).bytes());
    private static final SampleImage SECOND =
            new SampleImage(
                    Platform.current(), new TarBytes().file("b", "b".getBytes(UTF_8)).bytes());

    @TempDir private Path scratch;
    private Contents image;

    /** Two layers, the upper one compressed. */
    @BeforeEach
    void makeImage() throws IOException {
        byte[] packed = SampleImage.gzip(SECOND.layer());
        Descriptor upper =
                new Descriptor(MediaTypes.OCI_LAYER_GZIP, Digest.sha256(packed), packed.length);
        NewImage made = NewImage.upon(FIRST.manifest(), FIRST.config(), upper, SECOND.diffId());
        image =
                new Contents(
                        Optional.of(NAME),
                        made.manifestType(),
                        made.manifest(),
                        made.config(),
                        List.of(
                                new Blob(upper, file("upper", packed)),
                                new Blob(FIRST.blob(), file("lower", FIRST.layer()))));
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(scratch.resolve(name), content);
    }

    private Path layout() {
        Path layout = scratch.resolve("oci");
        OciLayoutWriter.directory(image, layout);
        return layout;
    }

    private ArchivedImage load(Path archive) throws IOException {
        try (ImageArchive opened = ImageArchive.open(archive, scratch, ImageLimits.standard())) {
            ArchivedImage found = opened.first(Platform.current());
            assertThat(found.config().diffIds()).containsExactly(FIRST.diffId(), SECOND.diffId());
            for (Descriptor layer : found.manifest().layers()) {
                assertThat(Files.size(copy(opened, layer))).isEqualTo(layer.size());
            }
            return found;
        }
    }

    private Path copy(ImageArchive archive, Descriptor layer) throws IOException {
        Path copy = scratch.resolve("blob-" + layer.digest().hex());
        try (FileChannel into =
                FileChannel.open(
                        copy,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            archive.copyBlob(layer, into);
        }
        return copy;
    }

    @Test
    void isTheSameTwiceAndHasItsDigest() throws IOException {
        OciLayoutWriter.tar(image, scratch.resolve("1.tar"));
        OciLayoutWriter.tar(image, scratch.resolve("2.tar"));
        assertThat(scratch.resolve("1.tar")).hasSameBinaryContentAs(scratch.resolve("2.tar"));
        for (Path archive : List.of(scratch.resolve("1.tar"), layout())) {
            ArchivedImage loaded = load(archive);
            assertThat(loaded.manifestBytes()).isEqualTo(image.manifest());
            assertThat(loaded.configBytes()).isEqualTo(image.config());
            assertThat(loaded.named().name()).contains(NAME);
        }
    }

    @Test
    void makesAllOfItOrNothing() throws IOException {
        Path target = scratch.resolve("x");
        Files.writeString(scratch.resolve("upper"), "another");
        for (boolean tar : List.of(true, false)) {
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> write(tar, target))
                    .satisfies(f -> assertThat(f.kind()).isEqualTo(Kind.DIGEST_MISMATCH));
        }
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left.map(Path::getFileName).map(Path::toString))
                    .containsExactlyInAnyOrder("upper", "lower");
        }
    }

    private void write(boolean tar, Path target) {
        if (tar) {
            OciLayoutWriter.tar(image, target);
        } else {
            OciLayoutWriter.directory(image, target);
        }
    }

    @Test
    void replacesNothing() throws IOException {
        Path target = Files.createDirectory(scratch.resolve("there"));
        Path dangling = Files.createSymbolicLink(scratch.resolve("dangling"), Path.of("nowhere"));
        for (Path taken : List.of(target, dangling)) {
            for (boolean tar : List.of(true, false)) {
                assertThatExceptionOfType(ImageException.class)
                        .isThrownBy(() -> write(tar, taken))
                        .withMessageContaining("exists already")
                        .satisfies(f -> assertThat(f.kind()).isEqualTo(Kind.STORE));
            }
        }
        assertThat(target).isEmptyDirectory();
        assertThat(dangling).isSymbolicLink();
        Path orphan = scratch.resolve("no/such/directory");
        assertThatExceptionOfType(ImageException.class).isThrownBy(() -> write(true, orphan));
    }

    @Test
    void aLayerThatIsNotGivenIsNamed() {
        Contents half =
                new Contents(
                        image.name(),
                        image.manifestType(),
                        image.manifest(),
                        image.config(),
                        image.layers().subList(0, 1));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> OciLayoutWriter.tar(half, scratch.resolve("x")))
                .withMessageContaining(FIRST.diffId().toString())
                .satisfies(f -> assertThat(f.kind()).isEqualTo(Kind.NOT_FOUND));
    }

    @Test
    void skopeoFindsTheSameDigest() throws IOException, InterruptedException {
        Powers.requireProgram(SKOPEO);
        layout();
        OciLayoutWriter.tar(image, scratch.resolve("oci.tar"));
        for (String where : List.of("oci:oci:" + NAME, "oci-archive:oci.tar:" + NAME)) {
            String raw = skopeo("inspect", "--raw", where);
            assertThat(raw).isEqualTo(new String(image.manifest(), UTF_8));
            String digest = skopeo("inspect", "--format", "{{.Digest}}", where);
            assertThat(digest.strip()).isEqualTo(Digest.sha256(image.manifest()).toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker-archive:out:localhost/sample:1",
                "oci-archive:out:localhost/sample:1",
                "oci:out:localhost/sample:1",
                "dir:out"
            })
    void readsWhatSkopeoCopied(String target) throws IOException, InterruptedException {
        Powers.requireProgram(SKOPEO);
        layout();
        skopeo("copy", "--insecure-policy", "-q", "oci:oci:" + NAME, target);
        ArchivedImage loaded = load(scratch.resolve("out"));
        if (!target.startsWith("dir:")) {
            assertThat(loaded.named().reference(Path.of("out"))).hasToString(NAME);
        }
        assertThat(loaded.configBytes()).isEqualTo(image.config());
        if (!target.startsWith("docker")) {
            // It may compress what is not: the manifest is then its own.
            assertThat(new String(loaded.manifestBytes(), UTF_8))
                    .isEqualTo(skopeo("inspect", "--raw", target));
        }
    }

    /** What was read from another program's archive is the same image when it is written again. */
    @Test
    void roundTripsThroughADockerArchive() throws IOException, InterruptedException {
        Powers.requireProgram(SKOPEO);
        layout();
        skopeo(
                "copy",
                "--insecure-policy",
                "-q",
                "oci:oci:" + NAME,
                "docker-archive:saved.tar:" + NAME);
        Path again = scratch.resolve("again");
        try (ImageArchive archive =
                ImageArchive.open(scratch.resolve("saved.tar"), scratch, ImageLimits.standard())) {
            ArchivedImage found = archive.first(Platform.current());
            List<Blob> blobs = new ArrayList<>();
            for (Descriptor layer : found.manifest().layers()) {
                blobs.add(new Blob(layer, copy(archive, layer)));
            }
            OciLayoutWriter.directory(
                    new Contents(
                            found.named().name(),
                            found.manifest().mediaType(),
                            found.manifestBytes(),
                            found.configBytes(),
                            blobs),
                    again);
            String digest = skopeo("inspect", "--format", "{{.Digest}}", "oci:again:" + NAME);
            assertThat(digest.strip()).isEqualTo(found.descriptor().digest().toString());
        }
        skopeo(
                "copy",
                "--insecure-policy",
                "-q",
                "oci:again:" + NAME,
                "docker-archive:saved2.tar:" + NAME);
        assertThat(load(scratch.resolve("saved2.tar")).descriptor())
                .isEqualTo(load(scratch.resolve("saved.tar")).descriptor());
    }

    /** Docker's own types in a layout, as an image that was pulled in them is saved. */
    @Test
    void aDockerManifestStaysWhatItIs() throws IOException, InterruptedException {
        Powers.requireProgram(SKOPEO);
        layout();
        skopeo(
                "copy",
                "--insecure-policy",
                "-q",
                "--format",
                "v2s2",
                "oci:oci:" + NAME,
                "dir:v2s2");
        List<Blob> blobs = new ArrayList<>();
        ArchivedImage found;
        try (ImageArchive archive =
                ImageArchive.open(scratch.resolve("v2s2"), scratch, ImageLimits.standard())) {
            found = archive.first(Platform.current());
            assertThat(found.manifest().mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
            for (Descriptor layer : found.manifest().layers()) {
                blobs.add(new Blob(layer, copy(archive, layer)));
            }
        }
        Contents docker =
                new Contents(
                        Optional.of(NAME),
                        found.manifest().mediaType(),
                        found.manifestBytes(),
                        found.configBytes(),
                        blobs);
        OciLayoutWriter.directory(docker, scratch.resolve("docker-in-oci"));
        assertThat(load(scratch.resolve("docker-in-oci")).manifestBytes())
                .isEqualTo(found.manifestBytes());
        // By its name skopeo does not look for manifests of this type.
        assertThat(skopeo("inspect", "--raw", "oci:docker-in-oci"))
                .isEqualTo(new String(found.manifestBytes(), UTF_8));
        OciLayoutWriter.tar(docker, scratch.resolve("both.tar"));
        assertThat(skopeo("inspect", "--config", "--raw", "docker-archive:both.tar:" + NAME))
                .isEqualTo(new String(found.configBytes(), UTF_8));
        NewImage grown =
                NewImage.upon(
                        found.manifestBytes(), found.configBytes(), FIRST.blob(), FIRST.diffId());
        assertThat(grown.manifestType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-archive", "oci-archive", "oci-dir", "docker-dir"})
    void readsWhatPodmanSaved(String format) throws IOException, InterruptedException {
        Powers.require(Power.ROOT);
        Powers.requireProgram(PODMAN);
        OciLayoutWriter.tar(image, scratch.resolve("oci.tar"));
        podman("load -q -i oci.tar && P save -q --format " + format + " -o out " + NAME);
        ArchivedImage loaded = load(scratch.resolve("out"));
        // podman does not change a config.
        assertThat(loaded.configBytes()).isEqualTo(image.config());
        if (!format.equals("docker-dir")) {
            assertThat(loaded.named().reference(Path.of("out"))).hasToString(NAME);
        }
    }

    @Test
    void readsSeveralImagesOfOneArchive() throws IOException, InterruptedException {
        Powers.require(Power.ROOT);
        Powers.requireProgram(PODMAN);
        OciLayoutWriter.tar(image, scratch.resolve("oci.tar"));
        podman(
                "load -q -i oci.tar && P tag "
                        + NAME
                        + " localhost/other:2 "
                        + " && P import -q lower localhost/third:3"
                        + " && P save -q -m -o out "
                        + NAME
                        + " localhost/other:2 localhost/third:3");
        try (ImageArchive archive =
                ImageArchive.open(scratch.resolve("out"), scratch, ImageLimits.standard())) {
            assertThat(archive.images())
                    .extracting(named -> named.name().orElseThrow())
                    .containsExactlyInAnyOrder(NAME, "localhost/other:2", "localhost/third:3");
            for (Named named : archive.images()) {
                ArchivedImage one = archive.image(named, Platform.current());
                for (Descriptor layer : one.manifest().layers()) {
                    copy(archive, layer);
                }
            }
        }
    }

    private void podman(String program) throws IOException, InterruptedException {
        Tool.containers(scratch, "P " + program);
    }

    private String skopeo(String... arguments) throws IOException, InterruptedException {
        return Tool.containers(scratch, "S '" + String.join("' '", arguments) + "'");
    }

    @Test
    void umociUnpacksAndRepacksIt() throws IOException, InterruptedException {
        Powers.require(Power.ROOT);
        Powers.requireProgram("/usr/bin/umoci");
        Contents short1 =
                new Contents(
                        Optional.of("one"),
                        image.manifestType(),
                        image.manifest(),
                        image.config(),
                        image.layers());
        OciLayoutWriter.directory(short1, scratch.resolve("oci"));
        Tool.shell(
                scratch,
                "umoci unpack --image oci:one bundle; test $(cat bundle/rootfs/etc/a) = a;"
                        + " test $(cat bundle/rootfs/b) = b; echo c > bundle/rootfs/c;"
                        + " umoci repack --image oci:two bundle");
        try (ImageArchive archive =
                ImageArchive.open(scratch.resolve("oci"), scratch, ImageLimits.standard())) {
            assertThat(archive.images())
                    .extracting(named -> named.tag().orElseThrow())
                    .containsExactlyInAnyOrder("one", "two");
            Named two =
                    archive.images().stream()
                            .filter(named -> named.tag().equals(Optional.of("two")))
                            .findFirst()
                            .orElseThrow();
            ArchivedImage loaded = archive.image(two, Platform.current());
            assertThat(loaded.config().diffIds()).hasSize(3);
            copy(archive, loaded.manifest().layers().getLast());
        }
    }

    @Test
    void readsWhatBuildahCommitted() throws IOException, InterruptedException {
        Powers.require(Power.ROOT);
        Powers.requireProgram("/usr/bin/buildah");
        layout();
        String command =
                "c=$(B from oci:oci:"
                        + NAME
                        + "); B copy -q $c lower /added; B config --env X=y $c;"
                        + " B commit -q $c oci-archive:out.tar:"
                        + NAME;
        Tool.containers(scratch, command);
        try (ImageArchive archive =
                ImageArchive.open(scratch.resolve("out.tar"), scratch, ImageLimits.standard())) {
            ArchivedImage loaded = archive.first(Platform.current());
            assertThat(loaded.config().environment()).containsEntry("X", "y");
            assertThat(loaded.config().diffIds()).hasSize(3).startsWith(FIRST.diffId());
            for (Descriptor layer : loaded.manifest().layers()) {
                copy(archive, layer);
            }
        }
    }

    /** Podman runs nothing here, but takes the rootfs import as an image. */
    @Test
    void podmanTakesAnImportedRoot() throws IOException, InterruptedException {
        Powers.require(Power.ROOT);
        Powers.requireProgram(PODMAN);
        NewImage root = NewImage.ofRoot(FIRST.blob(), FIRST.diffId(), Platform.current());
        OciLayoutWriter.tar(
                new Contents(
                        Optional.of(NAME),
                        root.manifestType(),
                        root.manifest(),
                        root.config(),
                        List.of(new Blob(FIRST.blob(), scratch.resolve("lower")))),
                scratch.resolve("root.tar"));
        podman("load -q -i root.tar && P inspect --format '{{.Id}}' " + NAME + " > id");
        assertThat(Files.readString(scratch.resolve("id")).strip())
                .isEqualTo(Digest.sha256(root.config()).hex());
    }
}
