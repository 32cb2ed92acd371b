package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Layer;
import io.bailey.sandbox.linux.image.store.Store;
import io.bailey.sandbox.linux.image.tar.LayerStream;

import java.nio.file.Path;
import java.util.List;

/** One way to keep layers. What it makes is published by others, once it is whole. */
interface Backend {

    LayerForm form();

    /** Makes a layer of its archive in an empty directory. */
    void unpack(LayerStream archive, Path into);

    /** Makes, in an empty directory, what a stack of layers needs besides them. */
    void stack(Store store, List<Layer> layers, Path into);

    /**
     * What shows at a glance that it is not whole any more, such as a file that is shorter than it
     * must be. Everything named by {@code layers} is there.
     */
    Damage glance(Store store, List<Layer> layers);

    /** What is to be mounted. */
    Mountable mountable(Store store, List<Layer> layers);

    /** Compares a layer with its archive: what differs, one line each. */
    List<String> verify(Store store, Layer layer, LayerStream archive);

    /** Compares what {@link #stack} made with what it would make now, in an empty directory. */
    List<String> verifyStack(Store store, List<Layer> layers, Path again);
}
