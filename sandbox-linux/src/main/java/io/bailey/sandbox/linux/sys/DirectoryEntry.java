package io.bailey.sandbox.linux.sys;

/**
 * What getdents64(2) says of a name in a directory.
 *
 * @param name a byte string
 * @param type its {@code DT_} number; 0 if the file system does not say
 */
public record DirectoryEntry(String name, int type) {
    private static final int DIRECTORY = 4;

    /** Is it known to be a directory? */
    public boolean isDirectory() {
        return type == DIRECTORY;
    }
}
