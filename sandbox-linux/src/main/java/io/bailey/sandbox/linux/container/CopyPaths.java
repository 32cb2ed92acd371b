package io.bailey.sandbox.linux.container;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.plan.CopyStep.Place;

/** Paths in a container, as byte strings that begin at its root: "a/b"; "." is the root. */
final class CopyPaths {
    private CopyPaths() {}

    /**
     * The path that a caller gives, as a byte string.
     *
     * @throws SandboxConfigException if it is none
     */
    static String of(String what, String path) {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new SandboxConfigException(
                    what + ": \"" + path + "\" is no absolute path in the container");
        }
        StringBuilder raw = new StringBuilder();
        for (String part : RawNames.of(path).split("/", -1)) {
            if (!part.isEmpty() && !part.equals(".")) {
                raw.append(raw.isEmpty() ? "" : "/").append(part);
            }
        }
        return raw.isEmpty() ? "." : raw.toString();
    }

    /** The last part of a path; empty for the root, and for what only a look-up can name. */
    static String name(String raw) {
        String name = raw.substring(raw.lastIndexOf('/') + 1);
        return name.equals(".") || name.equals("..") ? "" : name;
    }

    /** All of a path but its last part. */
    static String directory(String raw) {
        int slash = raw.lastIndexOf('/');
        return slash < 0 ? "." : raw.substring(0, slash);
    }

    static Place place(String directory, String name) {
        return new Place(directory, name, "/" + shown(below(directory, name)));
    }

    static Place place(String raw) {
        return place(directory(raw), name(raw));
    }

    /** A name in the directory {@code at}. */
    static Place in(Place at, String name) {
        return place(below(at.directory(), at.name()), name);
    }

    /** {@code raw} in {@code directory}. */
    static String below(String directory, String raw) {
        return directory.equals(".") ? raw : directory + "/" + raw;
    }

    /** For a person: control characters made visible. */
    static String shown(String raw) {
        StringBuilder shown = new StringBuilder();
        new String(raw.getBytes(ISO_8859_1), UTF_8)
                .codePoints()
                .forEach(point -> {
                    if (Character.isISOControl(point)) {
                        shown.append("\\u{").append(Integer.toHexString(point)).append('}');
                    } else {
                        shown.appendCodePoint(point);
                    }
                });
        return shown.toString();
    }
}
