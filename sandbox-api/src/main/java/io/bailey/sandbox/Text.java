package io.bailey.sandbox;

import java.nio.charset.StandardCharsets;

/** The rules for strings that end up in the kernel, and how messages show them. */
final class Text {

    private static final int SHOWN = 80;

    private Text() {}

    /**
     * Returns the value if the kernel would see all of it. A NUL would cut a C string short, so
     * that another path or variable is used than the one that was checked; an unpaired surrogate
     * would silently become a question mark.
     */
    static String whole(String field, String value) {
        int nul = value.indexOf('\0');
        if (nul >= 0) {
            throw new SandboxConfigException(
                    field + ": " + quote(value) + " has a NUL character at index " + nul);
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new SandboxConfigException(
                    field + ": " + quote(value) + " has an unpaired surrogate and no UTF-8 form");
        }
        return value;
    }

    /** As {@link #whole}, and with at least one and at most {@code maxBytes} bytes of UTF-8. */
    static String filled(String field, String value, int maxBytes) {
        if (value.isEmpty()) {
            throw new SandboxConfigException(field + ": must not be empty");
        }
        return bounded(field, value, maxBytes);
    }

    /** As {@link #whole}, and with at most {@code maxBytes} bytes of UTF-8. */
    static String bounded(String field, String value, int maxBytes) {
        int bytes = whole(field, value).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + quote(value)
                            + " has "
                            + bytes
                            + " bytes, more than the "
                            + maxBytes
                            + " allowed");
        }
        return value;
    }

    /**
     * Quotes for a message: control characters made visible, and long values cut, for they may be
     * hostile.
     */
    static String quote(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        value.codePoints().limit(SHOWN).forEach(point -> append(quoted, point));
        return quoted.append(value.codePointCount(0, value.length()) > SHOWN ? "…\"" : "\"")
                .toString();
    }

    private static void append(StringBuilder quoted, int point) {
        if (point == '"' || point == '\\') {
            quoted.append('\\').appendCodePoint(point);
        } else if (isUnprintable(point)) {
            quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
        } else {
            quoted.appendCodePoint(point);
        }
    }

    private static boolean isUnprintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
