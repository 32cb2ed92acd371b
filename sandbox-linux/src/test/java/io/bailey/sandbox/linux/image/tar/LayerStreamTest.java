package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.image.tar.Layers.all;
import static io.bailey.sandbox.linux.image.tar.Layers.bytes;
import static io.bailey.sandbox.linux.image.tar.Layers.channel;
import static io.bailey.sandbox.linux.image.tar.Layers.descriptor;
import static io.bailey.sandbox.linux.image.tar.Layers.gzip;
import static io.bailey.sandbox.linux.image.tar.Layers.join;
import static io.bailey.sandbox.linux.image.tar.Layers.refusal;
import static io.bailey.sandbox.linux.image.tar.Layers.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Layers are verified on both sides, and their threads end with them. */
@Timeout(60)
class LayerStreamTest {
    private static final ImageLimits LIMITS = ImageLimits.standard();
    private static final byte[] ARCHIVE = new TarMaker().file("f", sample(700_000)).finish();
    private static final byte[] BLOB = gzip(ARCHIVE);
    private static final Digest DIFF_ID = Digest.sha256(ARCHIVE);

    private static LayerStream open(byte[] blob, Descriptor descriptor, Digest diffId) {
        return LayerStream.open(channel(blob), descriptor, diffId, LIMITS, false, read -> {});
    }

    private static ImageException failure(LayerStream layer) {
        try (layer) {
            return catchThrowableOfType(ImageException.class, layer::finish);
        }
    }

    private static List<Thread> inflaters() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("bailey-inflate"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesTheArchiveAndVerifiesBothSides(boolean compressed) {
        byte[] blob = compressed ? BLOB : ARCHIVE;
        List<Long> progress = new ArrayList<>();
        try (LayerStream layer =
                LayerStream.open(
                        channel(blob), descriptor(blob), DIFF_ID, LIMITS, false, progress::add)) {
            assertThat(all(layer.bytes())).isEqualTo(ARCHIVE);
            layer.finish();
            layer.finish();
            assertThat(layer.diffId()).isEqualTo(DIFF_ID);
            assertThat(layer.blobDigest()).isEqualTo(Digest.sha256(blob));
            assertThat(layer.blobSize()).isEqualTo(blob.length);
            assertThat(layer.bytes().next()).isNull();
        }
        assertThat(progress).isSorted().endsWith((long) blob.length);
    }

    @Test
    void takesSha512() {
        Digest diffId = sha512(ARCHIVE);
        Descriptor descriptor = new Descriptor("x", sha512(BLOB), BLOB.length);
        assertThat(failure(open(BLOB, descriptor, diffId))).isNull();
        Descriptor other = new Descriptor("x", sha512(ARCHIVE), BLOB.length);
        assertThat(failure(open(BLOB, other, diffId)).kind()).isEqualTo(Kind.DIGEST_MISMATCH);
    }

    private static Digest sha512(byte[] content) {
        MessageDigest hash = Digest.Algorithm.SHA512.start();
        hash.update(content);
        return Digest.of(Digest.Algorithm.SHA512, hash);
    }

    @Test
    void refusesAnotherDiffId() {
        ImageException failure = failure(open(BLOB, descriptor(BLOB), Digest.sha256(BLOB)));
        assertThat(failure.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(failure).hasMessageContaining("DiffID").hasMessageContaining(DIFF_ID.hex());
    }

    @Test
    void refusesAnotherDigest() {
        Descriptor other = new Descriptor("x", DIFF_ID, BLOB.length);
        ImageException failure = failure(open(BLOB, other, DIFF_ID));
        assertThat(failure.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(failure).hasMessageContaining(Digest.sha256(BLOB).hex());
    }

    /** A mismatch stays one. */
    @Test
    void neverFinishesWhatDoesNotMatch() {
        try (LayerStream layer = open(BLOB, descriptor(BLOB), Digest.sha256(BLOB))) {
            ImageException first = catchThrowableOfType(ImageException.class, layer::finish);
            assertThatThrownBy(layer::finish).isSameAs(first);
            assertThatThrownBy(layer::diffId).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Longer by something that says so, or by something that looks like more of the layer. */
    @ParameterizedTest
    @CsvSource({"true, 1", "true, 100000", "false, 1", "false, 1000000"})
    void refusesALongerBlob(boolean compressed, int more) {
        byte[] blob = compressed ? BLOB : ARCHIVE;
        byte[] longer = join(blob, compressed ? gzip(new byte[more]) : new byte[more]);
        List<Long> progress = new ArrayList<>();
        try (LayerStream layer =
                LayerStream.open(
                        channel(longer), descriptor(blob), DIFF_ID, LIMITS, false, progress::add)) {
            ImageException failure = catchThrowableOfType(ImageException.class, layer::finish);
            assertThat(failure.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
            assertThat(failure).hasMessageContaining("has more");
        }
        assertThat(progress).last().isEqualTo(blob.length + 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 1000, 600_000})
    void refusesAShorterBlob(int missing) {
        for (byte[] blob : List.of(BLOB, ARCHIVE)) {
            int length = missing == 0 ? 0 : Math.max(0, blob.length - missing);
            ImageException failure =
                    failure(open(Arrays.copyOf(blob, length), descriptor(blob), DIFF_ID));
            assertThat(failure.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
            assertThat(failure).hasMessageContaining("only " + length);
        }
    }

    /** Data that is damaged because the blob is another one: that is what is told. */
    @Test
    void blamesTheBlobForDamage() {
        byte[] blob = BLOB.clone();
        blob[BLOB.length / 2] ^= 1;
        ImageException failure = failure(open(blob, descriptor(BLOB), DIFF_ID));
        assertThat(failure.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(failure.getSuppressed()).hasSize(1);
        assertThat(failure(open(blob, descriptor(blob), DIFF_ID)).kind())
                .isEqualTo(Kind.MALFORMED_LAYER);
    }

    /** Rule 1: the DiffID is of all bytes, also of those behind the end blocks. */
    @Test
    void hashesWhatFollowsTheEnd() {
        byte[] padded = join(ARCHIVE, new byte[10_240], bytes("not an entry"));
        byte[] blob = gzip(padded);
        try (LayerStream layer = Layers.open(blob, padded, LIMITS)) {
            TarReader reader = new TarReader(layer.bytes(), LIMITS);
            assertThat(Archives.entries(reader)).hasSize(1);
            layer.finish();
        }
        assertThat(failure(open(blob, descriptor(blob), DIFF_ID)).kind())
                .isEqualTo(Kind.DIGEST_MISMATCH);
    }

    @Test
    void findsOutWhatIsNotKnown() {
        try (LayerStream layer = LayerStream.openUnknown(channel(BLOB), LIMITS, read -> {})) {
            layer.finish();
            assertThat(layer.diffId()).isEqualTo(DIFF_ID);
            assertThat(layer.blobDigest()).isEqualTo(Digest.sha256(BLOB));
        }
        assertThat(
                        failure(
                                LayerStream.openWithoutDiffId(
                                        channel(BLOB),
                                        descriptor(BLOB),
                                        LIMITS,
                                        false,
                                        read -> {})))
                .isNull();
        assertThat(
                        failure(
                                LayerStream.openWithoutDescriptor(
                                        channel(BLOB), DIFF_ID, LIMITS, read -> {})))
                .isNull();
        assertThat(
                        failure(
                                        LayerStream.openWithoutDescriptor(
                                                channel(BLOB),
                                                Digest.sha256(BLOB),
                                                LIMITS,
                                                read -> {}))
                                .kind())
                .isEqualTo(Kind.DIGEST_MISMATCH);
    }

    @Test
    void anEmptyBlobIsAnEmptyArchive() {
        assertThat(Layers.inflated(new byte[0])).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "425a6839314159265359, bzip2",
        "fd377a585a000004, xz",
        "04224d18644070b9, lz4",
        "4c5a49500113, lzip",
        "1f9d9000, compress",
    })
    void namesCompressionsThatNobodyTakes(String hex, String name) {
        ImageException refusal = refusal(HexFormat.of().parseHex(hex));
        assertThat(refusal.kind()).isEqualTo(Kind.UNSUPPORTED_MEDIA_TYPE);
        assertThat(refusal).hasMessageContaining("compressed with " + name);
    }

    /** "BZh9" is a file's name as well. */
    @Test
    void takesNoNameForACompression() {
        byte[] archive = new TarMaker().file("BZh9x", "").finish();
        assertThat(Layers.inflated(archive)).isEqualTo(archive);
    }

    @ParameterizedTest
    @CsvSource({
        "application/vnd.oci.image.layer.v1.tar+gzip, true, true",
        "application/vnd.docker.image.rootfs.diff.tar.gzip, true, true",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip, true, true",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip, true, true",
        "application/vnd.oci.image.layer.v1.tar, false, true",
        "application/vnd.oci.image.layer.v1.tar, true, false",
        "application/vnd.oci.image.layer.v1.tar+gzip, false, false",
        "application/vnd.oci.image.layer.v1.tar+zstd, true, false",
        "application/vnd.docker.image.rootfs.diff.tar.zstd, true, false",
        "application/json, true, false",
    })
    void holdsMediaTypesToTheirWordWhenStrict(String type, boolean compressed, boolean fine) {
        byte[] blob = compressed ? BLOB : ARCHIVE;
        Descriptor descriptor = new Descriptor(type, Digest.sha256(blob), blob.length);
        ImageException strict =
                failure(
                        LayerStream.open(
                                channel(blob), descriptor, DIFF_ID, LIMITS, true, read -> {}));
        assertThat(strict == null ? null : strict.kind())
                .isEqualTo(fine ? null : Kind.UNSUPPORTED_MEDIA_TYPE);
        assertThat(failure(open(blob, descriptor, DIFF_ID))).isNull();
    }

    private static ImageLimits limits(long layerSize, int ratio) {
        return new ImageLimits(
                1, 1, MemorySize.of(layerSize), ratio, 1, MemorySize.of(1), MemorySize.of(1024));
    }

    @ParameterizedTest
    @CsvSource({"16777215, 1032, layerSize", "16777216, 10, ratio"})
    void endsBombs(long layerSize, int ratio, String limit) {
        byte[] bomb = gzip(new byte[16 << 20]);
        ImageException refusal =
                catchThrowableOfType(
                        ImageException.class,
                        () -> Layers.inflated(bomb, limits(layerSize, ratio)));
        assertThat(refusal.kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        assertThat(refusal.fix()).contains("ImageLimits." + limit + " ");
        assertThat(Layers.inflated(bomb, limits(16 << 20, 1032))).hasSize(16 << 20);
    }

    /** The first mebibyte is free. */
    @Test
    void letsBombsBeSmall() {
        assertThat(Layers.inflated(gzip(new byte[1 << 20]), limits(1 << 20, 1))).hasSize(1 << 20);
    }

    @Test
    void closesInTheMiddle(@TempDir Path home) throws IOException {
        Path file = Files.write(home.resolve("blob"), gzip(sample(6 << 20)));
        FileChannel blob = FileChannel.open(file);
        LayerStream layer = LayerStream.openUnknown(blob, LIMITS, read -> {});
        assertThat(layer.bytes().next()).isNotNull();
        layer.close();
        layer.close();
        assertThat(inflaters()).isEmpty();
        assertThat(blob.isOpen()).isFalse();
        assertThatThrownBy(() -> layer.bytes().next()).isInstanceOf(IllegalStateException.class);
    }

    /** A server that says nothing: the thread is inside its channel. */
    @Test
    void closesWhileNothingComes() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink()) {
            LayerStream layer = LayerStream.openUnknown(pipe.source(), LIMITS, read -> {});
            sink.write(ByteBuffer.wrap(BLOB, 0, 100));
            layer.close();
            assertThat(inflaters()).isEmpty();
        }
    }

    @Test
    void closesForOneWhoIsInterrupted() {
        LayerStream layer = Layers.open(BLOB, ARCHIVE, LIMITS);
        Thread.currentThread().interrupt();
        layer.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(inflaters()).isEmpty();
    }

    @Test
    void saysThatItWasInterrupted() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SinkChannel sink = pipe.sink();
                LayerStream layer = LayerStream.openUnknown(pipe.source(), LIMITS, read -> {})) {
            assertThat(sink.isOpen()).isTrue();
            Thread.currentThread().interrupt();
            ImageException failure =
                    catchThrowableOfType(ImageException.class, () -> layer.bytes().next());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure.kind()).isEqualTo(Kind.INTERRUPTED);
        }
    }

    private static ReadableByteChannel failing(IOException failure) {
        return Channels.newChannel(
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw failure;
                    }
                });
    }

    @Test
    void saysThatTheBlobCannotBeRead() {
        IOException lost = new IOException("connection reset");
        ImageException failure =
                failure(LayerStream.openUnknown(failing(lost), LIMITS, read -> {}));
        assertThat(failure.kind()).isEqualTo(Kind.STORE);
        assertThat(failure).hasMessageContaining("connection reset").hasCause(lost);
    }

    /** As they are: whoever gave the channel or listens knows them. */
    @Test
    void passesOnFailuresOfOthers() {
        IllegalStateException own = new IllegalStateException("listener");
        try (LayerStream layer =
                LayerStream.openUnknown(
                        channel(BLOB),
                        LIMITS,
                        read -> {
                            throw own;
                        })) {
            assertThatThrownBy(() -> layer.bytes().next()).isSameAs(own);
            assertThatThrownBy(layer::finish).isSameAs(own);
        }
    }

    /** At most a few pieces ahead of whoever takes them: then it waits. */
    @Test
    void readsNotFarAhead() {
        byte[] archive = sample(6 << 20);
        List<Long> progress = new ArrayList<>();
        LayerStream layer = LayerStream.openUnknown(channel(archive), LIMITS, progress::add);
        Thread thread = inflaters().getFirst();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        layer.close();
        assertThat(progress)
                .last()
                .asInstanceOf(InstanceOfAssertFactories.LONG)
                .isBetween(2L << 20, (2L << 20) + (256 << 10));
    }
}
