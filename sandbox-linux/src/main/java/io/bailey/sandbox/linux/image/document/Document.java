package io.bailey.sandbox.linux.image.document;

import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageManifest;

/** What a name in a registry or a layout points at. */
public sealed interface Document {

    /** One image. */
    record Manifest(ImageManifest manifest) implements Document {}

    /** Several, one a platform. */
    record Index(ImageIndex index) implements Document {}
}
