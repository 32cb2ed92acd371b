package io.bailey.sandbox.linux.image.unpack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Paths of archives and links, as components. */
final class PathNames {
    private PathNames() {}

    /**
     * The components of a name of an archive: without "." and empty ones, ".." taken back as far as
     * the root, which has no parent.
     */
    static List<String> clean(String raw) {
        List<String> clean = new ArrayList<>();
        for (String component : split(raw)) {
            if (!component.equals("..")) {
                clean.add(component);
            } else if (!clean.isEmpty()) {
                clean.removeLast();
            }
        }
        return clean;
    }

    /** The components of what a link says: ".." stays, it depends on where the link is. */
    static List<String> split(String raw) {
        List<String> components = new ArrayList<>();
        int start = 0;
        while (start <= raw.length()) {
            int slash = raw.indexOf('/', start);
            int end = slash < 0 ? raw.length() : slash;
            if (end > start && !(end == start + 1 && raw.charAt(start) == '.')) {
                components.add(raw.substring(start, end));
            }
            start = end + 1;
        }
        return components;
    }

    static String join(List<String> components) {
        return String.join("/", components);
    }

    static Deque<String> queue(List<String> components) {
        return new ArrayDeque<>(components);
    }

    /** Puts what a link says before what is left of a path. */
    static void expand(String link, Deque<String> rest) {
        split(link).reversed().forEach(rest::push);
    }

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    static String leaf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    static String child(String parent, String name) {
        return parent.isEmpty() ? name : parent + "/" + name;
    }
}
