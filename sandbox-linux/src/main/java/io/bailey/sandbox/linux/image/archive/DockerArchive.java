package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.image.document.Documents;
import io.bailey.sandbox.linux.image.document.JsonValue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code docker save} wrote from 1.10 to 24, and {@code podman save} does: {@code
 * manifest.json} lists configs and layers by their names in the archive. It has no manifests; the
 * same archive always gets the same ones.
 */
final class DockerArchive implements Format {
    static final String MANIFEST = "manifest.json";

    private final Members members;
    private final ImageLimits limits;
    private final List<Named> images = new ArrayList<>();
    private final Map<Digest, String> files = new HashMap<>();
    private final Map<Digest, byte[]> made = new HashMap<>();
    private final Map<String, Descriptor> packed = new HashMap<>();

    private DockerArchive(Members members, ImageLimits limits) {
        this.members = members;
        this.limits = limits;
    }

    static DockerArchive read(Members members, JsonValue manifest, ImageLimits limits) {
        DockerArchive archive = new DockerArchive(members, limits);
        for (JsonValue image : manifest.elements()) {
            archive.image(image);
        }
        return archive;
    }

    /** What Docker wrote before 1.10. */
    static DockerArchive readOld(Members members, ImageLimits limits) {
        DockerArchive archive = new DockerArchive(members, limits);
        OldImages old = new OldImages(members, limits);
        old.names()
                .forEach((name, id) -> {
                    OldImages.Image image = old.image(id);
                    archive.add(List.of(name), image.config(), image.layers());
                });
        return archive;
    }

    private void image(JsonValue image) {
        String config = image.required("Config").text();
        byte[] bytes = OciLayout.bytes(members, config, limits);
        files.put(Digest.sha256(bytes), config);
        add(image.texts("RepoTags"), bytes, image.texts("Layers"));
    }

    private void add(List<String> names, byte[] configBytes, List<String> layers) {
        ImageConfig config = Documents.config(configBytes);
        List<Digest> diffIds = config.diffIds();
        if (layers.size() != diffIds.size()) {
            throw Trouble.malformed(
                    members.title(),
                    layers.size() + " layers, but " + diffIds.size() + " rootfs.diff_ids");
        }
        List<Descriptor> blobs = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            blobs.add(layer(layers.get(i), diffIds.get(i)));
        }
        Digest digest = keep(configBytes);
        Descriptor about = new Descriptor(MediaTypes.OCI_CONFIG, digest, configBytes.length);
        Descriptor manifest = manifest(about, blobs);
        if (names.isEmpty()) {
            images.add(new Named(Optional.empty(), Optional.empty(), manifest));
        }
        names.forEach(name -> images.add(new Named(Optional.of(name), Optional.empty(), manifest)));
    }

    private Descriptor manifest(Descriptor config, List<Descriptor> layers) {
        byte[] bytes =
                Documents.write(
                        new ImageManifest(MediaTypes.OCI_MANIFEST, config, layers, Map.of()));
        return new Descriptor(MediaTypes.OCI_MANIFEST, keep(bytes), bytes.length);
    }

    private Digest keep(byte[] bytes) {
        Digest digest = Digest.sha256(bytes);
        made.put(digest, bytes);
        return digest;
    }

    /** Of a plain layer the config says the digest, and whoever copies it checks that. */
    private Descriptor layer(String name, Digest diffId) {
        try (Member member = members.need(name)) {
            Packing packing = Packing.of(member.beginning(Packing.MAGIC));
            Descriptor layer =
                    packing == Packing.NONE
                            ? new Descriptor(MediaTypes.OCI_LAYER, diffId, member.size())
                            : packed.computeIfAbsent(name, _ -> packed(member, packing));
            files.put(layer.digest(), name);
            return layer;
        }
    }

    private static Descriptor packed(Member member, Packing packing) {
        return new Descriptor(
                packing.layerType(), member.digest(Digest.Algorithm.SHA256), member.size());
    }

    @Override
    public List<Named> images() {
        return List.copyOf(images);
    }

    @Override
    public Optional<Member> blob(Digest digest) {
        return Optional.ofNullable(files.get(digest)).flatMap(members::find);
    }

    @Override
    public Optional<byte[]> made(Digest digest) {
        return Optional.ofNullable(made.get(digest));
    }
}
