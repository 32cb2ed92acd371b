package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Indexes as files: nobody need be root to write one. */
class TarIndexTest {
    private static final int UUID = 1024 + 48;

    @TempDir Path directory;

    private byte[] index(TestLayer... layers) throws IOException {
        Path index = directory.resolve("index.erofs");
        TarIndex.write(Mounts.write(directory, List.of(layers)), index, ImageLimits.standard());
        return Files.readAllBytes(index);
    }

    private static byte[] write(TarIndex.Builder builder, Path index) throws IOException {
        try (FileChannel channel = FileChannel.open(index, CREATE, WRITE)) {
            builder.writeTo(channel, (_, _, _) -> {});
        }
        return Files.readAllBytes(index);
    }

    @Test
    void equalLayersGiveEqualBytesAndOthersAnotherIdentity() throws IOException {
        Spec d = Spec.dir("d").xattr("user.b", "1").xattr("user.a", "2");
        byte[] first = index(TestLayer.of(d, Spec.file("d/f", "x")));
        byte[] again = index(TestLayer.of(d, Spec.file("d/f", "x")));
        byte[] other = index(TestLayer.of(d, Spec.file("d/f", "x").time(7, 7)));
        assertThat(again).isEqualTo(first);
        assertThat(Arrays.copyOfRange(other, UUID, UUID + 16))
                .isNotEqualTo(Arrays.copyOfRange(first, UUID, UUID + 16));
    }

    @Test
    void aShorterIndexOverALongerOneHasNothingOfIt() throws IOException {
        byte[] small = index(TestLayer.of(Spec.file("f", "x")));
        Spec[] many = new Spec[1000];
        Arrays.setAll(many, i -> Spec.file("file" + i, ""));
        assertThat(index(TestLayer.of(many)).length).isGreaterThan(small.length);
        assertThat(index(TestLayer.of(Spec.file("f", "x")))).isEqualTo(small);
    }

    @Test
    void aBuilderMayWriteAndGoOn() throws IOException {
        Path index = directory.resolve("index.erofs");
        TarIndex.Builder builder = new TarIndex.Builder(ImageLimits.standard());
        builder.apply(0, TestLayer.of(Spec.file("a", ""), Spec.hard("b", "a")).entries());
        byte[] before = write(builder, index);
        assertThat(write(builder, index)).isEqualTo(before);
        builder.apply(1, TestLayer.of(Spec.file(".wh.a", "")).entries());
        assertThat(write(builder, index)).isNotEqualTo(before);
    }

    @Test
    void layersComeInOrder() {
        TarIndex.Builder builder = new TarIndex.Builder(ImageLimits.standard());
        assertThatThrownBy(() -> builder.apply(1, TestLayer.of().entries()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Files of 8 EiB that are nearly all holes must not want a list of as much. */
    @Test
    void sparseFilesCannotClaimAnyIndex() {
        TarIndex.Builder builder = new TarIndex.Builder(ImageLimits.standard());
        List<TarEntry> entries = new ArrayList<>();
        entries.add(
                Spec.sparse("f", Long.MAX_VALUE, new byte[512], new Extent(1L << 61, 512))
                        .entry(1, 512));
        builder.apply(0, TestLayer.entries(entries));
        assertThatThrownBy(() -> write(builder, directory.resolve("index.erofs")))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT_EXCEEDED))
                .hasMessageContaining("over a GiB");
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThatThrownBy(() -> index(TestLayer.of(), TestLayer.of(Spec.hard("h", "gone"))))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> assertThat(e.kind()).isEqualTo(Kind.MALFORMED_LAYER))
                .hasMessageContainingAll("layer1.tar", "entry 1 \"h\"", "\"gone\"");
    }

    @Test
    void whatCannotBeReadOrWrittenIsNamed() {
        Path gone = directory.resolve("gone.tar");
        assertThatThrownBy(() ->
                        TarIndex.write(
                                List.of(gone),
                                directory.resolve("index.erofs"),
                                ImageLimits.standard()))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STORE))
                .hasMessageContaining(gone.toString());
        Path nowhere = directory.resolve("no/index.erofs");
        assertThatThrownBy(() -> TarIndex.write(List.of(), nowhere, ImageLimits.standard()))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STORE))
                .hasMessageContaining(nowhere.toString());
    }
}
