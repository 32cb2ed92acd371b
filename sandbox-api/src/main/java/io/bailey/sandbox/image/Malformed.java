package io.bailey.sandbox.image;

import io.bailey.sandbox.image.ImageException.Kind;

/** What is wrong with a name or a document, said in one way. */
final class Malformed {
    private static final int SHOWN = 120;

    private Malformed() {}

    static ImageException reference(String what, String value, String why) {
        return new ImageException(Kind.INVALID_REFERENCE, "read a " + what, quote(value), why, "");
    }

    static ImageException document(String what, String why) {
        return new ImageException(Kind.MALFORMED_DOCUMENT, "read", what, why, "");
    }

    /** Quoted, cut, control characters made visible: it may be hostile. */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints()
                .limit(SHOWN)
                .forEach(point -> {
                    if (isHidden(point) || point == '"' || point == '\\') {
                        quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
                    } else {
                        quoted.appendCodePoint(point);
                    }
                });
        return quoted.append(value.codePointCount(0, value.length()) > SHOWN ? "…\"" : "\"")
                .toString();
    }

    /** Nothing to see, or it turns around what stands beside it. */
    private static boolean isHidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    true;
            default -> false;
        };
    }
}
