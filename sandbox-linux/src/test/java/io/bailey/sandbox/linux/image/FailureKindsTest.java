package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.image.store.Lock;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Each kind of failure from end to end: what it says, and that it leaves nothing. */
class FailureKindsTest {
    @TempDir Path temp;
    private FakeRegistry registry;
    private Path store;

    @BeforeEach
    void start() throws IOException {
        registry = FakeRegistry.start();
        store = temp.resolve("store");
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    private SampleImage layer(byte[] tar) throws IOException {
        return SampleImage.read(
                OciLayout.in(temp.resolve("layout"))
                        .layer(new TarMaker().file("fine", "x").finish())
                        .layer(tar)
                        .write());
    }

    private SampleImage plain() throws IOException {
        return layer(new TarMaker().file("a", "b").finish());
    }

    private String path(String rest) {
        return "/v2/" + SampleImage.REPOSITORY + "/" + rest;
    }

    @FunctionalInterface
    private interface Work {
        void on(Images images) throws Exception;
    }

    private void fails(Kind kind, Work work, String... words) throws Exception {
        fails(kind, builder -> builder, work, words);
    }

    private void fails(Kind kind, UnaryOperator<Images.Builder> setup, Work work, String... words)
            throws Exception {
        Images.Builder builder =
                Images.builder()
                        .store(store)
                        .authFiles()
                        .attempts(1)
                        .timeout(Duration.ofSeconds(10));
        try (Images images = setup.apply(builder).open()) {
            ImageException failure =
                    catchThrowableOfType(ImageException.class, () -> work.on(images));
            assertThat(failure).isNotNull();
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
            assertThat(failure.getMessage()).contains(words);
            Thread.interrupted();
            StoreTree.nothingIsLeft(store, failure.getMessage());
            assertThat(images.list()).isEmpty();
            assertThat(StoreTree.names(store.resolve("images"))).isEmpty();
            assertThat(images.verify().problems()).isEmpty();
        }
    }

    @Test
    void invalidReference() throws Exception {
        fails(Kind.INVALID_REFERENCE, images -> images.pull("x/UPPER"), "UPPER");
        Path layout = plain().layout();
        fails(
                Kind.INVALID_REFERENCE,
                images -> images.load(layout, "a@" + Digest.sha256(new byte[0])),
                "its digest",
                "leave the digest out");
    }

    @Test
    void notFound() throws Exception {
        String name = registry.name() + "/team/none:1";
        fails(Kind.NOT_FOUND, images -> images.pull(name), "pull " + name, "404");
        Path none = temp.resolve("none.tar");
        fails(Kind.NOT_FOUND, images -> images.load(none), "load " + none);
        fails(Kind.NOT_FOUND, images -> images.inspect("none"), "none:latest", "pull or load it");
    }

    @Test
    void aLayerThatIsNotFound() throws Exception {
        SampleImage sample = plain();
        String name = sample.serve(registry, "1");
        Digest layer = sample.layers().getLast();
        registry.on(path("blobs/" + layer), (call, wire) -> wire.send(404, new byte[0]));
        fails(Kind.NOT_FOUND, images -> images.pull(name), "pull " + name, layer.toString());
    }

    @Test
    void unauthorized() throws Exception {
        String name = plain().serve(registry, "1");
        registry.before((call, wire) ->
                wire.send(401, new byte[0], "WWW-Authenticate: Basic realm=\"here\""));
        fails(Kind.UNAUTHORIZED, images -> images.pull(name), "pull " + name, registry.name());
    }

    @Test
    void digestMismatch() throws Exception {
        SampleImage sample = plain();
        String name = sample.serve(registry, "1");
        Digest layer = sample.layers().getLast();
        byte[] other = sample.bytes(layer);
        other[other.length / 2] ^= 1;
        registry.serve(path("blobs/" + layer), other, "application/octet-stream");
        fails(
                Kind.DIGEST_MISMATCH,
                images -> images.pull(name),
                "pull " + name,
                "read layer",
                layer.toString());
    }

    @Test
    void unsupportedMediaType() throws Exception {
        SampleImage sample = plain();
        String name = sample.serve(registry, "1");
        String manifest =
                new String(sample.bytes(sample.manifest()), UTF_8)
                        .replace("layer.v1.tar+gzip", "layer.v1.tar+lz4");
        registry.manifest(
                SampleImage.REPOSITORY, "1", manifest.getBytes(UTF_8), MediaTypes.OCI_MANIFEST);
        fails(Kind.UNSUPPORTED_MEDIA_TYPE, images -> images.pull(name), "pull " + name, "lz4");
    }

    @Test
    void malformedDocument() throws Exception {
        String name = plain().serve(registry, "1");
        registry.manifest(
                SampleImage.REPOSITORY, "1", "{\"a\":".getBytes(UTF_8), MediaTypes.OCI_MANIFEST);
        fails(Kind.MALFORMED_DOCUMENT, images -> images.pull(name), "pull " + name, "manifest");
    }

    @Test
    void malformedLayer() throws Exception {
        SampleImage sample =
                layer(
                        new TarMaker()
                                .file("first", "x")
                                .add(TarMaker.header("second").wrongChecksum())
                                .finish());
        String name = sample.serve(registry, "1");
        fails(
                Kind.MALFORMED_LAYER,
                images -> images.pull(name),
                "pull " + name,
                "read layer " + sample.layers().getLast(),
                "checksum");
    }

    @Test
    void aLinkToNothingInAnyLayer() throws Exception {
        SampleImage sample = layer(new TarMaker().hardLink("link", "nowhere").finish());
        String name = sample.serve(registry, "1");
        fails(Kind.MALFORMED_LAYER, images -> images.pull(name), "pull " + name, "link", "nowhere");
    }

    @Test
    void limitExceeded() throws Exception {
        SampleImage sample =
                layer(new TarMaker().file("a", "1").file("b", "2").file("c", "3").finish());
        String name = sample.serve(registry, "1");
        ImageLimits usual = ImageLimits.standard();
        ImageLimits few =
                new ImageLimits(
                        usual.layers(),
                        2,
                        usual.layerSize(),
                        usual.ratio(),
                        usual.depth(),
                        usual.document(),
                        usual.header());
        fails(
                Kind.LIMIT_EXCEEDED,
                builder -> builder.limits(few),
                images -> images.pull(name),
                "pull " + name,
                sample.layers().getLast().toString(),
                "2");
        ImageLimits small =
                new ImageLimits(
                        usual.layers(),
                        usual.entries(),
                        usual.layerSize(),
                        usual.ratio(),
                        usual.depth(),
                        MemorySize.of(100),
                        usual.header());
        fails(
                Kind.LIMIT_EXCEEDED,
                builder -> builder.limits(small),
                images -> images.pull(name),
                "pull " + name,
                "100");
    }

    @Test
    void noSuchPlatform() throws Exception {
        Path layout =
                OciLayout.in(temp.resolve("layout"))
                        .architecture("s390x")
                        .layer(new TarMaker().file("a", "b").finish())
                        .write();
        String name = SampleImage.read(layout).serve(registry, "1");
        fails(
                Kind.NO_SUCH_PLATFORM,
                images -> images.pull(name),
                "pull " + name,
                "linux/s390x",
                "platform(");
        fails(Kind.NO_SUCH_PLATFORM, images -> images.load(layout), "load " + layout, "s390x");
    }

    @Test
    void locked() throws Exception {
        SampleImage sample = plain();
        String name = sample.serve(registry, "1");
        Digest layer = sample.layers().getFirst();
        try (Store other = Store.open(Linux.host(), store, true, Duration.ofMinutes(1))) {
            Lock lock = other.lock(layer);
            try (Images images =
                    Images.builder()
                            .store(store)
                            .authFiles()
                            .lockTimeout(Duration.ofMillis(200))
                            .open()) {
                ImageException failure =
                        catchThrowableOfType(ImageException.class, () -> images.pull(name));
                assertThat(failure.kind()).isEqualTo(Kind.LOCKED);
                assertThat(failure.getMessage())
                        .contains(
                                "pull " + name,
                                layer.toString(),
                                "process " + ProcessHandle.current().pid(),
                                "lockTimeout");
                lock.close();
                assertThat(images.pull(name).digest()).isEqualTo(sample.manifest());
            } finally {
                lock.close();
            }
        }
    }

    @Test
    void unreachable() throws Exception {
        String name = plain().serve(registry, "1");
        registry.close();
        fails(Kind.UNREACHABLE, images -> images.pull(name), "pull " + name, registry.name());
    }

    @Test
    void aStoreThatIsNone() throws Exception {
        Files.createDirectory(store);
        Files.writeString(store.resolve("letter"), "mine");
        Map<String, String> before = Map.of("letter", "mine");
        ImageException failure =
                catchThrowableOfType(ImageException.class, () -> Images.open(store));
        assertThat(failure.kind()).isEqualTo(Kind.STORE);
        assertThat(failure.getMessage()).contains(store.toString(), "letter", "empty directory");
        assertThat(StoreTree.names(store)).containsExactlyElementsOf(before.keySet());
    }

    @Test
    void unsupported() throws Exception {
        Powers.require(Power.USERNS);
        try (Container container = Sandbox.builder().rootfs(Rootfs.host()).start("true")) {
            fails(
                    Kind.UNSUPPORTED,
                    images -> images.commit(container, "made"),
                    "commit",
                    "made:latest");
        }
    }

    @Test
    void interrupted() throws Exception {
        String name = plain().serve(registry, "1");
        fails(
                Kind.INTERRUPTED,
                images -> {
                    Thread.currentThread().interrupt();
                    try {
                        images.pull(name);
                    } finally {
                        assertThat(Thread.interrupted()).isTrue();
                    }
                },
                "pull " + name);
    }
}
