package io.bailey.sandbox.linux.image.archive;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Names in a tar as paths from its top: mere keys, which are never names on this host. */
final class Inside {

    private Inside() {}

    /** The path without dots and needless slashes; null if it leads out. */
    static @Nullable String path(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    return null;
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    /** Where a symbolic link leads; null if it leads out. */
    static @Nullable String target(String link, String target) {
        int slash = link.lastIndexOf('/');
        boolean absolute = target.startsWith("/");
        return path(absolute || slash < 0 ? target : link.substring(0, slash) + "/" + target);
    }
}
