package io.bailey.sandbox.image;

import java.time.Duration;
import java.util.List;

/**
 * What happens during a pull or a load.
 *
 * @since 0.1
 */
public sealed interface PullEvent {

    /**
     * The manifest has been read and verified; layers follow.
     *
     * @param reference what was asked for
     * @param digest the digest of its manifest
     * @param layers its layers, lowest first
     * @since 0.1
     */
    record Resolved(ImageReference reference, Digest digest, List<Descriptor> layers)
            implements PullEvent {
        /** Creates an event. */
        public Resolved {
            layers = List.copyOf(layers);
        }
    }

    /**
     * What is being done with a layer.
     *
     * @since 0.1
     */
    enum Phase {
        /** Its bytes come from the registry. */
        DOWNLOAD,
        /** It is uncompressed, hashed and unpacked. */
        UNPACK,
        /** It is verified and in the store. */
        DONE,
        /** It was there already. */
        PRESENT,
        /** Another process, or thread, does it. */
        WAITING
    }

    /**
     * A layer got further. Told often, but not of each byte.
     *
     * @param layer the digest of its compressed form
     * @param phase what is done with it
     * @param bytes how many of its compressed bytes this phase has done
     * @param total how many it has
     * @param bytesPerSecond how fast, over this phase so far
     * @since 0.1
     */
    record Progress(Digest layer, Phase phase, long bytes, long total, double bytesPerSecond)
            implements PullEvent {}

    /**
     * A request failed and is made again.
     *
     * @param what the URL without its query
     * @param reason what went wrong
     * @param attempt the number of the next try, from 2 on
     * @param after how long is waited before it
     * @since 0.1
     */
    record Retry(String what, String reason, int attempt, Duration after) implements PullEvent {}

    /**
     * The image is there.
     *
     * @param image the image
     * @since 0.1
     */
    record Finished(Image image) implements PullEvent {}
}
