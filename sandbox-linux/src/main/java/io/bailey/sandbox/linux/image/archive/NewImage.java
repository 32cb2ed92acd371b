package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The documents of an image that is made here. They tell no time: the same layers give the same
 * image.
 *
 * @param manifestType the media type of the manifest
 * @param manifest its bytes
 * @param config the bytes of the config
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them: they are named by their digest.
public record NewImage(String manifestType, byte[] manifest, byte[] config) {
    private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

    /** An image of one layer that is a whole root, with an empty config. */
    public static NewImage ofRoot(Descriptor layer, Digest diffId, Platform platform) {
        ImageConfig config =
                new ImageConfig(
                        platform,
                        Map.of(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of(),
                        Set.of(),
                        Map.of(),
                        Optional.empty(),
                        List.of(diffId),
                        Optional.empty());
        byte[] bytes = Documents.write(config);
        return of(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, List.of(layer), Map.of(), bytes);
    }

    /**
     * An image of another one's layers and one more. Of its config all else stays as it is.
     *
     * @param manifest the other one's
     * @param config the bytes of the other one's config
     * @param layer the new layer, of an OCI media type
     * @param diffId the digest of its archive
     */
    public static NewImage upon(byte[] manifest, byte[] config, Descriptor layer, Digest diffId) {
        if (!(Documents.parse(manifest, "") instanceof Document.Manifest(ImageManifest below))) {
            throw Trouble.malformed("manifest", "it is an index");
        }
        boolean docker = below.mediaType().equals(MediaTypes.DOCKER_MANIFEST);
        List<Descriptor> layers = new ArrayList<>(below.layers());
        layers.add(docker ? docker(layer) : layer);
        return of(
                below.mediaType(),
                below.config().mediaType(),
                layers,
                below.annotations(),
                grown(Json.parse(config, "config"), diffId));
    }

    private static NewImage of(
            String type,
            String configType,
            List<Descriptor> layers,
            Map<String, String> annotations,
            byte[] config) {
        Descriptor about = new Descriptor(configType, Digest.sha256(config), config.length);
        ImageManifest manifest = new ImageManifest(type, about, layers, annotations);
        return new NewImage(type, Documents.write(manifest), config);
    }

    /** Docker's manifests list layers of Docker's types. */
    private static Descriptor docker(Descriptor layer) {
        String type =
                switch (layer.mediaType()) {
                    case MediaTypes.OCI_LAYER -> DOCKER_LAYER;
                    case MediaTypes.OCI_LAYER_GZIP -> MediaTypes.DOCKER_LAYER_GZIP;
                    case MediaTypes.OCI_LAYER_ZSTD -> DOCKER_LAYER + ".zstd";
                    default -> layer.mediaType();
                };
        return new Descriptor(type, layer.digest(), layer.size());
    }

    /** The config with one more layer, and one more step in its history if it tells one. */
    private static byte[] grown(JsonValue config, Digest diffId) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        config.members().forEach((name, value) -> all.put(name, value.tree()));
        List<Object> diffIds = new ArrayList<>(config.required("rootfs").texts("diff_ids"));
        diffIds.add(diffId.toString());
        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", diffIds);
        all.put("rootfs", rootfs);
        config.member("history").ifPresent(steps -> all.put("history", longer(steps)));
        return Json.write(all);
    }

    private static List<@Nullable Object> longer(JsonValue steps) {
        List<@Nullable Object> history = new ArrayList<>();
        steps.elements().forEach(step -> history.add(step.tree()));
        history.add(Map.of("created_by", "io.bailey.sandbox.image.Images.commit"));
        return history;
    }
}
