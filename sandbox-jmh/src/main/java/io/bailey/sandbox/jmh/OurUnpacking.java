package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Bailey's ways: from a layout to an image in a store, both digests of each layer verified.
 *
 * @param jvm in what kind of JVM
 * @param sync whether all of it is on the disk when it is done
 */
record OurUnpacking(LayerBackend backend, Jvm jvm, boolean sync) implements Unpacking {
    private static final String NAME = "localhost/bench:1";

    /** The state of the JVM, and of the store. */
    enum Jvm {
        WARM,
        /** A new process, its own start included. */
        FRESH,
        /** Warm, with the blobs in the store already: they are verified again all the same. */
        WARM_WITH_BLOBS
    }

    @Override
    public String title() {
        String what =
                switch (jvm) {
                    case WARM -> "load";
                    case FRESH -> "load, a fresh JVM from its start to its end";
                    case WARM_WITH_BLOBS -> "unpack alone, the blobs are in the store";
                };
        return "Bailey " + backend + ", " + what + (sync ? ", synced" : "");
    }

    Images open(Path store) {
        return Images.builder().store(store).backend(backend).sync(sync).open();
    }

    @Override
    public void prepare(TestImage image, Path into) throws IOException, InterruptedException {
        if (jvm == Jvm.WARM_WITH_BLOBS) {
            run(image, into);
            for (String made : List.of("layers", "chains")) {
                Shell.run("find", into.resolve(made).toString(), "-mindepth", "1", "-delete");
            }
        }
    }

    @Override
    public void run(TestImage image, Path into) throws IOException, InterruptedException {
        if (jvm == Jvm.FRESH) {
            Shell.run(
                    FreshJvm.command(
                            List.of(),
                            OurUnpacking.class,
                            List.of(image.layout().toString(), into.toString(), backend.name())));
        } else {
            load(image.layout(), into);
        }
    }

    private void load(Path layout, Path into) {
        try (Images images = open(into)) {
            Image loaded = images.load(layout, NAME);
            if (loaded.layers().isEmpty()) {
                throw new IllegalStateException("an image without layers");
            }
        }
    }

    @Override
    public long count(TestImage image, Path into) throws IOException {
        try (Images images = open(into);
                OurMount mount = new OurMount(images.find(NAME).orElseThrow())) {
            return Trees.count(mount.root());
        }
    }

    /** The fresh JVM: layout, store, backend. */
    public static void main(String[] args) {
        new OurUnpacking(LayerBackend.valueOf(args[2]), Jvm.WARM, false)
                .load(Path.of(args[0]), Path.of(args[1]));
    }
}
