package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.image.document.Quoted;

import java.util.Optional;

/** The body of a registry's error, {@code spec.md} of distribution, "Error Codes". */
final class ErrorBody {

    private ErrorBody() {}

    /** Its first code and message as " CODE: "message"", or "". */
    static String words(byte[] body) {
        if (body.length == 0) {
            return "";
        }
        try {
            return words(Json.parse(body, "error"));
        } catch (ImageException ofAnotherForm) {
            return "";
        }
    }

    private static String words(JsonValue root) {
        Optional<JsonValue> errors = root.member("errors").filter(e -> !e.elements().isEmpty());
        if (errors.isEmpty()) {
            return "";
        }
        JsonValue first = errors.get().elements().getFirst();
        return said(first.text("code"))
                + first.text("message").map(m -> ": " + Quoted.text(m)).orElse("");
    }

    private static String said(Optional<String> code) {
        return code.filter(c -> c.matches("[A-Z0-9_]{1,64}")).map(c -> " " + c).orElse("");
    }
}
