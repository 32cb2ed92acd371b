package io.bailey.sandbox.linux.image.tar;

/** What the kernel takes for a name: limits.h. */
final class EntryNames {
    /** PATH_MAX, of which a NUL is one. */
    private static final int LONGEST = 4095;

    /** NAME_MAX. */
    private static final int LONGEST_PART = 255;

    private EntryNames() {}

    /** Refuses what cannot be a path of a file, or is deeper than {@code depth} directories. */
    static void require(String name, String what, int depth) throws TarFault {
        requireLength(name, what);
        int parts = 0;
        int start = 0;
        while (start <= name.length()) {
            int slash = name.indexOf('/', start);
            int end = slash < 0 ? name.length() : slash;
            if (end - start > LONGEST_PART) {
                throw TarFault.malformed(
                        what + " has a part of more than " + LONGEST_PART + " bytes");
            }
            parts += end == start || (end == start + 1 && name.charAt(start) == '.') ? 0 : 1;
            start = end + 1;
        }
        if (parts - 1 > depth) {
            throw TarFault.limit(
                    what + " has " + (parts - 1) + " directories, more than " + depth, "depth");
        }
    }

    /** Refuses what cannot be the target of a symbolic link. */
    static void requireLength(String name, String what) throws TarFault {
        if (name.isEmpty()) {
            throw TarFault.malformed(what + " is empty");
        }
        if (name.length() > LONGEST) {
            throw TarFault.malformed(what + " has more than " + LONGEST + " bytes");
        }
    }
}
