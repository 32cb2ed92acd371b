package io.bailey.sandbox.image;

/**
 * The media types of images, {@code media-types.md} of the OCI image specification and Docker's
 * {@code manifest-v2-2.md}.
 *
 * @since 0.1
 */
public final class MediaTypes {
    /** An OCI index. */
    public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";

    /** An OCI manifest. */
    public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    /** An OCI config. */
    public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";

    /** An uncompressed OCI layer. */
    public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

    /** An OCI layer, gzip. */
    public static final String OCI_LAYER_GZIP = OCI_LAYER + "+gzip";

    /** An OCI layer, Zstandard. */
    public static final String OCI_LAYER_ZSTD = OCI_LAYER + "+zstd";

    /** Docker's manifest list. */
    public static final String DOCKER_LIST =
            "application/vnd.docker.distribution.manifest.list.v2+json";

    /** Docker's manifest, schema 2. */
    public static final String DOCKER_MANIFEST =
            "application/vnd.docker.distribution.manifest.v2+json";

    /** Docker's config. */
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";

    /** Docker's layer, gzip. */
    public static final String DOCKER_LAYER_GZIP =
            "application/vnd.docker.image.rootfs.diff.tar.gzip";

    private MediaTypes() {}
}
