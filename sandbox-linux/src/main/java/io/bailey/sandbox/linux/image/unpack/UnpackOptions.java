package io.bailey.sandbox.linux.image.unpack;

import io.bailey.sandbox.image.ImageLimits;

/**
 * How layers become directories.
 *
 * @param powers what may be done
 * @param limits the most that a layer may be
 */
public record UnpackOptions(Powers powers, ImageLimits limits) {

    /** What the one who unpacks may do. */
    public enum Powers {
        /** Root: owners, devices and {@code trusted.overlay.} attributes. */
        PRIVILEGED("trusted.overlay."),
        /**
         * An ordinary user: all is owned by that user, there are no devices, and overlay's marks
         * are {@code user.overlay.} attributes (mount option {@code userxattr}).
         */
        ROOTLESS("user.overlay.");

        private final String overlay;

        Powers(String overlay) {
            this.overlay = overlay;
        }

        /** The attribute that hides what lower layers have in a directory. */
        String opaque() {
            return overlay + "opaque";
        }
    }

    /** As root. */
    public static UnpackOptions privileged(ImageLimits limits) {
        return new UnpackOptions(Powers.PRIVILEGED, limits);
    }

    /** As an ordinary user. */
    public static UnpackOptions rootless(ImageLimits limits) {
        return new UnpackOptions(Powers.ROOTLESS, limits);
    }

    boolean isPrivileged() {
        return powers == Powers.PRIVILEGED;
    }
}
