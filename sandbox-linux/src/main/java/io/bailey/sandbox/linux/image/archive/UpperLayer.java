package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.sys.FileCalls;

import java.nio.channels.FileChannel;
import java.util.function.IntUnaryOperator;

/**
 * Makes a layer of what an overlay's upper directory holds: what was changed and made, and the
 * names that are gone as OCI whiteouts. The same directory gives the same bytes.
 */
public final class UpperLayer {

    private UpperLayer() {}

    /** How the layer is written. */
    public enum Form {
        /** As a tar. */
        PLAIN,
        /** As a tar in gzip, level 6, without a time. */
        GZIP
    }

    /**
     * Which attributes overlayfs keeps its notes in: it depends on the mount option {@code
     * userxattr}. The others are whatever the container's own processes wrote there.
     */
    public enum Notes {
        /** {@code trusted.overlay.*}, which only a process with CAP_SYS_ADMIN is shown. */
        TRUSTED("trusted.overlay."),
        /** {@code user.overlay.*}, of a mount with {@code userxattr}. */
        USER("user.overlay.");

        private final String prefix;

        Notes(String prefix) {
            this.prefix = prefix;
        }

        String prefix() {
            return prefix;
        }
    }

    /**
     * How the numbers on the host become those of the image; −1 for one the image has none for.
     *
     * @param user of users
     * @param group of groups
     */
    public record Ids(IntUnaryOperator user, IntUnaryOperator group) {
        /** The same numbers. */
        public static Ids same() {
            return new Ids(id -> id, id -> id);
        }
    }

    /**
     * How a layer is to be made.
     *
     * @param notes where the overlay kept its notes
     * @param ids whose the files are in the image
     * @param form how it is written
     * @param limits what the layer must not be beyond; none would be loaded again
     */
    public record Options(Notes notes, Ids ids, Form form, ImageLimits limits) {}

    /**
     * What was written.
     *
     * @param blob type, digest and size of the file
     * @param diffId the digest of the tar
     * @param size the bytes of the tar
     */
    public record Written(Descriptor blob, Digest diffId, long size) {}

    /**
     * Writes the layer to where {@code into} stands.
     *
     * @param calls of this thread
     * @param upper a descriptor of the upper directory, O_RDONLY or O_PATH
     * @throws io.bailey.sandbox.image.ImageException of kind UNSUPPORTED if there is something that
     *     a layer cannot say: a directory that was renamed without its content, a name that would
     *     be taken for a whiteout, an owner without a number in the image
     */
    public static Written write(FileCalls calls, int upper, Options options, FileChannel into) {
        HashedFile file = new HashedFile(into, "layer");
        return switch (options.form()) {
            case PLAIN -> plain(calls, upper, options, file);
            case GZIP -> gzip(calls, upper, options, file);
        };
    }

    private static Written plain(FileCalls calls, int upper, Options options, HashedFile file) {
        new UpperWalk(calls, options, new TarWriter(file)).write(upper);
        Digest digest = file.finish();
        Descriptor blob = new Descriptor(MediaTypes.OCI_LAYER, digest, file.size());
        return new Written(blob, digest, file.size());
    }

    private static Written gzip(FileCalls calls, int upper, Options options, HashedFile file) {
        try (Gzip gzip = new Gzip(file)) {
            HashedStream tar = new HashedStream(gzip);
            new UpperWalk(calls, options, new TarWriter(tar)).write(upper);
            gzip.finish();
            Digest digest = file.finish();
            Descriptor blob = new Descriptor(MediaTypes.OCI_LAYER_GZIP, digest, file.size());
            return new Written(blob, tar.digest(), tar.size());
        }
    }
}
