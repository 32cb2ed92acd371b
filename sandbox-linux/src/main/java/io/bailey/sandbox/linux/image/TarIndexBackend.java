package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.erofs.IndexExtent;
import io.bailey.sandbox.linux.image.erofs.TarIndex;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.ByteSource;
import io.bailey.sandbox.linux.image.tar.LayerStream;
import io.bailey.sandbox.linux.image.tar.TarReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A layer is its archive, as it is; what lies where in all of them, an EROFS index says. */
final class TarIndexBackend implements Backend {
    private static final String ARCHIVE = "layer.tar";
    private static final String INDEX = "index.erofs";

    private final ImageLimits limits;

    TarIndexBackend(ImageLimits limits) {
        this.limits = limits;
    }

    @Override
    public LayerForm form() {
        return LayerForm.TAR_INDEX;
    }

    /** Written as it is read: a reader looks at it on its way, so that no broken one is kept. */
    @Override
    public void unpack(LayerStream archive, Path into) {
        try (FileChannel file =
                FileChannel.open(
                        into.resolve(ARCHIVE),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
            ByteSource copied = copying(archive.bytes(), file);
            TarReader reader = new TarReader(copied, limits);
            while (reader.next() != null) {
                // Its headers are all that is looked at here.
            }
            while (copied.next() != null) {
                // What follows the end of an archive is part of its digest.
            }
        } catch (IOException failure) {
            throw Disks.failure("write layer", into.toString(), failure);
        }
    }

    private static ByteSource copying(ByteSource from, FileChannel to) {
        return () -> {
            @Nullable ByteBuffer piece = from.next();
            if (piece != null) {
                write(piece.duplicate(), to);
            }
            return piece;
        };
    }

    private static void write(ByteBuffer piece, FileChannel to) {
        try {
            while (piece.hasRemaining()) {
                to.write(piece);
            }
        } catch (IOException failure) {
            throw Disks.failure("write layer", "", failure);
        }
    }

    @Override
    public void stack(Store store, List<Layer> layers, Path into) {
        TarIndex.write(archives(store, layers), into.resolve(INDEX), limits);
    }

    @Override
    public Damage glance(Store store, List<Layer> layers) {
        Damage damage = Damage.none();
        try {
            Optional<IndexExtent> extent = extent(chain(store, layers).resolve(INDEX));
            if (extent.filter(it -> it.archives().size() == layers.size()).isEmpty()) {
                damage.chains().add(form().chain(layers));
            }
            for (int i = 0; i < layers.size(); i++) {
                Path archive = archives(store, List.of(layers.get(i))).getFirst();
                long least = damage.chains().isEmpty() ? extent.orElseThrow().archives().get(i) : 1;
                if (!Files.isRegularFile(archive) || Files.size(archive) < least) {
                    damage.layers().add(form().layer(layers.get(i)));
                }
            }
        } catch (IOException failure) {
            throw Disks.failure("look at", store.root().toString(), failure);
        }
        return damage;
    }

    private static Optional<IndexExtent> extent(Path index) throws IOException {
        return Files.isRegularFile(index) ? IndexExtent.read(index) : Optional.empty();
    }

    @Override
    public Mountable mountable(Store store, List<Layer> layers) {
        Path chain = chain(store, layers);
        return new Mountable.Indexed(chain.resolve(INDEX), archives(store, layers));
    }

    private Path chain(Store store, List<Layer> layers) {
        Digest key = form().chain(layers);
        return store.chain(key).orElseThrow(() -> Catalog.notFound(key.toString()));
    }

    private List<Path> archives(Store store, List<Layer> layers) {
        List<Path> archives = new ArrayList<>();
        for (Layer layer : layers) {
            Digest key = form().layer(layer);
            archives.add(
                    store.layer(key)
                            .orElseThrow(() -> Catalog.notFound(key.toString()))
                            .resolve(ARCHIVE));
        }
        return archives;
    }

    /** The file must be the archive, byte by byte; the archive itself is verified by its digest. */
    @Override
    public List<String> verify(Store store, Layer layer, LayerStream archive) {
        Path file = archives(store, List.of(layer)).getFirst();
        try (FileChannel kept = FileChannel.open(file)) {
            ByteBuffer there = ByteBuffer.allocateDirect(1 << 18);
            long at = 0;
            for (ByteBuffer piece = archive.bytes().next();
                    piece != null;
                    piece = archive.bytes().next()) {
                while (piece.hasRemaining()) {
                    there.clear().limit(Math.min(there.capacity(), piece.remaining()));
                    int n = kept.read(there, at);
                    if (n <= 0) {
                        return List.of(file + " ends at byte " + at);
                    }
                    ByteBuffer same = piece.slice(piece.position(), n);
                    int differs = same.mismatch(there.flip());
                    if (differs >= 0) {
                        return List.of(file + " differs at byte " + (at + differs));
                    }
                    piece.position(piece.position() + n);
                    at += n;
                }
            }
            return kept.size() == at ? List.of() : List.of(file + " is longer than its archive");
        } catch (IOException failure) {
            throw Disks.failure("verify layer", file.toString(), failure);
        }
    }

    @Override
    public List<String> verifyStack(Store store, List<Layer> layers, Path again) {
        stack(store, layers, again);
        Path kept = chain(store, layers).resolve(INDEX);
        try {
            return Files.mismatch(kept, again.resolve(INDEX)) < 0
                    ? List.of()
                    : List.of(kept + " is not the index of its layers");
        } catch (IOException failure) {
            throw Disks.failure("verify index", kept.toString(), failure);
        }
    }
}
