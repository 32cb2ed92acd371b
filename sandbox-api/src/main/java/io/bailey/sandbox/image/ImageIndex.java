package io.bailey.sandbox.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An index of manifests, one a platform: OCI, or Docker's manifest list.
 *
 * @param mediaType which of the two
 * @param manifests what it lists, in order
 * @param annotations notes; immutable, in the order of the document
 * @since 0.1
 */
public record ImageIndex(
        String mediaType, List<Descriptor> manifests, Map<String, String> annotations) {

    /** Creates an index. */
    public ImageIndex {
        manifests = List.copyOf(manifests);
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /**
     * Returns the manifest that fits a platform best; of two that fit alike the first. What is for
     * {@code unknown/unknown}, as attestations are, never fits.
     *
     * @param platform what shall run it
     * @return its descriptor; empty if none fits
     */
    public Optional<Descriptor> choose(Platform platform) {
        Optional<Descriptor> best = Optional.empty();
        int least = Integer.MAX_VALUE;
        for (Descriptor candidate : manifests) {
            int distance =
                    candidate
                            .platform()
                            .filter(Platform::isKnown)
                            .map(platform::distance)
                            .orElse(-1);
            if (distance >= 0 && distance < least) {
                least = distance;
                best = Optional.of(candidate);
            }
        }
        return best;
    }
}
