package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.Platform;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Documents as trees of maps, lists, strings and numbers, in the specification's order. */
final class DocumentWriter {

    private DocumentWriter() {}

    static Map<String, Object> tree(ImageManifest manifest) {
        Map<String, Object> tree = versioned(manifest.mediaType());
        tree.put("config", tree(manifest.config()));
        tree.put("layers", manifest.layers().stream().map(DocumentWriter::tree).toList());
        putUnlessEmpty(tree, "annotations", manifest.annotations());
        return tree;
    }

    static Map<String, Object> tree(ImageIndex index) {
        Map<String, Object> tree = versioned(index.mediaType());
        tree.put("manifests", index.manifests().stream().map(DocumentWriter::tree).toList());
        putUnlessEmpty(tree, "annotations", index.annotations());
        return tree;
    }

    static Map<String, Object> tree(ImageConfig config) {
        Map<String, Object> tree = new LinkedHashMap<>();
        put(tree, "created", config.created());
        putPlatform(tree, config.platform());
        putUnlessEmpty(tree, "config", run(config));
        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", config.diffIds().stream().map(Digest::toString).toList());
        tree.put("rootfs", rootfs);
        return tree;
    }

    private static Map<String, Object> run(ImageConfig config) {
        Map<String, Object> run = new LinkedHashMap<>();
        put(run, "User", config.user());
        putUnlessEmpty(run, "ExposedPorts", set(config.exposedPorts()));
        putUnlessEmpty(run, "Env", entries(config.environment()));
        putUnlessEmpty(run, "Entrypoint", config.entrypoint());
        putUnlessEmpty(run, "Cmd", config.cmd());
        putUnlessEmpty(run, "Volumes", set(config.volumes()));
        put(run, "WorkingDir", config.workingDirectory());
        putUnlessEmpty(run, "Labels", config.labels());
        put(run, "StopSignal", config.stopSignal());
        return run;
    }

    private static Map<String, Object> tree(Descriptor descriptor) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("mediaType", descriptor.mediaType());
        tree.put("digest", descriptor.digest().toString());
        tree.put("size", descriptor.size());
        putUnlessEmpty(tree, "urls", descriptor.urls());
        putUnlessEmpty(tree, "annotations", descriptor.annotations());
        descriptor.platform().ifPresent(platform -> tree.put("platform", tree(platform)));
        return tree;
    }

    private static Map<String, Object> tree(Platform platform) {
        Map<String, Object> tree = new LinkedHashMap<>();
        putPlatform(tree, platform);
        return tree;
    }

    private static void putPlatform(Map<String, Object> tree, Platform platform) {
        tree.put("architecture", platform.architecture());
        tree.put("os", platform.os());
        put(tree, "variant", Optional.of(platform.variant()).filter(v -> !v.isEmpty()));
    }

    private static Map<String, Object> versioned(String mediaType) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schemaVersion", 2);
        tree.put("mediaType", mediaType);
        return tree;
    }

    private static Map<String, Object> set(Set<String> names) {
        Map<String, Object> set = new LinkedHashMap<>();
        names.forEach(name -> set.put(name, Map.of()));
        return set;
    }

    private static List<String> entries(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
    }

    private static void put(Map<String, Object> tree, String name, Optional<String> value) {
        value.ifPresent(v -> tree.put(name, v));
    }

    private static void putUnlessEmpty(Map<String, Object> tree, String name, Collection<?> list) {
        if (!list.isEmpty()) {
            tree.put(name, list);
        }
    }

    private static void putUnlessEmpty(Map<String, Object> tree, String name, Map<?, ?> map) {
        if (!map.isEmpty()) {
            tree.put(name, map);
        }
    }
}
