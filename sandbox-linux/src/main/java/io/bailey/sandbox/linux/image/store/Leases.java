package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;

import java.util.Optional;

/** The files in {@code run/} that say what the living need: one line an object. */
final class Leases {
    static final String DIRECTORY = "run";
    static final String PREFIX = "lease-";
    static final String HEADER = "bailey-lease 1\n";

    private Leases() {}

    static String lines(Roots roots) {
        StringBuilder lines = new StringBuilder();
        for (Kind kind : Kind.values()) {
            for (Digest digest : roots.of(kind)) {
                lines.append(kind.label()).append(' ').append(digest).append('\n');
            }
        }
        return lines.toString();
    }

    /** Reads back what {@link #HEADER} and {@link #lines} make; empty if it is anything else. */
    static Optional<Roots> parse(String text) {
        if (!text.startsWith(HEADER) || !text.endsWith("\n")) {
            return Optional.empty();
        }
        Marks marks = new Marks();
        for (String line : text.substring(HEADER.length()).lines().toList()) {
            String[] words = line.split(" ", 2);
            Optional<Kind> kind = Kind.of(words[0]);
            Optional<Digest> digest =
                    words.length == 2
                            ? Names.digest(words[1].replaceFirst(":", "-"))
                            : Optional.empty();
            if (kind.isEmpty() || digest.isEmpty()) {
                return Optional.empty();
            }
            marks.add(kind.get(), digest.get());
        }
        return Optional.of(marks.roots());
    }

    /**
     * What the living need. Under the exclusive lock: no lease is half-written then.
     *
     * @throws io.bailey.sandbox.image.ImageException if one cannot be read: then nothing may go
     */
    static Marks living(Root root) {
        Marks marks = new Marks();
        for (String name : root.names(DIRECTORY)) {
            String path = DIRECTORY + "/" + name;
            if (name.startsWith(PREFIX) && isLive(root, path)) {
                marks.add(read(root, path));
            }
        }
        return marks;
    }

    private static boolean isLive(Root root, String path) {
        int fd = Claim.takeStale(root, path);
        if (fd >= 0) {
            root.linux().close(fd);
        }
        return fd < 0 && fd != -Errno.ENOENT;
    }

    private static Roots read(Root root, String path) {
        FileText text = KernelFile.read(root.linux(), root.fd(), path);
        if (text.result() == -Errno.ENOENT) {
            return Roots.NONE; // Closed since we looked.
        }
        root.check(text.result(), "read the lease", path);
        return parse(text.text())
                .orElseThrow(() ->
                        StoreFailure.store(
                                "read the lease",
                                root.path(path).toString(),
                                "it is damaged, or of a newer version",
                                "end the process that holds it"));
    }
}
