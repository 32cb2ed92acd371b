package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Images as Docker kept them before 1.10, {@code image/spec/v1.md}: each layer has a description
 * and names the one beneath; nothing has a digest. Of them a config is made, always the same.
 */
final class OldImages {
    static final String NAMES = "repositories";

    private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");

    private final Members members;
    private final ImageLimits limits;

    OldImages(Members members, ImageLimits limits) {
        this.members = members;
        this.limits = limits;
    }

    /**
     * An image.
     *
     * @param config the bytes of the config that was made
     * @param layers the names of its layers in the archive, lowest first
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, compared by digest.
    record Image(byte[] config, List<String> layers) {}

    /** The names and what they mean. */
    Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        Json.parse(OciLayout.bytes(members, NAMES, limits), NAMES)
                .members()
                .forEach((repository, tags) ->
                        tags.members()
                                .forEach(
                                        (tag, id) -> names.put(repository + ":" + tag, id.text())));
        return names;
    }

    Image image(String top) {
        List<JsonValue> chain = new ArrayList<>();
        List<String> layers = new ArrayList<>();
        Optional<String> id = Optional.of(top);
        while (id.isPresent()) {
            if (chain.size() == limits.layers()) {
                throw tooMany();
            }
            JsonValue layer = description(id.get());
            chain.addFirst(layer);
            layers.addFirst(id.get() + "/layer.tar");
            id = layer.text("parent").filter(parent -> !parent.isEmpty());
        }
        return new Image(Json.write(config(chain, layers)), layers);
    }

    private JsonValue description(String id) {
        if (!ID.matcher(id).matches()) {
            throw Trouble.malformed(members.title(), Shown.text(id) + " is no id of a layer");
        }
        String name = id + "/json";
        return Json.parse(OciLayout.bytes(members, name, limits), name);
    }

    private Map<String, @Nullable Object> config(List<JsonValue> chain, List<String> layers) {
        JsonValue top = chain.getLast();
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        top.text("created").ifPresent(created -> config.put("created", created));
        config.put("architecture", top.text("architecture").orElse("amd64"));
        config.put("os", top.text("os").orElse("linux"));
        top.member("config").ifPresent(run -> config.put("config", run.tree()));
        List<String> diffIds = layers.stream().map(this::diffId).toList();
        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", diffIds);
        config.put("rootfs", rootfs);
        return config;
    }

    private String diffId(String name) {
        try (Member layer = members.need(name)) {
            if (Packing.of(layer.beginning(Packing.MAGIC)) != Packing.NONE) {
                throw Trouble.of(
                        Kind.UNSUPPORTED_MEDIA_TYPE,
                        "read archive",
                        layer.name(),
                        "it is compressed, which no layer in such an archive is");
            }
            return layer.digest(Digest.Algorithm.SHA256).toString();
        }
    }

    private ImageException tooMany() {
        return new ImageException(
                Kind.LIMIT_EXCEEDED,
                "read archive",
                members.title(),
                "an image has more than " + limits.layers() + " layers",
                "raise ImageLimits.layers if this is wanted");
    }
}
