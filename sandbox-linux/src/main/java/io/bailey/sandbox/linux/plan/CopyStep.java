package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.linux.program.Binding;

/**
 * One thing that a copy into a container does there. Names are byte strings, one char a byte, as
 * the kernel's are.
 */
public sealed interface CopyStep {

    /**
     * A name in a directory.
     *
     * @param directory its path from the container's root on, without a slash at its beginning; "."
     *     is the root
     * @param name one part of a path, neither "." nor ".."
     * @param shown the whole for a person
     */
    record Place(String directory, String name, String shown) {}

    /** A time of last change. */
    record Time(long seconds, int nanos) {}

    /** A directory, unless there is one, which stays as it is. */
    record MakeDirectory(Place at, int mode) implements CopyStep {}

    /** A new file, in the place of whatever it is that has its name; it stays open. */
    record MakeFile(Place at) implements CopyStep {}

    /** A file that an earlier batch has made; it stays open. */
    record OpenFile(Place at) implements CopyStep {}

    /**
     * Content for the open file: the next bytes of {@code from}.
     *
     * @param position where in the file they belong
     */
    record Fill(Place at, Binding from, long position, long length) implements CopyStep {}

    /** The open file is whole: it gets its size, its mode and its time, and is closed. */
    record FinishFile(Place at, long size, int mode, Time time) implements CopyStep {}

    /** A symbolic link, in the place of whatever it is that has its name. */
    record MakeLink(Place at, String target, Time time) implements CopyStep {}

    /** A further name for a file that is there. */
    record MakeName(Place at, Place of) implements CopyStep {}

    /** A FIFO, in the place of whatever it is that has its name. */
    record MakeFifo(Place at, int mode) implements CopyStep {}

    /** Sets a time when nothing changes it any more. */
    record SetTime(Place at, Time time) implements CopyStep {}
}
