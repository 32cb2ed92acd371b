package io.bailey.sandbox.linux.image.archive;

/**
 * A name in the two fields of a ustar header.
 *
 * @param prefix what comes before the slash that is left out; empty for none
 * @param rest what comes after it
 */
record UstarName(String prefix, String rest) {
    private static final int PREFIX = 155;

    static boolean fits(String name) {
        return name.length() <= UstarHeader.NAME || slash(name) > 0;
    }

    /** The name as far as it fits; what does not is in the PAX header, which goes before. */
    static UstarName of(String name) {
        if (name.length() <= UstarHeader.NAME) {
            return new UstarName("", name);
        }
        int slash = slash(name);
        return slash > 0
                ? new UstarName(name.substring(0, slash), name.substring(slash + 1))
                : new UstarName("", name.substring(0, UstarHeader.NAME));
    }

    /** Where to cut: the last slash that leaves something behind it and a prefix short enough. */
    private static int slash(String name) {
        int slash = name.lastIndexOf('/', Math.min(PREFIX, name.length() - 2));
        boolean fits = slash > 0 && name.length() - slash - 1 <= UstarHeader.NAME;
        return fits ? slash : -1;
    }
}
