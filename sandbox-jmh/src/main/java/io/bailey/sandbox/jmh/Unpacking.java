package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Path;

/** A way to get from an image's layout to its files. */
interface Unpacking {

    String title();

    /** Makes ready for one run, in a directory that is not there. Not measured. */
    default void prepare(TestImage image, Path into) throws IOException, InterruptedException {}

    /** Unpacks into that directory, which is what is measured. */
    void run(TestImage image, Path into) throws IOException, InterruptedException;

    /** How many files and directories there are now. */
    long count(TestImage image, Path into) throws IOException, InterruptedException;

    /** Lets go of the directory, which is removed then. */
    default void clear(Path into) throws IOException, InterruptedException {}

    /** How many there should be. */
    default long expected(TestImage image) {
        return image.entries();
    }
}
