package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

/**
 * Where values come from.
 *
 * @param what the document, for messages
 * @param secret whether messages must not quote it
 */
record JsonSource(String what, boolean secret) {
    /** Where a message begins to tell of the source, which it was told nothing of. */
    private static final String ITS_OWN = "\n| \\([^()]*\\[Source:|\\[Source:";

    ImageException failure(Kind kind, String reason) {
        return new ImageException(kind, "read", what, reason, "");
    }

    /** What Jackson says of the text, without what it says of its own settings; or nothing. */
    String detail(String message) {
        return secret ? "" : ": " + Quoted.text(message.split(ITS_OWN, 2)[0]);
    }
}
