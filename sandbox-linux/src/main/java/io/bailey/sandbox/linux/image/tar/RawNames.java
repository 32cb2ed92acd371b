package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Names as byte strings: a String with one char a byte. */
public final class RawNames {
    private static final int SHOWN = 200;

    private RawNames() {}

    /** The byte string of text, as UTF-8. */
    public static String of(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    /** For a message: as UTF-8, quoted, cut, control characters made visible. */
    public static String show(String raw) {
        String text = new String(raw.getBytes(ISO_8859_1), UTF_8);
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints()
                .limit(SHOWN)
                .forEach(point -> {
                    if (Character.isISOControl(point) || point == '"' || point == '\\') {
                        shown.append("\\u{").append(Integer.toHexString(point)).append('}');
                    } else {
                        shown.appendCodePoint(point);
                    }
                });
        return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "…\"" : "\"")
                .toString();
    }
}
