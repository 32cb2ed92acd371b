package io.bailey.sandbox.linux.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.document.Json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** All about an image, for people and their tools. */
final class Inspection {
    private Inspection() {}

    static String of(Catalog catalog, Image image) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("reference", image.reference().toString());
        json.put("digest", image.digest().toString());
        json.put("size", image.size());
        json.put("store", image.store().toString());
        List<Object> layers = new ArrayList<>();
        for (Layer layer : image.layers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("digest", layer.blob().digest().toString());
            one.put("size", layer.blob().size());
            one.put("diffId", layer.diffId().toString());
            one.put("chainId", layer.chainId().toString());
            layers.add(one);
        }
        json.put("layers", layers);
        json.put("manifest", tree(image.digest().toString(), catalog.require(image.digest())));
        json.put(
                "config",
                tree("config", catalog.require(catalog.manifest(image).config().digest())));
        return new String(Json.write(json), UTF_8);
    }

    private static Object tree(String what, byte[] document) {
        return Objects.requireNonNull(Json.parse(document, what).tree());
    }
}
