package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.sys.FileStat;

import java.nio.ByteBuffer;

/**
 * Takes what is copied out of a container, directory by directory. Names are single parts of paths,
 * as byte strings, and an enemy's.
 */
interface CopySink {

    /** A directory; what follows is in it, until {@link #leave}. */
    void enter(String name, FileStat stat, Shown shown);

    /** The directory that was entered last is whole. */
    void leave(FileStat stat, Shown shown);

    /** A symbolic link. */
    void link(String name, String target, FileStat stat, Shown shown);

    /** A file; its content follows. */
    void begin(String name, FileStat stat, Shown shown);

    /** More content of the file. */
    void content(long position, ByteBuffer piece, Shown shown);

    /**
     * The file is whole.
     *
     * @param size how much content it had
     */
    void end(FileStat stat, long size, Shown shown);

    /** Does it want what files have beyond the size they were found with? */
    boolean takesMore();
}
