package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * An archive that is a directory: somebody else made it, so that nothing in it leads out of it, not
 * by dots and not by links.
 */
final class DirectoryMembers implements Members {
    private static final int INSIDE = FileCalls.RESOLVE_BENEATH | FileCalls.RESOLVE_NO_MAGICLINKS;

    private final Path path;
    private final Fd directory;

    private DirectoryMembers(Path path, Fd directory) {
        this.path = path;
        this.directory = directory;
    }

    static DirectoryMembers open(Path path) {
        Linux linux = Linux.host();
        int fd = linux.openat(Linux.AT_FDCWD, path.toString(), Linux.O_PATH | Linux.O_DIRECTORY, 0);
        if (fd < 0) {
            throw Trouble.errno("open archive", path.toString(), fd);
        }
        return new DirectoryMembers(path, linux.own(fd));
    }

    @Override
    public Optional<Member> find(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        Linux linux = Linux.host();
        // O_PATH first: opening a FIFO or a device may have effects.
        int found = linux.openat2(directory.number(), name, Linux.O_PATH, 0, INSIDE);
        if (found == -Errno.ENOENT || found == -Errno.ENOTDIR) {
            return Optional.empty();
        }
        if (found < 0) {
            throw Trouble.malformed(title(), Shown.text(name) + ": " + Errno.name(-found));
        }
        try (Fd file = linux.own(found)) {
            if (!linux.stat(file.number(), "", Linux.AT_EMPTY_PATH).isRegular()) {
                throw Trouble.malformed(title(), Shown.text(name) + " is no file");
            }
            return Optional.of(reopened(name, file));
        }
    }

    private Member reopened(String name, Fd file) {
        Path same = Path.of("/proc/self/fd/" + file.number());
        try {
            return Member.whole(
                    title() + " " + Shown.text(name),
                    FileChannel.open(same, StandardOpenOption.READ));
        } catch (IOException e) {
            throw Trouble.io("read archive", title() + " " + Shown.text(name), e);
        }
    }

    @Override
    public String title() {
        return RawNames.show(RawNames.of(path.toString()));
    }

    @Override
    public void close() {
        directory.close();
    }
}
