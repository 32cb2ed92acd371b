package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

/** What is wrong with an entry, said where it is not known yet which entry it is. */
final class TarFault extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String STEP = "read archive";

    private final Kind kind;
    private final String fix;

    private TarFault(Kind kind, String reason, String fix) {
        // Thrown and translated a few frames apart: the trace of the ImageException says it all.
        super(reason, null, false, false);
        this.kind = kind;
        this.fix = fix;
    }

    static TarFault malformed(String reason) {
        return new TarFault(Kind.MALFORMED_LAYER, reason, "");
    }

    static TarFault limit(String reason, String limit) {
        return new TarFault(
                Kind.LIMIT_EXCEEDED, reason, "raise ImageLimits." + limit + " if this is wanted");
    }

    /** The same, of an entry; {@code name} is empty if it is not known yet. */
    ImageException of(long number, String name) {
        String subject = "entry " + number + (name.isEmpty() ? "" : " " + RawNames.show(name));
        return new ImageException(kind, STEP, subject, String.valueOf(getMessage()), fix);
    }
}
