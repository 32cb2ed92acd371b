package io.bailey.sandbox.linux.image.document;

/** What a stranger wrote, fit for a message: quoted, cut, control characters made visible. */
public final class Quoted {
    private static final int SHOWN = 120;

    private Quoted() {}

    /** As much of {@code text} as a message can bear. */
    public static String text(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int[] points = text.codePoints().limit(SHOWN + 1L).toArray();
        for (int i = 0; i < Math.min(points.length, SHOWN); i++) {
            append(quoted, points[i]);
        }
        return quoted.append(points.length > SHOWN ? "…\"" : "\"").toString();
    }

    private static void append(StringBuilder quoted, int point) {
        if (point == '"' || point == '\\' || !isPlain(point)) {
            quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
        } else {
            quoted.appendCodePoint(point);
        }
    }

    /** Neither a control character nor one that turns the direction of what is read after it. */
    private static boolean isPlain(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
