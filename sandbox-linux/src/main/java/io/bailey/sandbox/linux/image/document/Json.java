package io.bailey.sandbox.linux.image.document;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** JSON of strangers, read strictly and with limits; and JSON of our own, written. */
public final class Json {
    /** What is read here at all; whoever fetches a document has a lower limit of its own. */
    static final int MAX_LENGTH = 64 << 20;

    private static final int MAX_DEPTH = 64;
    private static final int MAX_TOKENS = 1_000_000;
    private static final int MAX_STRING = 1 << 20;
    private static final int MAX_NAME = 64 << 10;
    private static final int MAX_NUMBER = 64;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxDocumentLength(MAX_LENGTH)
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxTokenCount(MAX_TOKENS)
                                                    .maxStringLength(MAX_STRING)
                                                    .maxNameLength(MAX_NAME)
                                                    .maxNumberLength(MAX_NUMBER)
                                                    .build())
                                    // Of two members of one name other readers take the first or
                                    // the last: the document would mean two things.
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Json() {}

    /**
     * Reads a document.
     *
     * @param what it is, for messages: {@code manifest}, {@code answer of …}
     * @throws ImageException of kind {@link Kind#MALFORMED_DOCUMENT} or {@link Kind#LIMIT_EXCEEDED}
     */
    public static JsonValue parse(byte[] bytes, String what) {
        return parse(bytes, new JsonSource(what, false));
    }

    /** The same of a document with secrets: messages say of no value what it is. */
    public static JsonValue parseSecret(byte[] bytes, String what) {
        return parse(bytes, new JsonSource(what, true));
    }

    /**
     * Writes maps, lists, strings, numbers and booleans, without spaces, in their order.
     *
     * @throws ImageException of kind {@link Kind#MALFORMED_DOCUMENT} if a string is no Unicode text
     */
    public static byte[] write(Object tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JacksonException notUnicode) {
            throw new ImageException(
                    Kind.MALFORMED_DOCUMENT, "write JSON", "", "a string is not Unicode text", "");
        }
    }

    private static JsonValue parse(byte[] bytes, JsonSource source) {
        if (bytes.length > MAX_LENGTH) {
            throw source.failure(
                    Kind.LIMIT_EXCEEDED,
                    "has " + bytes.length + " bytes; the limit is " + MAX_LENGTH);
        }
        try {
            JsonNode root = MAPPER.readTree(unicode(bytes, source));
            if (root.isMissingNode()) {
                throw source.failure(Kind.MALFORMED_DOCUMENT, "is empty");
            }
            return new JsonValue(source, "$", root);
        } catch (StreamConstraintsException tooMuch) {
            throw source.failure(
                    Kind.LIMIT_EXCEEDED,
                    "is nested too deeply, or a part of it is too long" + where(tooMuch));
        } catch (DatabindException trailing) {
            throw source.failure(
                    Kind.MALFORMED_DOCUMENT, "goes on after its end" + where(trailing));
        } catch (JacksonException broken) {
            // Not as the cause: its message may quote a secret.
            throw source.failure(
                    Kind.MALFORMED_DOCUMENT,
                    "is not JSON" + where(broken) + source.detail(broken.getOriginalMessage()));
        }
    }

    /** RFC 8259, section 8.1: UTF-8 without a mark. Jackson would guess UTF-16 and UTF-32 too. */
    private static String unicode(byte[] bytes, JsonSource source) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw source.failure(Kind.MALFORMED_DOCUMENT, "is not UTF-8");
        }
    }

    private static String where(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null || at.getLineNr() < 1
                ? ""
                : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }
}
