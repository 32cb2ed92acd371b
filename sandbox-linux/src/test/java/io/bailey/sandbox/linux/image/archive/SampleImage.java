package io.bailey.sandbox.linux.image.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * An image of one layer with one file.
 *
 * @param layer its archive
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them: they are named by their digest.
record SampleImage(Platform platform, byte[] layer) {

    static SampleImage of(String content) {
        return new SampleImage(
                Platform.current(), new TarBytes().file("file", content.getBytes(UTF_8)).bytes());
    }

    SampleImage on(String name) {
        return new SampleImage(Platform.parse(name), layer);
    }

    static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(packed)) {
            stream.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    Digest diffId() {
        return Digest.sha256(layer);
    }

    Descriptor blob() {
        return new Descriptor(MediaTypes.OCI_LAYER, diffId(), layer.length);
    }

    NewImage documents() {
        return NewImage.ofRoot(blob(), diffId(), platform);
    }

    byte[] manifest() {
        return documents().manifest();
    }

    byte[] config() {
        return documents().config();
    }

    /** A descriptor as a document has it. */
    static String pointer(String type, byte[] content, String more) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
                .formatted(type, Digest.sha256(content), content.length, more);
    }

    String pointer(String more) {
        return pointer(MediaTypes.OCI_MANIFEST, manifest(), more);
    }

    static String named(String name) {
        return ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + name + "\"}";
    }

    static String index(String... pointers) {
        return "{\"schemaVersion\":2,\"manifests\":[" + String.join(",", pointers) + "]}";
    }

    static String path(byte[] content) {
        return "blobs/sha256/" + Digest.sha256(content).hex();
    }

    /** Manifest, config and layer, by their paths in a layout. */
    Map<String, byte[]> blobs() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(path(manifest()), manifest());
        files.put(path(config()), config());
        files.put(path(layer), layer);
        return files;
    }

    /** A whole layout with an index. */
    static Map<String, byte[]> layout(String index, SampleImage... images) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
        files.put("index.json", index.getBytes(UTF_8));
        for (SampleImage image : images) {
            files.putAll(image.blobs());
        }
        return files;
    }
}
