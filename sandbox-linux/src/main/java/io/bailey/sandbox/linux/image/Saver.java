package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageManifest;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.archive.OciLayoutWriter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes an image of a store as an OCI layout. */
final class Saver {
    private Saver() {}

    static void save(Catalog catalog, Image image, Path target) {
        ImageManifest manifest = catalog.manifest(image);
        List<OciLayoutWriter.Blob> layers = new ArrayList<>();
        for (Layer layer : image.layers()) {
            Path file =
                    catalog.store()
                            .blob(layer.blob().digest(), layer.blob().size())
                            .orElseThrow(() -> Catalog.notFound(layer.blob().digest().toString()));
            layers.add(new OciLayoutWriter.Blob(layer.blob(), file));
        }
        OciLayoutWriter.Contents contents =
                new OciLayoutWriter.Contents(
                        Optional.of(image.reference().toString()),
                        manifest.mediaType(),
                        catalog.require(image.digest()),
                        catalog.require(manifest.config().digest()),
                        layers);
        if (target.toString().endsWith(".tar")) {
            OciLayoutWriter.tar(contents, target);
        } else {
            OciLayoutWriter.directory(contents, target);
        }
    }
}
