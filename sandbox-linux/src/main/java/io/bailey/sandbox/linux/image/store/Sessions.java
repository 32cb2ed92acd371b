package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.Optional;

/**
 * Whether the machine went down while somebody wrote. Each writer has a file with the boot's id in
 * its name, locked while he lives and removed in the end: one of an earlier boot tells of a crash.
 * A process that is killed does no harm, for what it wrote is in the page cache. Who does not sync
 * leaves a second file, which means the same after the next boot, clean or not.
 */
final class Sessions {
    private static final String SESSION = "session-";
    private static final String UNSYNCED = "unsynced-";
    private static final String UNVERIFIED = "unverified";
    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

    private final Root root;
    private final String boot;
    private Optional<Own> own = Optional.empty();

    private record Own(String path, Fd file) {}

    Sessions(Root root, String boot) {
        this.root = root;
        this.boot = boot;
    }

    static String currentBoot(Linux linux) {
        FileText id = KernelFile.read(linux, Linux.AT_FDCWD, BOOT_ID);
        return id.isRead() ? id.text().strip().replace("-", "") : "unknown";
    }

    /** Looks for signs of a crash, makes one lasting sign of them, and begins our own. */
    void begin() {
        for (String name : root.names(Leases.DIRECTORY)) {
            boolean over =
                    name.startsWith(SESSION) || (name.startsWith(UNSYNCED) && !isOfNow(name));
            if (over) {
                bury(Leases.DIRECTORY + "/" + name, isOfNow(name));
            }
        }
        own = begun();
        if (!root.sync()) {
            markUnsynced();
        }
    }

    /** On a full disk there is none, and the store can be pruned all the same. */
    private Optional<Own> begun() {
        String path = Leases.DIRECTORY + "/" + SESSION + boot + "-" + Names.random();
        try {
            return Optional.of(new Own(path, LockedFile.create(root, path, Linux.O_RDONLY)));
        } catch (ImageException failed) {
            if (failed.kind() == ImageException.Kind.NO_SPACE) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    /** Before anything else is written: else a power failure could leave that and not this. */
    private void markUnsynced() {
        String path = Leases.DIRECTORY + "/" + UNSYNCED + boot;
        if (root.stat(path).result() == -Errno.ENOENT) {
            int fd =
                    root.check(root.open(path, Linux.O_RDONLY | Linux.O_CREAT, 0600), "make", path);
            int ignored = Disk.fsync(root.linux(), fd);
            assert ignored <= 0;
            root.linux().close(fd);
        }
    }

    private boolean isOfNow(String name) {
        return name.startsWith(SESSION + boot) || name.equals(UNSYNCED + boot);
    }

    private void bury(String path, boolean harmless) {
        int fd = Claim.takeStale(root, path);
        if (fd < 0) {
            return;
        }
        try {
            if (harmless || suspect()) {
                int ignored = root.linux().unlinkat(root.fd(), path, 0);
                assert ignored <= 0;
            }
        } finally {
            root.linux().close(fd);
        }
    }

    /** Returns false on a full disk: then the signs stay. */
    private boolean suspect() {
        int fd = root.open(UNVERIFIED, Linux.O_RDONLY | Linux.O_CREAT, 0600);
        if (fd < 0) {
            return false;
        }
        int r = Disk.fsync(root.linux(), fd);
        root.linux().close(fd);
        root.syncDirectory(".");
        return r == 0;
    }

    /** Did the machine go down, and has nobody looked since? Writes nothing. */
    boolean needsVerification() {
        return root.look(UNVERIFIED).result() == 0
                || root.names(Leases.DIRECTORY).stream().anyMatch(this::tellsOfCrash);
    }

    private boolean tellsOfCrash(String name) {
        return (name.startsWith(SESSION) || name.startsWith(UNSYNCED)) && !isOfNow(name);
    }

    /** Somebody has looked. */
    void verified() {
        int r = root.linux().unlinkat(root.fd(), UNVERIFIED, 0);
        if (r != -Errno.ENOENT) {
            root.check(r, "remove", UNVERIFIED);
            root.syncDirectory(".");
        }
    }

    void end() {
        own.ifPresent(session -> {
            int ignored = root.linux().unlinkat(root.fd(), session.path(), 0);
            assert ignored <= 0;
            session.file().close();
        });
        own = Optional.empty();
    }
}
