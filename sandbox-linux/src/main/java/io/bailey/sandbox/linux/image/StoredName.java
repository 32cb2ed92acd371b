package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a name in the store means.
 *
 * @param name the name, normalized
 * @param top what the registry or archive says the name is: an index or a manifest
 * @param manifest the manifest of the image
 * @param platform what the image was chosen for
 */
record StoredName(String name, Descriptor top, Descriptor manifest, Platform platform) {

    /**
     * Names are with a tag or with a digest: one with both says which image it is by the latter.
     */
    static String of(ImageReference reference) {
        return reference.name()
                + reference
                        .digest()
                        .map(digest -> "@" + digest)
                        .orElseGet(() -> ":" + reference.tag().orElseThrow());
    }

    byte[] toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("platform", platform.toString());
        json.put("top", tree(top));
        json.put("manifest", tree(manifest));
        return Json.write(json);
    }

    private static Map<String, Object> tree(Descriptor descriptor) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("mediaType", descriptor.mediaType());
        tree.put("digest", descriptor.digest().toString());
        tree.put("size", descriptor.size());
        return tree;
    }

    static StoredName parse(byte[] json) {
        JsonValue root = Json.parse(json, "name in the store");
        return new StoredName(
                root.required("name").text(),
                descriptor(root.required("top")),
                descriptor(root.required("manifest")),
                Platform.parse(root.required("platform").text()));
    }

    private static Descriptor descriptor(JsonValue value) {
        return new Descriptor(
                value.required("mediaType").text(),
                Digest.parse(value.required("digest").text()),
                value.required("size").count());
    }
}
