package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.archive.UpperLayer;

import java.nio.channels.FileChannel;

/** A container whose writable layer can become a layer of an image. */
public interface Committable {

    /**
     * The image beneath it.
     *
     * @throws io.bailey.sandbox.image.ImageException of kind UNSUPPORTED if there is none, or
     *     nothing that can be looked into
     */
    Image below();

    /** Writes what it has written, as a layer. */
    UpperLayer.Written write(FileChannel into, ImageLimits limits);
}
