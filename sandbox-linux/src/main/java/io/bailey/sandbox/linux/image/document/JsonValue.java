package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a JSON document and where it stands. Asking it for what it is not is an {@link
 * ImageException} that names the document, the place and what is accepted.
 *
 * <p>A member that is null counts as absent: Go writes it for empty lists and maps.
 */
public final class JsonValue {
    private final JsonSource source;
    private final String path;
    private final JsonNode node;

    JsonValue(JsonSource source, String path, JsonNode node) {
        this.source = source;
        this.path = path;
        this.node = node;
    }

    /** Where it stands, as in JSONPath: {@code $.layers[0].digest}. */
    public String path() {
        return path;
    }

    /** Is it an object? */
    public boolean isObject() {
        return node.isObject();
    }

    /** Is it a list? */
    public boolean isList() {
        return node.isArray();
    }

    /** Is it a string? */
    public boolean isText() {
        return node.isString();
    }

    /** The member of an object, if it is there and not null. */
    public Optional<JsonValue> member(String name) {
        JsonNode member = object().get(name);
        return member == null || member.isNull()
                ? Optional.empty()
                : Optional.of(at("." + name, member));
    }

    /** The member of an object, which must be there and not null. */
    public JsonValue required(String name) {
        return member(name).orElseThrow(() -> malformed("has no " + Quoted.text(name)));
    }

    /** The members of an object in their order, null ones too. */
    public Map<String, JsonValue> members() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : object().properties()) {
            String name = unicode(member.getKey());
            String shown = source.secret() ? ".…" : "[" + Quoted.text(name) + "]";
            members.put(name, at(shown, member.getValue()));
        }
        return members;
    }

    /** The elements of a list. */
    public List<JsonValue> elements() {
        if (!isList()) {
            throw wrong("a list");
        }
        List<JsonValue> elements = new ArrayList<>(node.size());
        for (JsonNode element : node) {
            elements.add(at("[" + elements.size() + "]", element));
        }
        return elements;
    }

    /** The string it is. */
    public String text() {
        if (!isText()) {
            throw wrong("a string");
        }
        return unicode(node.stringValue());
    }

    /** The member's string, if it is there and not null. */
    public Optional<String> text(String name) {
        return member(name).map(JsonValue::text);
    }

    /** The member's list of strings; empty if it is absent. */
    public List<String> texts(String name) {
        Optional<JsonValue> list = member(name);
        return list.isEmpty()
                ? List.of()
                : list.get().elements().stream().map(JsonValue::text).toList();
    }

    /** The member's object of strings, in its order; empty if it is absent. */
    public Map<String, String> textMap(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        member(name)
                .map(JsonValue::members)
                .orElse(Map.of())
                .forEach((key, value) -> texts.put(key, value.text()));
        return texts;
    }

    /** The whole number it is, 0 to 2<sup>63</sup>−1. */
    public long count() {
        if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0) {
            return node.longValue();
        }
        throw wrong("a whole number, not negative");
    }

    /** All of it, as {@link Json#write} takes it: what nobody here reads stays as it is. */
    public @Nullable Object tree() {
        if (node.isObject()) {
            Map<String, @Nullable Object> tree = new LinkedHashMap<>();
            members().forEach((name, value) -> tree.put(name, value.tree()));
            return tree;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            elements().forEach(element -> list.add(element.tree()));
            return list;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        return node.isBoolean() ? (Object) node.booleanValue() : node.isNull() ? null : text();
    }

    /** The failure that this is something other than {@code accepted}. */
    public ImageException wrong(String accepted) {
        return malformed(shown() + " is not accepted; it must be " + accepted);
    }

    /** The failure that something is wrong with this. */
    public ImageException malformed(String reason) {
        return source.failure(Kind.MALFORMED_DOCUMENT, path + ": " + reason);
    }

    private JsonNode object() {
        if (!node.isObject()) {
            throw wrong("an object");
        }
        return node;
    }

    private JsonValue at(String step, JsonNode value) {
        return new JsonValue(source, path + step, value);
    }

    /** Half of a surrogate pair may be written as an escape, and no bytes stand for it. */
    private String unicode(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw malformed("half of a surrogate pair is not Unicode text");
            }
        }
        return text;
    }

    private String shown() {
        if (node.isObject()) {
            return "an object";
        }
        if (node.isArray()) {
            return "a list";
        }
        if (source.secret()) {
            return "what is there";
        }
        return node.isString() ? Quoted.text(node.stringValue()) : node.toString();
    }

    /** Its place alone: it may be a secret. */
    @Override
    public String toString() {
        return source.what() + " " + path;
    }
}
