package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.image.unpack.LayerNotes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Notes of a layer as JSON. Paths are byte strings, one char a byte: as such they are Unicode text,
 * and come back as they were.
 */
final class NotesJson {
    private NotesJson() {}

    static byte[] write(LayerNotes notes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("root", notes.root() ? 1 : 0);
        json.put("implied", notes.implied());
        json.put("hollow", notes.hollow());
        json.put("opaque", notes.opaque());
        json.put("whiteouts", notes.whiteouts());
        json.put(
                "links",
                notes.links().stream().map(link -> List.of(link.path(), link.target())).toList());
        json.put("entries", notes.entries());
        json.put("files", notes.files());
        json.put("directories", notes.directories());
        json.put("bytes", notes.bytes());
        json.put("devices", notes.devices());
        json.put("attributes", new TreeMap<>(notes.attributes()));
        return Json.write(json);
    }

    static LayerNotes read(byte[] bytes) {
        JsonValue json = Json.parse(bytes, "notes of a layer");
        List<LayerNotes.Link> links = new ArrayList<>();
        for (JsonValue link : json.required("links").elements()) {
            List<JsonValue> pair = link.elements();
            links.add(new LayerNotes.Link(pair.get(0).text(), pair.get(1).text()));
        }
        Map<String, Long> attributes = new LinkedHashMap<>();
        json.required("attributes")
                .members()
                .forEach((name, count) -> attributes.put(name, count.count()));
        return new LayerNotes(
                json.required("root").count() != 0,
                json.texts("implied"),
                json.texts("hollow"),
                json.texts("opaque"),
                json.texts("whiteouts"),
                links,
                json.required("entries").count(),
                json.required("files").count(),
                json.required("directories").count(),
                json.required("bytes").count(),
                json.required("devices").count(),
                attributes);
    }
}
