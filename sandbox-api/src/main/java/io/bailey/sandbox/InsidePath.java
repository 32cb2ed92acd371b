package io.bailey.sandbox;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/** The rules for paths: those inside a sandbox are text, those on the host are {@link Path}s. */
final class InsidePath {

    /** {@code PATH_MAX} of {@code linux/limits.h} is 4096 and counts the NUL at the end. */
    private static final int MAX_BYTES = 4_095;

    private InsidePath() {}

    /**
     * Checks an absolute path inside the sandbox that has one spelling only: no {@code .}, {@code
     * ..} or empty part.
     */
    static String absolute(String field, String path) {
        Text.filled(field, path, MAX_BYTES);
        if (!path.startsWith("/")) {
            throw new SandboxConfigException(field + ": " + Text.quote(path) + " is not absolute");
        }
        return path.equals("/") ? path : parts(field, path, path.substring(1));
    }

    /** As {@link #absolute}, and not the root itself: mounting on it would hide everything else. */
    static String belowRoot(String field, String path) {
        if (path.equals("/")) {
            throw new SandboxConfigException(field + ": \"/\" is the root itself; use rootfs(...)");
        }
        return absolute(field, path);
    }

    /** Checks a path that may be relative; the same parts are refused. */
    static String anywhere(String field, String path) {
        Text.filled(field, path, MAX_BYTES);
        return path.startsWith("/") ? absolute(field, path) : parts(field, path, path);
    }

    /**
     * Makes a path of the host absolute, without resolving anything: a link is followed when the
     * sandbox starts.
     */
    static Path onHost(String field, Path path) {
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + Text.quote(path.toString())
                            + " is not in the default file system of this host");
        }
        return path.toAbsolutePath();
    }

    private static String parts(String field, String path, String below) {
        for (String part : below.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new SandboxConfigException(
                        field
                                + ": "
                                + Text.quote(path)
                                + " has "
                                + (part.isEmpty() ? "an empty part" : "the part \"" + part + "\"")
                                + "; only a normalized path is accepted");
            }
        }
        return path;
    }
}
