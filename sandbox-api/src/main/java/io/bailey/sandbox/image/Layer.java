package io.bailey.sandbox.image;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/**
 * One layer of an image.
 *
 * @param blob the archive as it is shipped
 * @param diffId the digest of the archive when uncompressed
 * @param chainId the digest that names this layer and all beneath it
 * @since 0.1
 */
public record Layer(Descriptor blob, Digest diffId, Digest chainId) {

    /**
     * Puts the layers of a manifest and the digests of its config together.
     *
     * @param blobs the manifest's layers, lowest first
     * @param diffIds the config's digests, lowest first
     * @return the layers, lowest first
     * @throws ImageException of kind {@link ImageException.Kind#MALFORMED_DOCUMENT} if there are
     *     not as many of one as of the other
     */
    public static List<Layer> stack(List<Descriptor> blobs, List<Digest> diffIds) {
        if (blobs.size() != diffIds.size()) {
            throw Malformed.document(
                    "manifest and config",
                    blobs.size() + " layers, but " + diffIds.size() + " rootfs.diff_ids");
        }
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < blobs.size(); i++) {
            Digest diffId = diffIds.get(i);
            Digest chainId = i == 0 ? diffId : chain(layers.get(i - 1).chainId(), diffId);
            layers.add(new Layer(blobs.get(i), diffId, chainId));
        }
        return List.copyOf(layers);
    }

    /**
     * Returns the digest of a layer upon others, {@code config.md}, "Layer ChainID".
     *
     * @param below the ChainID of what lies beneath
     * @param diffId the layer's own digest
     * @return {@code sha256(below + " " + diffId)}
     */
    public static Digest chain(Digest below, Digest diffId) {
        return Digest.sha256((below + " " + diffId).getBytes(US_ASCII));
    }
}
