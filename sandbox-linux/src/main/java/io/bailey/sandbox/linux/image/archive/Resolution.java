package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageConfig;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageIndex;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.document.Document;
import io.bailey.sandbox.linux.image.document.Documents;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Follows an index to the manifest for a platform, through indexes in it. */
final class Resolution {
    private static final int MOST_DEPTH = 8;

    /** An index of indexes of the same indexes has few bytes and endless ways. */
    private static final int MOST_DOCUMENTS = 1000;

    private final ImageArchive archive;
    private final Platform platform;
    private final ImageLimits limits;
    private final Set<String> others = new LinkedHashSet<>();
    private int documents;

    Resolution(ImageArchive archive, Platform platform, ImageLimits limits) {
        this.archive = archive;
        this.platform = platform;
        this.limits = limits;
    }

    Optional<ArchivedImage> of(Named named) {
        Optional<Platform> said = named.target().platform();
        if (said.isPresent() && platform.distance(said.get()) < 0) {
            others.add(said.get().toString());
            return Optional.empty();
        }
        return of(named, named.target(), 0);
    }

    private Optional<ArchivedImage> of(Named named, Descriptor at, int depth) {
        if (depth == MOST_DEPTH || ++documents > MOST_DOCUMENTS) {
            throw Trouble.of(
                    Kind.LIMIT_EXCEEDED,
                    "read archive",
                    at.digest(),
                    "there are too many indexes in indexes");
        }
        byte[] bytes = archive.document(at);
        return switch (Documents.parse(bytes, at.mediaType())) {
            case Document.Manifest(var manifest) -> image(named, at, bytes, manifest);
            case Document.Index(var index) -> among(named, index, depth);
        };
    }

    private Optional<ArchivedImage> among(Named named, ImageIndex index, int depth) {
        Optional<Descriptor> chosen = index.choose(platform);
        if (chosen.isPresent()) {
            return of(named, chosen.get(), depth + 1);
        }
        for (Descriptor candidate : index.manifests()) {
            if (candidate.platform().isPresent()) {
                others.add(candidate.platform().get().toString());
            } else if (OciLayout.isDocument(candidate)) {
                // What an index may leave out is in the config.
                Optional<ArchivedImage> found = of(named, candidate, depth + 1);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<ArchivedImage> image(
            Named named, Descriptor at, byte[] bytes, ImageManifest manifest) {
        Documents.requireImage(manifest);
        if (manifest.layers().size() > limits.layers()) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "read archive",
                    at.digest().toString(),
                    "it has " + manifest.layers().size() + " layers",
                    "raise ImageLimits.layers, which may be 500, if this is wanted");
        }
        byte[] configBytes = archive.document(manifest.config());
        ImageConfig config = Documents.config(configBytes);
        // Refuses what does not fit together.
        Layer.stack(manifest.layers(), config.diffIds());
        if (platform.distance(config.platform()) < 0) {
            others.add(config.platform().toString());
            return Optional.empty();
        }
        return Optional.of(new ArchivedImage(named, at, bytes, manifest, configBytes, config));
    }

    ImageException nothing(String title) {
        return Trouble.of(
                Kind.NO_SUCH_PLATFORM,
                "read archive",
                title,
                "there is nothing for " + platform + ", only for " + String.join(", ", others));
    }
}
