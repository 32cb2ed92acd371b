package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.Platform;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code config.md} of the specification, as lenient as Docker where Docker wrote otherwise. */
final class ConfigReader {

    private ConfigReader() {}

    static ImageConfig read(JsonValue root) {
        Optional<JsonValue> run = root.member("config");
        return new ImageConfig(
                platform(root),
                run.map(ConfigReader::environment).orElse(Map.of()),
                run.map(c -> words(c, "Entrypoint")).orElse(List.of()),
                run.map(c -> words(c, "Cmd")).orElse(List.of()),
                run.flatMap(c -> word(c, "WorkingDir")),
                run.flatMap(c -> word(c, "User")),
                run.map(c -> names(c, "ExposedPorts")).orElse(Set.of()),
                run.map(c -> names(c, "Volumes")).orElse(Set.of()),
                run.map(c -> c.textMap("Labels")).orElse(Map.of()),
                run.flatMap(c -> word(c, "StopSignal")),
                diffIds(root.required("rootfs")),
                root.member("created").map(ConfigReader::time));
    }

    private static Platform platform(JsonValue root) {
        return ManifestReader.platform(
                root, root.required("os").text(), root.required("architecture").text());
    }

    /**
     * Without "=" it is no variable: containerd takes it to remove one, and there is none yet. Of
     * two of one name the last one counts, as in Docker.
     */
    private static Map<String, String> environment(JsonValue config) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String entry : words(config, "Env")) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                environment.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return environment;
    }

    /** A lone string is a list of one, as Docker's {@code strslice} reads it. */
    private static List<String> words(JsonValue config, String name) {
        Optional<JsonValue> value = config.member(name);
        if (value.isEmpty()) {
            return List.of();
        }
        return value.get().isText()
                ? List.of(whole(value.get()))
                : value.get().elements().stream().map(ConfigReader::whole).toList();
    }

    private static Optional<String> word(JsonValue config, String name) {
        return config.member(name).map(ConfigReader::whole).filter(text -> !text.isEmpty());
    }

    /** Go writes a set as an object of empty objects. */
    private static Set<String> names(JsonValue config, String name) {
        Set<String> names = new LinkedHashSet<>();
        config.member(name)
                .map(JsonValue::members)
                .orElse(Map.of())
                .forEach((key, value) -> names.add(whole(value, key)));
        return names;
    }

    private static List<Digest> diffIds(JsonValue rootfs) {
        if (!rootfs.required("type").text().equals("layers")) {
            throw rootfs.required("type").wrong("\"layers\"");
        }
        return rootfs.member("diff_ids").map(JsonValue::elements).orElse(List.of()).stream()
                .map(ManifestReader::digest)
                .toList();
    }

    private static String time(JsonValue value) {
        try {
            OffsetDateTime.parse(value.text());
            return value.text();
        } catch (DateTimeParseException e) {
            throw value.wrong("a time as in RFC 3339");
        }
    }

    private static String whole(JsonValue value) {
        return whole(value, value.text());
    }

    /** What goes to the kernel ends at a NUL: the rest would vanish unseen. */
    private static String whole(JsonValue place, String text) {
        if (text.indexOf('\0') >= 0) {
            throw place.malformed("has a NUL character");
        }
        return text;
    }
}
