package io.bailey.sandbox.linux.image.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file that says that a directory is a store, and of which version. It is the first thing in
 * one: so a directory without it that holds anything is something else.
 */
final class Version {
    static final String FILE = "bailey-store";
    private static final String CURRENT = "1";
    private static final String DRAFT = ".bailey-store-";

    /** What a fresh file system has. */
    private static final String LOST_AND_FOUND = "lost+found";

    private static final int MOST_BYTES = 4096;
    private static final Pattern DOCUMENT =
            Pattern.compile("\\s*\\{\\s*\"storeVersion\"\\s*:\\s*(\\d{1,9})\\s*\\}\\s*");

    private static final List<String> DIRECTORIES =
            List.of(
                    "blobs",
                    "blobs/sha256",
                    "blobs/sha512",
                    "layers",
                    "chains",
                    ImageFiles.DIRECTORY,
                    Ingest.DIRECTORY,
                    Trash.DIRECTORY,
                    DigestLocks.DIRECTORY,
                    Leases.DIRECTORY);

    private final Root root;

    Version(Root root) {
        this.root = root;
    }

    /** Makes it a store if it is an empty directory, and is to be one. */
    void check(boolean writable) {
        Optional<byte[]> document = read();
        if (document.isEmpty() && writable) {
            begin();
            document = read();
        }
        expectCurrent(document.orElseThrow(() -> refused("it is no store of images: no " + FILE)));
        if (writable) {
            DIRECTORIES.forEach(this::make);
        }
    }

    private Optional<byte[]> read() {
        return Content.read(root, FILE, MOST_BYTES);
    }

    private void begin() {
        List<String> strange =
                root.names(".").stream()
                        .filter(name -> !name.startsWith(DRAFT) && !name.equals(LOST_AND_FOUND))
                        .toList();
        if (strange.contains(FILE)) {
            return; // Somebody was faster.
        }
        if (!strange.isEmpty()) {
            throw refused("it holds something else, such as " + strange.getFirst());
        }
        write(DRAFT + Names.random());
    }

    private void write(String draft) {
        byte[] bytes = ("{\"storeVersion\": " + CURRENT + "}\n").getBytes(UTF_8);
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL;
        try (Fd file = root.own(root.open(draft, flags, 0644), draft)) {
            root.check(root.linux().writeAll(file.number(), bytes), "write", draft);
            // Always: an empty one after a power failure would make the store unusable.
            root.check(Disk.fsync(root.linux(), file.number()), "sync", draft);
            int r = root.rename(draft, FILE, 0);
            if (r != -Errno.ENOENT) {
                root.check(r, "write", FILE);
            }
        } finally {
            // Ours after a failure, and those of the dead. One of the living is not missed: there
            // is a version by then.
            removeDrafts();
        }
        root.syncDirectory(".");
    }

    private void removeDrafts() {
        for (String name : root.names(".")) {
            if (name.startsWith(DRAFT)) {
                int ignored = root.linux().unlinkat(root.fd(), name, 0);
                assert ignored <= 0;
            }
        }
    }

    private void expectCurrent(byte[] document) {
        Matcher matcher = DOCUMENT.matcher(new String(document, UTF_8));
        if (!matcher.matches()) {
            throw refused("its " + FILE + " is damaged");
        }
        if (!matcher.group(1).equals(CURRENT)) {
            throw StoreFailure.store(
                    "open the store",
                    root.path().toString(),
                    "it is of version " + matcher.group(1) + ", and this library of " + CURRENT,
                    "use the library that made it, or have the store elsewhere");
        }
    }

    private void make(String directory) {
        int r = root.linux().mkdirat(root.fd(), directory, 0755);
        if (r == -Errno.EEXIST || (r == -Errno.EROFS && root.stat(directory).isDirectory())) {
            return;
        }
        root.check(r, "make", directory);
    }

    private io.bailey.sandbox.image.ImageException refused(String reason) {
        return StoreFailure.store(
                "open the store", root.path().toString(), reason, "name an empty directory");
    }
}
