package io.bailey.sandbox.linux.image.tar;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Layers in memory, and what becomes of them. */
final class Layers {
    private Layers() {}

    static ReadableByteChannel channel(byte[] blob) {
        return Channels.newChannel(new ByteArrayInputStream(blob));
    }

    static Descriptor descriptor(byte[] blob) {
        return new Descriptor(MediaTypes.OCI_LAYER_GZIP, Digest.sha256(blob), blob.length);
    }

    static LayerStream open(byte[] blob, byte[] archive, ImageLimits limits) {
        return LayerStream.open(
                channel(blob), descriptor(blob), Digest.sha256(archive), limits, false, read -> {});
    }

    /** The archive of a layer of which nothing is known. */
    static byte[] inflated(byte[] blob) {
        return inflated(blob, ImageLimits.standard());
    }

    static byte[] inflated(byte[] blob, ImageLimits limits) {
        try (LayerStream layer = LayerStream.openUnknown(channel(blob), limits, read -> {})) {
            byte[] archive = all(layer.bytes());
            layer.finish();
            return archive;
        }
    }

    static ImageException refusal(byte[] blob) {
        return catchThrowableOfType(ImageException.class, () -> inflated(blob));
    }

    static byte[] all(ByteSource source) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer piece = source.next(); piece != null; piece = source.next()) {
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    static byte[] gzip(byte[] archive) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(archive);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Bytes that compress to about a half, the same for the same size. */
    static byte[] sample(int size) {
        Random random = new Random(size);
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(16));
        }
        return bytes;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
