package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Disk;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.nio.file.Path;

/**
 * The directory of one container. {@code state.json} in it is always whole: what is written takes
 * the place of what was there in one step. It is not forced to the disk: after a restart of the
 * machine nothing that it speaks of is there any more.
 */
public final class ContainerDirectory {
    static final String STATE = "state.json";

    /** Being made by the owner that the rest of the name says. */
    static final String NEW = ".new.";

    /** Being removed, whoever began it. */
    static final String GONE = ".gone.";

    private static final int PRIVATE = 0700;
    private static final int SECRET = 0600;

    private final Linux linux;
    private final int all;
    private final Path path;
    private final String id;

    ContainerDirectory(Linux linux, int all, Path parent, String id) {
        this.linux = linux;
        this.all = all;
        this.path = parent.resolve(id);
        this.id = id;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /**
     * Makes it, with its state in it. Whoever looks meanwhile sees nothing or all; whoever sweeps
     * after a death in between knows by the name whose it was.
     */
    void make(StoredContainer first) {
        byte[] document = StateDocument.writeFirst(first);
        String making = NEW + Owner.self().toText() + "." + id;
        int r = linux.mkdirat(all, making, PRIVATE);
        if (r == 0) {
            r = put(making, STATE, document);
            r = r < 0 ? r : Disk.rename(linux, all, making, all, id, Disk.RENAME_NOREPLACE);
            if (r < 0) {
                // By name: what is missing may be descriptors.
                linux.unlinkat(all, making + "/" + STATE, 0);
                linux.unlinkat(all, making, Linux.AT_REMOVEDIR);
            }
        }
        check(r, "write the state of container " + id);
    }

    /**
     * Writes what is so now.
     *
     * @throws SandboxSetupException if it cannot be written; what was written before is still there
     */
    public void write(StoredContainer now) {
        String draft = id + "/" + STATE + "." + Owner.self().pid();
        int r = put(id, STATE + "." + Owner.self().pid(), StateDocument.write(now));
        r = r < 0 ? r : Disk.rename(linux, all, draft, all, id + "/" + STATE, 0);
        if (r < 0) {
            linux.unlinkat(all, draft, 0);
        }
        check(r, "write the state of container " + id);
    }

    private int put(String directory, String name, byte[] content) {
        String file = directory + "/" + name;
        int flags = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_TRUNC | Linux.O_NOFOLLOW;
        int fd = linux.openat(all, file, flags, SECRET);
        if (fd < 0) {
            return fd;
        }
        int r = linux.writeAll(fd, content);
        linux.close(fd);
        return r;
    }

    /** Removes it with all that is in it. That it is not there is no error. */
    public void remove() {
        check(remove(linux, all, id), "remove the state of container " + id);
    }

    /**
     * First out of sight: one that is killed in the middle leaves something that has no state and
     * is nobody's, which the next sweep takes.
     */
    static int remove(Linux linux, int all, String id) {
        int r = Disk.rename(linux, all, id, all, GONE + id, 0);
        if (r == -Errno.ENOENT) {
            return 0;
        }
        return TreeRemoval.remove(linux, all, r < 0 ? id : GONE + id).result();
    }

    private void check(int result, String step) {
        if (result < 0) {
            throw StateFailure.of(-result, step, path, StateDirectory.PROPERTY);
        }
    }
}
