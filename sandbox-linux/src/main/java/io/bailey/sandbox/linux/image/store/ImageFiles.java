package io.bailey.sandbox.linux.image.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What each name means: the only files of a store that change. Each is replaced as a whole, by a
 * rename.
 */
final class ImageFiles {
    static final String DIRECTORY = "images";

    /** A document of a name is a pointer with a few digests. */
    private static final long MOST_BYTES = 8 << 20;

    private static final Pattern FILE = Pattern.compile("[0-9a-f]{64}\\.json");

    private final Root root;

    ImageFiles(Root root) {
        this.root = root;
    }

    void set(String name, byte[] json, WrittenLease.Sharing sharing) {
        if (!new String(json, UTF_8).contains(name)) {
            throw new IllegalArgumentException("the document does not have the name " + name);
        }
        if (json.length > MOST_BYTES) {
            throw new IllegalArgumentException("the document of " + name + " is too long");
        }
        String draft = Ingest.DIRECTORY + "/" + Names.random();
        boolean done = false;
        try (Fd file = LockedFile.create(root, draft, Linux.O_RDWR)) {
            write(file, draft, json);
            try (StoreLock _ = sharing.share()) {
                String target = Names.image(name);
                root.check(root.rename(draft, target, 0), "write", target);
                done = true;
            }
            root.syncDirectory(DIRECTORY);
        } finally {
            if (!done) {
                int ignored = root.linux().unlinkat(root.fd(), draft, 0);
                assert ignored <= 0;
            }
        }
    }

    private void write(Fd file, String draft, byte[] json) {
        int r = root.linux().writeAll(file.number(), json);
        if (r == 0 && root.sync()) {
            r = Disk.fsync(root.linux(), file.number());
        }
        if (r < 0) {
            throw root.failure(r, "write", draft, json.length);
        }
    }

    Optional<byte[]> read(String name) {
        return Content.read(root, Names.image(name), MOST_BYTES);
    }

    /** All of them, by the name of the file. */
    Map<String, byte[]> readAll() {
        Map<String, byte[]> all = new TreeMap<>();
        for (String file : root.names(DIRECTORY)) {
            if (FILE.matcher(file).matches()) {
                Content.read(root, DIRECTORY + "/" + file, MOST_BYTES)
                        .ifPresent(json -> all.put(file, json));
            }
        }
        return all;
    }

    boolean remove(String name) {
        String path = Names.image(name);
        int r = root.linux().unlinkat(root.fd(), path, 0);
        if (r == -Errno.ENOENT) {
            return false;
        }
        root.check(r, "remove", path);
        root.syncDirectory(DIRECTORY);
        return true;
    }
}
