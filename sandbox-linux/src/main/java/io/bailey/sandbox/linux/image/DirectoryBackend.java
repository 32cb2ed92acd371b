package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.LayerStream;
import io.bailey.sandbox.linux.image.tar.TarReader;
import io.bailey.sandbox.linux.image.unpack.DirectoryUnpacker;
import io.bailey.sandbox.linux.image.unpack.FixupResult;
import io.bailey.sandbox.linux.image.unpack.Fixups;
import io.bailey.sandbox.linux.image.unpack.Flattener;
import io.bailey.sandbox.linux.image.unpack.LayerNotes;
import io.bailey.sandbox.linux.image.unpack.LayerTree;
import io.bailey.sandbox.linux.image.unpack.TreeDigest;
import io.bailey.sandbox.linux.image.unpack.TreeVerifier;
import io.bailey.sandbox.linux.image.unpack.UnpackOptions;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer is a directory in the form of an overlay's layers, with notes beside it. A stack of them
 * is either the list of what an overlay takes, with the small layers that mend others in between;
 * or one directory of everything.
 */
final class DirectoryBackend implements Backend {
    private static final String TREE = "fs";
    private static final String NOTES = "notes.json";
    private static final String FLAT = "flat";
    private static final String FIXUP = "fixup-";
    private static final String EMPTY = "empty";

    /** OVL_MAX_STACK, fs/overlayfs/params.h: with what mends them there may be more. */
    private static final int MOST_LOWER = 500;

    private final Linux linux;
    private final LayerForm form;
    private final UnpackOptions options;

    DirectoryBackend(Linux linux, LayerForm form, UnpackOptions options) {
        this.linux = linux;
        this.form = form;
        this.options = options;
    }

    @Override
    public LayerForm form() {
        return form;
    }

    @Override
    public void unpack(LayerStream archive, Path into) {
        try (Fd tree = makeDirectory(into.resolve(TREE))) {
            TarReader entries = new TarReader(archive.bytes(), options.limits());
            LayerNotes notes = DirectoryUnpacker.unpack(entries, tree.number(), options);
            write(into.resolve(NOTES), notes);
        }
    }

    private Fd makeDirectory(Path path) {
        try {
            Files.createDirectory(path);
        } catch (IOException failure) {
            throw Disks.failure("make directory", path.toString(), failure);
        }
        return open(path);
    }

    private Fd open(Path path) {
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
        int fd = linux.openat(Linux.AT_FDCWD, path.toString(), flags, 0);
        if (fd < 0) {
            throw new ImageException(
                    Kind.STORE, "open directory", path.toString(), Errno.name(-fd), "");
        }
        return linux.own(fd);
    }

    private static void write(Path file, LayerNotes notes) {
        try {
            Files.write(file, NotesJson.write(notes));
        } catch (IOException failure) {
            throw Disks.failure("write notes", file.toString(), failure);
        }
    }

    private static LayerNotes notes(Path file) {
        try {
            return NotesJson.read(Files.readAllBytes(file));
        } catch (IOException failure) {
            throw Disks.failure("read notes", file.toString(), failure);
        }
    }

    @Override
    public void stack(Store store, List<Layer> layers, Path into) {
        try (OpenTrees trees = new OpenTrees()) {
            if (layers.isEmpty()) {
                makeDirectory(into.resolve(EMPTY)).close();
            }
            for (int i = 0; i < layers.size(); i++) {
                Path layer = layer(store, layers.get(i));
                Fd tree = trees.own(open(layer.resolve(TREE)));
                trees.add(tree, notes(layer.resolve(NOTES)));
                mend(trees, into.resolve(FIXUP + i));
            }
            if (form == LayerForm.FLAT || trees.all.size() > MOST_LOWER) {
                try (Fd flat = makeDirectory(into.resolve(FLAT))) {
                    Flattener.flatten(trees.all, flat.number(), options);
                }
            }
        }
    }

    /** What the uppermost layer needs of those beneath it, as a layer of its own above it. */
    private void mend(OpenTrees trees, Path into) {
        Fd target = trees.own(makeDirectory(into));
        FixupResult result = Fixups.build(trees.all, target.number(), options);
        if (result.isNeeded()) {
            LayerNotes notes = result.notes().orElseThrow();
            write(into.resolveSibling(into.getFileName() + ".json"), notes);
            trees.add(target, notes);
            return;
        }
        target.close();
        try {
            Files.delete(into);
        } catch (IOException failure) {
            throw Disks.failure("remove directory", into.toString(), failure);
        }
    }

    /** Layers that are open at once, lowest first. */
    private static final class OpenTrees implements AutoCloseable {
        private final List<Fd> open = new ArrayList<>();
        final List<LayerTree> all = new ArrayList<>();

        /** From here on it is closed with the rest, whatever fails. */
        Fd own(Fd tree) {
            open.add(tree);
            return tree;
        }

        void add(Fd tree, LayerNotes notes) {
            all.add(new LayerTree(tree.number(), notes));
        }

        @Override
        public void close() {
            open.forEach(Fd::close);
        }
    }

    /** Of what is missing within a tree nothing shows but in all of it. */
    @Override
    public Damage glance(Store store, List<Layer> layers) {
        Damage damage = Damage.none();
        for (Layer layer : layers) {
            Path directory = layer(store, layer);
            if (!Files.isDirectory(directory.resolve(TREE))
                    || !Files.isRegularFile(directory.resolve(NOTES))) {
                damage.layers().add(form.layer(layer));
            }
        }
        if (!isWhole(chain(store, layers), layers.size())) {
            damage.chains().add(form.chain(layers));
        }
        return damage;
    }

    private boolean isWhole(Path chain, int layers) {
        if (form == LayerForm.FLAT && !Files.isDirectory(chain.resolve(FLAT))) {
            return layers == 0;
        }
        for (int i = 0; i < layers; i++) {
            Path fixup = chain.resolve(FIXUP + i);
            if (Files.isDirectory(fixup)
                    != Files.isRegularFile(chain.resolve(FIXUP + i + ".json"))) {
                return false;
            }
        }
        return layers > 0 || Files.isDirectory(chain.resolve(EMPTY));
    }

    @Override
    public Mountable mountable(Store store, List<Layer> layers) {
        Path chain = chain(store, layers);
        Path flat = chain.resolve(FLAT);
        if (form == LayerForm.FLAT || Files.isDirectory(flat)) {
            return new Mountable.Flat(flat);
        }
        if (layers.isEmpty()) {
            return new Mountable.Stacked(List.of(chain.resolve(EMPTY)));
        }
        List<Path> trees = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            trees.add(layer(store, layers.get(i)).resolve(TREE));
            Path fixup = chain.resolve(FIXUP + i);
            if (Files.isDirectory(fixup)) {
                trees.add(fixup);
            }
        }
        return new Mountable.Stacked(trees);
    }

    private Path layer(Store store, Layer layer) {
        Digest key = form.layer(layer);
        return store.layer(key).orElseThrow(() -> Catalog.notFound(key.toString()));
    }

    private Path chain(Store store, List<Layer> layers) {
        Digest key = form.chain(layers);
        return store.chain(key).orElseThrow(() -> Catalog.notFound(key.toString()));
    }

    @Override
    public List<String> verify(Store store, Layer layer, LayerStream archive) {
        Path directory = layer(store, layer);
        try (Fd tree = open(directory.resolve(TREE))) {
            TarReader entries = new TarReader(archive.bytes(), options.limits());
            return TreeVerifier.compare(
                            entries, tree.number(), notes(directory.resolve(NOTES)), options)
                    .stream()
                    .map(line -> directory + ": " + line)
                    .toList();
        }
    }

    @Override
    public List<String> verifyStack(Store store, List<Layer> layers, Path again) {
        stack(store, layers, again);
        Path kept = chain(store, layers);
        return sameFixups(kept, again, layers.size())
                        && sameTree(kept.resolve(FLAT), again.resolve(FLAT))
                ? List.of()
                : List.of(kept + " is not what its layers come to");
    }

    private boolean sameFixups(Path kept, Path again, int layers) {
        for (int i = 0; i < layers; i++) {
            if (!sameTree(kept.resolve(FIXUP + i), again.resolve(FIXUP + i))) {
                return false;
            }
        }
        return true;
    }

    /** Neither is there, or both are the same. */
    private boolean sameTree(Path kept, Path again) {
        boolean there = Files.isDirectory(kept);
        if (there != Files.isDirectory(again)) {
            return false;
        }
        if (!there) {
            return true;
        }
        try (Fd one = open(kept);
                Fd other = open(again)) {
            return TreeDigest.of(one.number()).equals(TreeDigest.of(other.number()));
        }
    }
}
