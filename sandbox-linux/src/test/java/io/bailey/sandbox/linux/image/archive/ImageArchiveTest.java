package io.bailey.sandbox.linux.image.archive;

import static io.bailey.sandbox.linux.image.archive.SampleImage.gzip;
import static io.bailey.sandbox.linux.image.archive.SampleImage.index;
import static io.bailey.sandbox.linux.image.archive.SampleImage.layout;
import static io.bailey.sandbox.linux.image.archive.SampleImage.named;
import static io.bailey.sandbox.linux.image.archive.SampleImage.path;
import static io.bailey.sandbox.linux.image.archive.SampleImage.pointer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.testing.Powers;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Archives made by hand, old ones and hostile ones. */
class ImageArchiveTest {
    private static final SampleImage IMAGE = SampleImage.of("one");
    private static final SampleImage OTHER = SampleImage.of("two");
    private static final Platform HERE = Platform.current();

    @TempDir private Path scratch;

    private ImageArchive open(Path archive) {
        return ImageArchive.open(archive, scratch, ImageLimits.standard());
    }

    private Path directory(Map<String, byte[]> files) throws IOException {
        Path directory = scratch.resolve("archive");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return directory;
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(scratch.resolve("archive.tar"), content);
    }

    private static TarBytes tar(Map<String, byte[]> files) {
        TarBytes tar = new TarBytes();
        files.forEach(tar::file);
        return tar;
    }

    private byte[] copied(ImageArchive archive, Descriptor blob) throws IOException {
        Path copy = scratch.resolve("copy");
        try (FileChannel into =
                FileChannel.open(
                        copy,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            archive.copyBlob(blob, into);
        }
        return Files.readAllBytes(copy);
    }

    /** It has this image, whole. */
    private void holds(ImageArchive archive, SampleImage image) throws IOException {
        ArchivedImage found = archive.first(HERE);
        assertThat(found.config().diffIds()).containsExactly(image.diffId());
        assertThat(copied(archive, found.manifest().layers().getFirst())).isEqualTo(image.layer());
        assertThat(copied(archive, found.manifest().config())).isEqualTo(found.configBytes());
        assertThat(copied(archive, found.descriptor())).isEqualTo(found.manifestBytes());
        assertThat(Digest.sha256(found.manifestBytes())).isEqualTo(found.descriptor().digest());
    }

    private static void failure(Kind kind, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(call)
                .satisfies(failure -> {
                    assertThat(failure.kind()).as(failure.toString()).isEqualTo(kind);
                    for (String word : words) {
                        assertThat(failure.getMessage()).contains(word);
                    }
                });
    }

    private static ImageLimits limits(int layers, MemorySize document) {
        ImageLimits s = ImageLimits.standard();
        return new ImageLimits(
                layers, s.entries(), s.layerSize(), s.ratio(), s.depth(), document, s.header());
    }

    @Test
    void readsALayoutHoweverItIsPacked() throws IOException, InterruptedException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer(named("a.b/c:1"))), IMAGE);
        byte[] plain = tar(files).bytes();
        try (ImageArchive archive = open(directory(files))) {
            holds(archive, IMAGE);
            assertThat(archive.images())
                    .extracting(Named::name)
                    .containsExactly(Optional.of("a.b/c:1"));
            assertThat(archive.first(HERE).manifestBytes()).isEqualTo(IMAGE.manifest());
        }
        try (ImageArchive archive = open(file(plain))) {
            holds(archive, IMAGE);
        }
        try (ImageArchive archive = open(file(gzip(plain)))) {
            holds(archive, IMAGE);
        }
        assertThat(scratch).isDirectoryNotContaining("glob:**archive-*");
    }

    @Test
    void readsAZstandardTar() throws IOException, InterruptedException {
        Powers.requireProgram("/usr/bin/zstd");
        file(tar(layout(index(IMAGE.pointer("")), IMAGE)).bytes());
        Tool.run(scratch, "zstd", "-q", "archive.tar");
        try (ImageArchive archive = open(scratch.resolve("archive.tar.zst"))) {
            holds(archive, IMAGE);
        }
    }

    @Test
    void dotsBeforeNamesSayNothing() throws IOException {
        TarBytes tar = new TarBytes().directory(".");
        layout(index(IMAGE.pointer("")), IMAGE).forEach((name, c) -> tar.file("./" + name, c));
        try (ImageArchive archive = open(file(tar.bytes()))) {
            holds(archive, IMAGE);
        }
    }

    @Test
    void findsThePlatformInNestedIndexes() throws IOException {
        SampleImage foreign = OTHER.on("plan9/mips");
        String inner =
                index(
                        foreign.pointer(
                                ",\"platform\":{\"os\":\"plan9\",\"architecture\":\"mips\"}"),
                        IMAGE.pointer(
                                ",\"platform\":{\"os\":\"linux\",\"architecture\":\""
                                        + HERE.architecture()
                                        + "\"}"));
        byte[] bytes = inner.getBytes(UTF_8);
        String outer = index(pointer(MediaTypes.OCI_INDEX, bytes, named("x/y:z")));
        Map<String, byte[]> files = layout(outer, IMAGE, foreign);
        files.put(path(bytes), bytes);
        try (ImageArchive archive = open(directory(files))) {
            holds(archive, IMAGE);
            ArchivedImage found =
                    archive.image(archive.images().getFirst(), Platform.parse("plan9/mips"));
            assertThat(found.descriptor().digest()).isEqualTo(Digest.sha256(foreign.manifest()));
            assertThat(found.named().name()).contains("x/y:z");
            failure(
                    Kind.NO_SUCH_PLATFORM,
                    () -> archive.first(Platform.parse("linux/arm/v5")),
                    "linux/arm/v5",
                    "plan9/mips");
        }
    }

    @Test
    void whatNoPlatformIsSaidOfIsForThatOfItsConfig() throws IOException {
        SampleImage foreign = OTHER.on("plan9/mips");
        String both = index(foreign.pointer(""), IMAGE.pointer(""));
        try (ImageArchive archive = open(directory(layout(both, IMAGE, foreign)))) {
            holds(archive, IMAGE);
            failure(
                    Kind.NO_SUCH_PLATFORM,
                    () -> archive.image(archive.images().getFirst(), HERE),
                    "only for plan9/mips");
        }
    }

    @Test
    void keepsTheOrderAndAllNames() throws IOException {
        String twice =
                index(
                        IMAGE.pointer(named("a.b/c:1")),
                        IMAGE.pointer(named("latest")),
                        pointer("text/plain", IMAGE.config(), ""),
                        IMAGE.pointer(
                                ",\"annotations\":{\"io.containerd.image.name\":\"d.e/f:2\","
                                        + "\"org.opencontainers.image.ref.name\":\"2\"}"),
                        IMAGE.pointer(""));
        try (ImageArchive archive = open(directory(layout(twice, IMAGE)))) {
            Path path = Path.of("/x/My Images.tar.gz");
            assertThat(archive.images())
                    .extracting(image -> image.reference(path).toString())
                    .containsExactly(
                            "a.b/c:1",
                            "localhost/my-images:latest",
                            "d.e/f:2",
                            "localhost/my-images:latest");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../blobs", "a b", "-x:1", "A/B/c D"})
    void aBadNameIsRefusedWhenItIsWanted(String name) throws IOException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer(named(name))), IMAGE);
        try (ImageArchive archive = open(directory(files))) {
            holds(archive, IMAGE);
            failure(
                    Kind.INVALID_REFERENCE,
                    () -> archive.images().getFirst().reference(Path.of("x")));
        }
    }

    @Test
    void namesOfFilesBecomeNamesOfImages() {
        Named none = new Named(Optional.empty(), Optional.empty(), IMAGE.blob());
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("/a/busybox.tar", "localhost/busybox:latest");
        expected.put("/a/busybox_1.36.tar.zst", "localhost/busybox-1-36:latest");
        expected.put("/a/x.tgz", "localhost/x:latest");
        expected.put("/a/--", "localhost/image:latest");
        expected.put("/", "localhost/image:latest");
        expected.put("/a/ÄÖ.tar", "localhost/image:latest");
        expected.put("/a/b/../C", "localhost/c:latest");
        expected.forEach(
                (path, name) -> assertThat(none.reference(Path.of(path))).hasToString(name));
    }

    // Docker's archives.

    private static String dockerManifest(String config, String tags, String layers) {
        return "[{\"Config\":\"%s\",\"RepoTags\":%s,\"Layers\":[%s]}]"
                .formatted(config, tags, layers);
    }

    private static Map<String, byte[]> docker(String tags, byte[] layer) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String id = "ab".repeat(32);
        files.put(id + "/VERSION", "1.0".getBytes(UTF_8));
        files.put(id + "/json", "{}".getBytes(UTF_8));
        files.put(id + "/layer.tar", layer);
        files.put("c.json", IMAGE.config());
        files.put(
                "manifest.json",
                dockerManifest("c.json", tags, "\"" + id + "/layer.tar\"").getBytes(UTF_8));
        files.put("repositories", "{}".getBytes(UTF_8));
        return files;
    }

    @Test
    void readsWhatDockerSaved() throws IOException {
        Map<String, byte[]> files = docker("[\"b:1\",\"q.io/b:2\"]", IMAGE.layer());
        Digest fromTar;
        try (ImageArchive archive = open(file(tar(files).bytes()))) {
            holds(archive, IMAGE);
            assertThat(archive.images())
                    .extracting(image -> image.reference(Path.of("x")).toString())
                    .containsExactly("docker.io/library/b:1", "q.io/b:2");
            ArchivedImage image = archive.first(HERE);
            assertThat(image.configBytes()).isEqualTo(IMAGE.config());
            assertThat(image.manifest().layers()).containsExactly(IMAGE.blob());
            fromTar = image.descriptor().digest();
        }
        try (ImageArchive archive = open(directory(files))) {
            holds(archive, IMAGE);
            assertThat(archive.first(HERE).descriptor().digest()).isEqualTo(fromTar);
        }
        try (ImageArchive archive = open(directory(docker("null", IMAGE.layer())))) {
            assertThat(archive.images()).hasSize(1);
            assertThat(archive.images().getFirst().name()).isEmpty();
        }
    }

    @Test
    void aPackedLayerKeepsItsBytes() throws IOException {
        byte[] packed = gzip(IMAGE.layer());
        try (ImageArchive archive = open(file(tar(docker("[]", packed)).bytes()))) {
            Descriptor layer = archive.first(HERE).manifest().layers().getFirst();
            assertThat(layer)
                    .isEqualTo(
                            new Descriptor(
                                    MediaTypes.OCI_LAYER_GZIP,
                                    Digest.sha256(packed),
                                    packed.length));
            assertThat(copied(archive, layer)).isEqualTo(packed);
        }
    }

    /** As Docker wrote layers that were there already, from 1.10 on. */
    @Test
    void followsLinksInside() throws IOException {
        TarBytes tar =
                new TarBytes()
                        .file("real/layer.tar", IMAGE.layer())
                        .link(TarEntry.Type.SYMBOLIC_LINK, "sym/layer.tar", "../real/layer.tar")
                        .link(TarEntry.Type.HARD_LINK, "hard/layer.tar", "sym/layer.tar")
                        .file("c.json", IMAGE.config())
                        .file(
                                "manifest.json",
                                dockerManifest("c.json", "[]", "\"hard/layer.tar\"")
                                        .getBytes(UTF_8));
        try (ImageArchive archive = open(file(tar.bytes()))) {
            holds(archive, IMAGE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../../../../etc/passwd",
                "../../../../../../../../../../../../etc/passwd",
                "loop/layer.tar",
                "nowhere"
            })
    void linksLeadNowhereElse(String target) throws IOException {
        TarBytes tar =
                new TarBytes()
                        .link(TarEntry.Type.SYMBOLIC_LINK, "loop/layer.tar", target)
                        .file("c.json", IMAGE.config())
                        .file(
                                "manifest.json",
                                dockerManifest("c.json", "[]", "\"loop/layer.tar\"")
                                        .getBytes(UTF_8));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> open(file(tar.bytes())))
                .satisfies(failure ->
                        assertThat(failure.kind()).isIn(Kind.NOT_FOUND, Kind.MALFORMED_DOCUMENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../secret", "a/../../secret", "out", "dir/secret", ""})
    void aDirectoryLeadsNowhereElse(String name) throws IOException {
        Files.write(scratch.resolve("secret"), IMAGE.layer());
        Path directory = directory(docker("[]", IMAGE.layer()));
        Files.createSymbolicLink(directory.resolve("out"), Path.of("../secret"));
        Files.createSymbolicLink(directory.resolve("dir"), Path.of(".."));
        Files.createDirectories(directory.resolve("a"));
        Files.writeString(
                directory.resolve("manifest.json"),
                dockerManifest("c.json", "[]", "\"" + name + "\""));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> open(directory))
                .satisfies(failure ->
                        assertThat(failure.kind()).isIn(Kind.NOT_FOUND, Kind.MALFORMED_DOCUMENT));
    }

    @Test
    void aDirectorysLinksMayLeadToOthers() throws IOException {
        Path directory = directory(docker("[]", IMAGE.layer()));
        Files.move(directory.resolve("c.json"), directory.resolve("d.json"));
        Files.createSymbolicLink(directory.resolve("c.json"), Path.of("d.json"));
        try (ImageArchive archive = open(directory)) {
            holds(archive, IMAGE);
        }
    }

    @Test
    void aFifoIsNotOpened() throws IOException, InterruptedException {
        Path directory = directory(docker("[]", IMAGE.layer()));
        Files.delete(directory.resolve("c.json"));
        Tool.run(scratch, "mkfifo", directory.resolve("c.json").toString());
        failure(Kind.MALFORMED_DOCUMENT, () -> open(directory), "is no file");
    }

    @Test
    void readsWhatDockerSavedBefore2016() throws IOException {
        String top = "aa".repeat(32);
        String base = "bb".repeat(32);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("repositories", ("{\"old\":{\"1\":\"" + top + "\"}}").getBytes(UTF_8));
        files.put(
                top + "/json",
                """
                {"id":"%s","parent":"%s","created":"2015-01-01T00:00:00Z","os":"linux",
                "architecture":"%s","config":{"Cmd":["/x"],"Env":["A=b"],"Memory":-1.5e3,"Tty":false}}
                """
                        .formatted(top, base, HERE.architecture())
                        .getBytes(UTF_8));
        files.put(top + "/layer.tar", OTHER.layer());
        files.put(base + "/json", ("{\"id\":\"" + base + "\"}").getBytes(UTF_8));
        files.put(base + "/layer.tar", IMAGE.layer());
        try (ImageArchive archive = open(file(tar(files).bytes()))) {
            ArchivedImage image = archive.first(HERE);
            assertThat(image.named().name()).contains("old:1");
            assertThat(image.config().diffIds()).containsExactly(IMAGE.diffId(), OTHER.diffId());
            assertThat(image.config().cmd()).containsExactly("/x");
            assertThat(image.config().environment()).containsEntry("A", "b");
            assertThat(copied(archive, image.manifest().layers().getLast()))
                    .isEqualTo(OTHER.layer());
        }
        files.put(base + "/json", ("{\"parent\":\"" + top + "\"}").getBytes(UTF_8));
        failure(Kind.LIMIT_EXCEEDED, () -> open(file(tar(files).bytes())), "500 layers");
        files.put(base + "/json", "{\"parent\":\"../../etc\"}".getBytes(UTF_8));
        failure(Kind.MALFORMED_DOCUMENT, () -> open(file(tar(files).bytes())), "no id of a layer");
    }

    // What must be refused.

    @Test
    void whatIsNoArchiveIsSaidToBeNone() throws IOException {
        failure(Kind.NOT_FOUND, () -> open(scratch.resolve("none")), "none", "does not exist");
        failure(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                () -> open(Files.createDirectory(scratch.resolve("e"))));
        failure(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                () -> open(file(new TarBytes().file("etc/passwd", new byte[3]).bytes())),
                "neither oci-layout nor manifest.json",
                "importRootfs");
        failure(Kind.MALFORMED_LAYER, () -> open(file("no tar at all".repeat(99).getBytes(UTF_8))));
        failure(Kind.NOT_FOUND, () -> open(Path.of("/dev/null")), "neither file nor directory");
    }

    @Test
    void anotherVersionIsRefused() throws IOException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer("")), IMAGE);
        files.put("oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}".getBytes(UTF_8));
        failure(Kind.UNSUPPORTED_MEDIA_TYPE, () -> open(directory(files)), "2.0.0", "1.0.0");
        files.put("oci-layout", "{}".getBytes(UTF_8));
        failure(Kind.MALFORMED_DOCUMENT, () -> open(directory(files)), "imageLayoutVersion");
    }

    @Test
    void missingBlobsAreNamed() throws IOException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer("")), IMAGE);
        files.remove(path(IMAGE.layer()));
        try (ImageArchive archive = open(directory(files))) {
            ArchivedImage image = archive.first(HERE);
            failure(
                    Kind.NOT_FOUND,
                    () -> copied(archive, image.manifest().layers().getFirst()),
                    IMAGE.diffId().toString());
        }
        failure(
                Kind.NOT_FOUND,
                () -> open(file(tar(layout(index(IMAGE.pointer("")))).bytes())).first(HERE),
                "blob " + Digest.sha256(IMAGE.manifest()));
    }

    @Test
    void everyBlobIsCompared() throws IOException {
        for (byte[] blob : List.of(IMAGE.layer(), IMAGE.config(), IMAGE.manifest())) {
            Map<String, byte[]> files = layout(index(IMAGE.pointer("")), IMAGE);
            byte[] changed = blob.clone();
            changed[10] ^= 1;
            files.put(path(blob), changed);
            try (ImageArchive archive = open(file(tar(files).bytes()))) {
                failure(
                        Kind.DIGEST_MISMATCH,
                        () -> copied(archive, archive.first(HERE).manifest().layers().getFirst()),
                        path(blob),
                        "not " + Digest.sha256(blob));
            }
            files.put(path(blob), Arrays.copyOf(blob, blob.length + 1));
            try (ImageArchive archive = open(file(tar(files).bytes()))) {
                failure(
                        Kind.DIGEST_MISMATCH,
                        () -> copied(archive, archive.first(HERE).manifest().layers().getFirst()),
                        "has " + (blob.length + 1) + " bytes, not " + blob.length);
            }
        }
    }

    @Test
    void aDockerLayerOtherThanItsConfigSaysIsRefused() throws IOException {
        byte[] tar = tar(docker("[]", OTHER.layer())).bytes();
        try (ImageArchive archive = open(file(tar))) {
            ArchivedImage image = archive.first(HERE);
            failure(
                    Kind.DIGEST_MISMATCH,
                    () -> copied(archive, image.manifest().layers().getFirst()),
                    "is " + OTHER.diffId());
        }
    }

    @Test
    void twoFilesOfOneNameAreRefused() throws IOException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer("")), IMAGE);
        TarBytes tar = tar(files);
        tar.file("./index.json", index(OTHER.pointer("")).getBytes(UTF_8));
        failure(Kind.MALFORMED_DOCUMENT, () -> open(file(tar.bytes())), "index.json", "twice");
        TarBytes directories = new TarBytes().directory("blobs").directory("./blobs");
        files.forEach(directories::file);
        try (ImageArchive archive = open(file(directories.bytes()))) {
            holds(archive, IMAGE);
        }
    }

    @Test
    void documentsHaveALimit() throws IOException {
        Map<String, byte[]> files = layout(index(IMAGE.pointer("")), IMAGE);
        byte[] large = (index(IMAGE.pointer("")) + " ".repeat(2000)).getBytes(UTF_8);
        files.put("index.json", large);
        Path tar = file(tar(files).bytes());
        failure(
                Kind.LIMIT_EXCEEDED,
                () -> ImageArchive.open(tar, scratch, limits(500, MemorySize.of(1000))),
                "index.json",
                large.length + " bytes",
                "ImageLimits.document");
    }

    @Test
    void layersHaveALimit() throws IOException {
        NewImage two =
                NewImage.upon(IMAGE.manifest(), IMAGE.config(), OTHER.blob(), OTHER.diffId());
        String index = index(pointer(MediaTypes.OCI_MANIFEST, two.manifest(), ""));
        Map<String, byte[]> files = layout(index, IMAGE, OTHER);
        files.put(path(two.manifest()), two.manifest());
        files.put(path(two.config()), two.config());
        Path directory = directory(files);
        ImageLimits one = limits(1, MemorySize.of(1 << 20));
        try (ImageArchive archive = ImageArchive.open(directory, scratch, one)) {
            failure(Kind.LIMIT_EXCEEDED, () -> archive.first(HERE), "2 layers");
        }
        try (ImageArchive archive = open(directory)) {
            assertThat(archive.first(HERE).config().diffIds()).hasSize(2);
        }
    }

    /** Few bytes, and more ways through them than there are atoms. */
    @Test
    void indexesOfIndexesEnd() throws IOException {
        Map<String, byte[]> files = layout("{}");
        byte[] below = index().getBytes(UTF_8);
        files.put(path(below), below);
        for (int depth = 0; depth < 7; depth++) {
            String[] many = new String[50];
            Arrays.fill(many, pointer(MediaTypes.OCI_INDEX, below, ""));
            below = index(many).getBytes(UTF_8);
            files.put(path(below), below);
        }
        files.put("index.json", below);
        try (ImageArchive archive = open(directory(files))) {
            failure(Kind.LIMIT_EXCEEDED, () -> archive.first(HERE), "too many indexes");
        }
    }

    @Test
    void aBombIsFoundOutWhileItIsUncompressed() throws IOException {
        byte[] zeros = new byte[8 << 20];
        Path bomb = file(gzip(tar(Map.of("zeros", zeros)).bytes()));
        ImageLimits s = ImageLimits.standard();
        ImageLimits tight =
                new ImageLimits(
                        s.layers(),
                        s.entries(),
                        s.layerSize(),
                        10,
                        s.depth(),
                        s.document(),
                        s.header());
        failure(
                Kind.LIMIT_EXCEEDED,
                () -> ImageArchive.open(bomb, scratch, tight),
                "uncompress archive",
                bomb.toString());
        try (Stream<Path> left = Files.list(scratch)) {
            assertThat(left).containsExactly(bomb);
        }
    }

    @Test
    void aCutArchiveIsRefused() throws IOException {
        byte[] tar = tar(layout(index(IMAGE.pointer("")), IMAGE)).bytes();
        Path cut = file(Arrays.copyOf(tar, tar.length - 3 * 512));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> open(cut).first(HERE).configBytes());
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        byte[] chart =
                """
                {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.cncf.helm",
                "digest":"%s","size":2},"layers":[]}
                """
                        .formatted(MediaTypes.OCI_MANIFEST, Digest.sha256("{}".getBytes(UTF_8)))
                        .getBytes(UTF_8);
        Map<String, byte[]> files = layout(index(pointer(MediaTypes.OCI_MANIFEST, chart, "")));
        files.put(path(chart), chart);
        try (ImageArchive archive = open(directory(files))) {
            failure(Kind.UNSUPPORTED_MEDIA_TYPE, () -> archive.first(HERE), "helm");
        }
    }

    @Test
    void anEmptyArchiveHasNoFirst() throws IOException {
        try (ImageArchive archive = open(directory(layout(index())))) {
            assertThat(archive.images()).isEmpty();
            failure(Kind.NOT_FOUND, () -> archive.first(HERE), "no image in it");
        }
    }
}
