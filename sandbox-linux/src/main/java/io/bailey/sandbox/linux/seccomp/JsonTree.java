package io.bailey.sandbox.linux.seccomp;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A document as maps, lists, strings and numbers. Its limits hold for what strangers wrote. */
final class JsonTree {
    /** Docker's default profile has 20 KiB. */
    static final int MAX_LENGTH = 4 << 20;

    private static final int MAX_DEPTH = 16;
    private static final int MAX_TOKENS = 200_000;
    private static final int MAX_STRING = 64 << 10;
    private static final int MAX_NUMBER = 64;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxDocumentLength(MAX_LENGTH)
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxTokenCount(MAX_TOKENS)
                                    .maxStringLength(MAX_STRING)
                                    .maxNameLength(MAX_STRING)
                                    .maxNumberLength(MAX_NUMBER)
                                    .build())
                    // Of two members of one name other readers take the first or the last.
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private JsonTree() {}

    static JsonValue read(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new ProfileException(
                    "the document has "
                            + text.length()
                            + " characters; the limit is "
                            + MAX_LENGTH);
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            Object root = value(parser);
            if (parser.nextToken() != null) {
                throw new ProfileException("the document goes on after its end");
            }
            return new JsonValue("$", root);
        } catch (JacksonException e) {
            throw new ProfileException(
                    "not a JSON document within the limits: " + e.getOriginalMessage() + where(e),
                    e);
        }
    }

    private static String where(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr()
                        + ")";
    }

    /** JSON's null is {@link JsonValue#NULL}. */
    private static Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new ProfileException("the document is empty");
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> JsonValue.NULL;
            default -> parser.getString() + ", which is no whole number";
        };
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static List<Object> array(JsonParser parser) {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser));
        }
        return elements;
    }
}
