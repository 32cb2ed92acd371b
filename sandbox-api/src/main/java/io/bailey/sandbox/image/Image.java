package io.bailey.sandbox.image;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Rootfs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image in a store, verified and unpacked: the root of a sandbox. Immutable; it stays what it is
 * when its name comes to mean another.
 *
 * <p>As a root it brings its config along: a sandbox has the image's environment, where the builder
 * or the command do not say otherwise; it starts in the image's working directory, which is made if
 * missing, as the image's user, unless told otherwise. A command that is named is run as it is
 * named; {@link #command(String...)} is what the image itself would run.
 *
 * @param reference its name in the store
 * @param digest the digest of its manifest
 * @param layers its layers, lowest first
 * @param config how it wants to be run
 * @param size the bytes of its layers as they are shipped, its config and its manifest
 * @param store the store it lies in
 * @since 0.1
 */
public record Image(
        ImageReference reference,
        Digest digest,
        List<Layer> layers,
        ImageConfig config,
        long size,
        Path store)
        implements Rootfs {

    /** Creates an image; {@link Images} does that. */
    public Image {
        layers = List.copyOf(layers);
        store = store.toAbsolutePath();
    }

    /**
     * Returns what the image runs: its entrypoint and these arguments, or without any its own
     * {@code cmd}.
     *
     * @param arguments what comes after the entrypoint; replaces the image's {@code cmd}
     * @return the command
     * @throws ImageException of kind {@link ImageException.Kind#NOT_FOUND} if that is empty
     */
    public Command command(String... arguments) {
        List<String> all = new ArrayList<>(config.entrypoint());
        all.addAll(arguments.length == 0 ? config.cmd() : List.of(arguments));
        if (all.isEmpty()) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "find the command of",
                    reference.toString(),
                    "the image has neither entrypoint nor cmd",
                    "name a command");
        }
        return Command.of(all.toArray(String[]::new));
    }

    /** Returns the reference and the digest. */
    @Override
    public String toString() {
        return reference + " (" + digest + ")";
    }
}
