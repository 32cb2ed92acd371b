package io.bailey.sandbox.linux.image.unpack;

import java.util.Optional;

/**
 * What a chain of layers needed.
 *
 * @param notes those of the fix-up layer that was made; empty if none is needed, and the target is
 *     still empty
 */
public record FixupResult(Optional<LayerNotes> notes) {

    /** Is there a layer to lay above the topmost? */
    public boolean isNeeded() {
        return notes.isPresent();
    }
}
