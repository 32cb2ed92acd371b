package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageManifest;

/**
 * One image of an archive, for one platform; its layers are still in there.
 *
 * @param named what the archive calls it
 * @param descriptor of the manifest
 * @param manifestBytes the manifest, whose digest is the descriptor's
 * @param manifest the same, read
 * @param configBytes the config, whose digest is the manifest's
 * @param config the same, read
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them: they are named by their digest.
public record ArchivedImage(
        Named named,
        Descriptor descriptor,
        byte[] manifestBytes,
        ImageManifest manifest,
        byte[] configBytes,
        ImageConfig config) {}
