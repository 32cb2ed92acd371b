package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The marks of a layer that hide what is beneath it. Their names are from AUFS. */
final class Whiteouts {
    private static final String PREFIX = ".wh.";
    private static final String META = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final Directory root;

    Whiteouts(Directory root) {
        this.root = root;
    }

    /** Is it a mark? */
    static boolean isMark(List<String> names) {
        return !names.isEmpty() && names.getLast().startsWith(PREFIX);
    }

    /** Is it bookkeeping of AUFS, or below it (".wh..wh.plnk/7")? */
    static boolean isMeta(List<String> names) {
        for (String name : names) {
            if (name.startsWith(META) && !name.equals(OPAQUE)) {
                return true;
            }
        }
        return false;
    }

    /** Refuses a mark that names nothing: ".wh.", ".wh..", ".wh...". */
    static void check(TarEntry entry, List<String> names) {
        String hidden = names.getLast().substring(PREFIX.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw Refused.entry(entry, "a whiteout of nothing");
        }
    }

    /**
     * Hides what {@code mark} says from the tree, which still is what lies beneath the layer.
     *
     * @param made the paths of directories that the layer makes itself
     */
    void apply(TarEntry mark, List<String> names, Set<List<String>> made) {
        List<String> above = names.subList(0, names.size() - 1);
        if (leadsIntoNew(above, made)) {
            return;
        }
        // A mark in what is no directory, or not there, hides nothing.
        Directory in = new Beneath(root, mark).to(above);
        if (in == null) {
            return;
        }
        if (names.getLast().equals(OPAQUE)) {
            in.clear();
        } else {
            in.remove(names.getLast().substring(PREFIX.length()));
        }
    }

    /**
     * Where the layer makes a directory over a symbolic link, what is marked in it is not what the
     * link led to.
     */
    private boolean leadsIntoNew(List<String> above, Set<List<String>> made) {
        Directory at = root;
        for (int i = 0; i < above.size(); i++) {
            Node next = at.get(above.get(i));
            if (!(next instanceof Directory directory)) {
                return next != null && made.contains(above.subList(0, i + 1));
            }
            at = directory;
        }
        return false;
    }

    /** Those of {@code entries} that are directories, by their paths. */
    static Set<List<String>> madeBy(Iterable<TarEntry> entries) {
        Set<List<String>> made = new HashSet<>();
        for (TarEntry entry : entries) {
            if (entry.type() == TarEntry.Type.DIRECTORY) {
                made.add(RawPath.clean(entry.name()));
            }
        }
        return made;
    }

    private static final class Beneath extends Walk {
        Beneath(Directory root, TarEntry cause) {
            super(root, cause);
        }

        @Override
        @Nullable Directory missing(Directory at, String name) {
            return null;
        }
    }
}
