package io.bailey.sandbox.linux.image.erofs;

import java.util.ArrayList;
import java.util.List;

/** Paths of an archive: relative to the root, whatever they say. */
final class RawPath {
    private RawPath() {}

    /** Its names, without "." and with ".." resolved, which never leads above the root. */
    static List<String> clean(String path) {
        List<String> names = new ArrayList<>();
        for (int start = 0; start < path.length(); ) {
            int end = end(path, start);
            step(names, path.substring(start, end));
            start = end + 1;
        }
        return names;
    }

    private static void step(List<String> names, String name) {
        switch (name) {
            case "", "." -> {}
            case ".." -> {
                if (!names.isEmpty()) {
                    names.removeLast();
                }
            }
            default -> names.add(name);
        }
    }

    /** Its names as they are: what a symbolic link leads over. */
    static List<String> names(String path) {
        List<String> names = new ArrayList<>();
        for (int start = 0; start < path.length(); ) {
            int end = end(path, start);
            if (end > start) {
                names.add(path.substring(start, end));
            }
            start = end + 1;
        }
        return names;
    }

    private static int end(String path, int start) {
        int slash = path.indexOf('/', start);
        return slash < 0 ? path.length() : slash;
    }
}
