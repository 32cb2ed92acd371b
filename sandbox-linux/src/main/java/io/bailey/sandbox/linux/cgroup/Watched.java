package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.Optional;
import java.util.OptionalLong;

/** A counter in a file that is kept open because the kernel announces its changes. */
final class Watched implements AutoCloseable {
    /** Of a file of kernfs: it has changed since it was read last (kernfs_generic_poll). */
    static final int EPOLLPRI = 2;

    private final Linux linux;
    private final int fd;
    private String text = "";

    private Watched(Linux linux, int fd) {
        this.linux = linux;
        this.fd = fd;
    }

    /** Empty if the group has no such file. */
    static Optional<Watched> open(Linux linux, Optional<GroupDirectory> group, String file) {
        int fd = group.isPresent() ? group.get().open(file, Linux.O_RDONLY) : -1;
        return fd < 0 ? Optional.empty() : Optional.of(new Watched(linux, fd));
    }

    int fd() {
        return fd;
    }

    /** Reads it anew: no change is announced before the next one. */
    void look() {
        text = KernelFile.read(linux, fd).text();
    }

    /** What {@code key} was when it was looked at. */
    OptionalLong count(String key) {
        return CgroupText.field(text, key);
    }

    @Override
    public void close() {
        linux.close(fd);
    }
}
