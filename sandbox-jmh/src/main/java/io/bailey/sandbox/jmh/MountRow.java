package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.image.Mountable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Roots of one image, made by Bailey and from C in turns. */
final class MountRow implements AutoCloseable {
    private final int layers;
    private final LayerBackend backend;
    private final Images images;
    private final OurMount mount;
    private final RootMaker ours;
    private final Optional<Partner> floor;
    final Sample writable = new Sample();
    final Sample readOnly = new Sample();
    final Sample floorWritable = new Sample();
    final Sample floorFlat = new Sample();
    final Sample floorReadOnly = new Sample();
    final Sample floorBind = new Sample();

    private MountRow(
            int layers,
            LayerBackend backend,
            Images images,
            OurMount mount,
            Optional<Partner> floor) {
        this.layers = layers;
        this.backend = backend;
        this.images = images;
        this.mount = mount;
        this.ours = new RootMaker(mount.fd());
        this.floor = floor;
    }

    /**
     * @param program the floor's, if there is a compiler
     */
    static MountRow open(Path store, TestImage image, LayerBackend backend, Optional<Path> program)
            throws IOException {
        Images images = Images.builder().store(store).backend(backend).sync(false).open();
        String name = "localhost/layers:" + image.layers().size();
        OurMount mount = new OurMount(images.load(image.layout(), name));
        long count = Trees.count(mount.root());
        if (count != image.entries()) {
            throw new IOException(name + " has " + count + " entries, not " + image.entries());
        }
        Optional<Partner> floor =
                program.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Partner.start(command(program.get(), mount.files())));
        return new MountRow(image.layers().size(), backend, images, mount, floor);
    }

    private static List<String> command(Path program, Mountable files) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        switch (files) {
            case Mountable.Indexed(Path index, List<Path> archives) -> {
                command.addAll(List.of("--index", index.toString()));
                archives.forEach(archive -> command.add(archive.toString()));
            }
            case Mountable.Stacked(List<Path> trees) ->
                    trees.forEach(tree -> command.add(tree.toString()));
            case Mountable.Flat(Path tree) -> command.add(tree.toString());
        }
        return command;
    }

    void measure(boolean floorFirst, boolean count) throws IOException {
        if (floorFirst) {
            measureFloor(count);
        }
        long began = System.nanoTime();
        int mount = ours.writable();
        long ended = System.nanoTime();
        ours.close(mount);
        long again = System.nanoTime();
        int clone = ours.readOnly();
        long done = System.nanoTime();
        ours.close(clone);
        if (count) {
            writable.add(ended - began);
            readOnly.add(done - again);
        }
        if (!floorFirst) {
            measureFloor(count);
        }
    }

    private void measureFloor(boolean count) throws IOException {
        if (floor.isEmpty()) {
            return;
        }
        long[] nanos = floor.get().run();
        if (count) {
            floorWritable.add(nanos[0]);
            floorFlat.add(nanos[1]);
            floorReadOnly.add(nanos[2]);
            floorBind.add(nanos[3]);
        }
    }

    /** The directories of its layers, lowest first. */
    List<Path> trees() {
        return mount.files() instanceof Mountable.Stacked(List<Path> trees) ? trees : List.of();
    }

    int layers() {
        return layers;
    }

    LayerBackend backend() {
        return backend;
    }

    @Override
    public void close() throws IOException {
        if (floor.isPresent()) {
            floor.get().close();
        }
        mount.close();
        images.close();
    }
}
