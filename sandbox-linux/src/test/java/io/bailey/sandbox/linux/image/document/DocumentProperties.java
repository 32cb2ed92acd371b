package io.bailey.sandbox.linux.image.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is written is read back as it was; what is broken is refused in one way. */
class DocumentProperties {

    /** No NUL, no halves of pairs. */
    private static Arbitrary<String> text() {
        return Arbitraries.strings()
                .withChars('a', 'z')
                .withChars('"', '\\', '\n', '\u202e', '\u00e9', '=', '/')
                .withCharRange('\u4e00', '\u4e10')
                .ofMaxLength(12);
    }

    private static Arbitrary<String> word() {
        return Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(8);
    }

    private static Arbitrary<Map<String, String>> texts() {
        return Arbitraries.maps(text(), text()).ofMaxSize(4);
    }

    private static Arbitrary<Digest> digest() {
        return text().map(t -> Digest.sha256(t.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static Arbitrary<Platform> platform() {
        return Combinators.combine(word(), word(), word().injectNull(0.5))
                .as((os, arch, variant) -> new Platform(os, arch, variant == null ? "" : variant));
    }

    private static Arbitrary<Descriptor> descriptor() {
        return Combinators.combine(
                        word(),
                        digest(),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        platform().optional(),
                        texts(),
                        text().list().ofMaxSize(3))
                .as((type, digest, size, platform, notes, urls) ->
                        new Descriptor("application/" + type, digest, size, platform, notes, urls));
    }

    @Provide
    Arbitrary<ImageManifest> manifests() {
        return Combinators.combine(
                        Arbitraries.of(MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_MANIFEST),
                        descriptor(),
                        descriptor().list().ofMaxSize(4),
                        texts())
                .as(ImageManifest::new);
    }

    @Provide
    Arbitrary<ImageIndex> indexes() {
        return Combinators.combine(
                        Arbitraries.of(MediaTypes.OCI_INDEX, MediaTypes.DOCKER_LIST),
                        descriptor().list().ofMaxSize(4),
                        texts())
                .as(ImageIndex::new);
    }

    @Provide
    Arbitrary<ImageConfig> configs() {
        Arbitrary<Set<String>> names = text().set().ofMaxSize(3);
        Arbitrary<List<String>> words = text().list().ofMaxSize(3);
        Arbitrary<Optional<String>> maybe = word().optional();
        Arbitrary<Map<String, String>> environment = Arbitraries.maps(word(), text()).ofMaxSize(4);
        return Combinators.combine(platform(), environment, words, names, texts(), maybe, digest())
                .as((platform, env, argv, set, labels, some, digest) ->
                        new ImageConfig(
                                platform,
                                env,
                                argv,
                                argv.reversed(),
                                some,
                                some,
                                set,
                                set,
                                labels,
                                some,
                                List.of(digest, digest),
                                some.map(_ -> "2015-10-31T22:22:56Z")));
    }

    @Property
    void manifestsComeBack(@ForAll("manifests") ImageManifest manifest) {
        byte[] written = Documents.write(manifest);
        assertThat(Documents.parse(written, manifest.mediaType()))
                .isEqualTo(new Document.Manifest(manifest))
                .isEqualTo(Documents.parse(written, ""));
        assertThat(Documents.write(manifest)).isEqualTo(written);
    }

    @Property
    void indexesComeBack(@ForAll("indexes") ImageIndex index) {
        byte[] written = Documents.write(index);
        assertThat(Documents.parse(written, index.mediaType()))
                .isEqualTo(new Document.Index(index));
    }

    @Property
    void configsComeBack(@ForAll("configs") ImageConfig config) {
        assertThat(Documents.config(Documents.write(config))).isEqualTo(config);
    }

    /** Bytes flipped, cut out or repeated. */
    @Property(tries = 3000)
    void brokenDocumentsAreRefusedInOneWay(
            @ForAll("manifests") ImageManifest manifest,
            @ForAll("configs") ImageConfig config,
            @ForAll int seed,
            @ForAll byte value) {
        fuzz(Documents.write(manifest), seed, value, bytes -> Documents.parse(bytes, ""));
        fuzz(Documents.write(config), seed, value, Documents::config);
    }

    @Property(tries = 2000)
    void anyBytesAreRefusedInOneWay(@ForAll byte[] bytes) {
        tolerant(bytes, b -> Documents.parse(b, ""));
        tolerant(bytes, Documents::config);
    }

    private interface Reader {
        Object read(byte[] bytes);
    }

    private static void fuzz(byte[] bytes, int seed, byte value, Reader reader) {
        int at = Math.floorMod(seed, bytes.length);
        byte[] flipped = bytes.clone();
        flipped[at] = value;
        tolerant(flipped, reader);
        byte[] cut = java.util.Arrays.copyOf(bytes, at);
        tolerant(cut, reader);
        byte[] swapped = bytes.clone();
        int length = Math.min(8, bytes.length - at);
        System.arraycopy(
                bytes, Math.floorMod(seed / 7, bytes.length - length + 1), swapped, at, length);
        tolerant(swapped, reader);
    }

    private static void tolerant(byte[] bytes, Reader reader) {
        try {
            assertThat(reader.read(bytes)).isNotNull();
        } catch (ImageException refused) {
            assertThat(refused.getMessage()).doesNotContain("REDACTED", "tools.jackson");
        }
    }
}
