package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.CopyLimits;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Optional;

/** The four ways to copy, for one container that is there. */
final class Copying {
    private static final int IN_ROOT = FileCalls.RESOLVE_IN_ROOT | FileCalls.RESOLVE_NO_MAGICLINKS;

    private static final int MOST_TRIES = 10_000;

    private final CopyPlace place;
    private final Linux linux;
    private final CopyLimits most;

    Copying(CopyPlace place, CopyLimits most) {
        this.place = place;
        this.linux = place.engine().linux();
        this.most = most;
    }

    /** As {@link io.bailey.sandbox.Container#copyIn(Path, String, CopyLimits)}. */
    void in(Path source, String target) {
        try (FileCalls calls = FileCalls.open();
                Fd from = openHost(calls, source);
                Fd root = place.root();
                CopyInto into = new CopyInto(place, calls)) {
            boolean directory = calls.fstat(from.number()).isDirectory();
            Place to = destination(calls, root, target, hostName(source), directory);
            CopyBudget budget = new CopyBudget("copy in", most);
            new HostTree(linux, calls, into, budget).copy(from, to, source.toString());
            into.flush();
        }
    }

    /** As {@link io.bailey.sandbox.Container#copyIn(InputStream, String, CopyLimits)}. */
    void in(InputStream tar, String directory) {
        String base = CopyPaths.of("directory", directory);
        try (FileCalls calls = FileCalls.open();
                Fd root = place.root();
                CopyInto into = new CopyInto(place, calls)) {
            int result = lookUp(calls, root, base, Linux.O_DIRECTORY);
            if (result < 0) {
                throw new SandboxConfigException(
                        "directory: \""
                                + directory
                                + "\" is no directory in the container: "
                                + Errno.name(-result));
            }
            calls.close(result);
            new TarTree(into, new CopyBudget("copy in", most), base).copy(tar, most);
            into.flush();
        }
    }

    /** As {@link io.bailey.sandbox.Container#copyOut(String, Path, CopyLimits)}. */
    void out(String source, Path target) {
        String raw = CopyPaths.of("source", source);
        try (FileCalls calls = FileCalls.open();
                Fd root = place.root();
                Fd found = find(calls, root, raw, source)) {
            Optional<Fd> in = openDirectory(calls, target);
            Fd top =
                    in.or(() ->
                                    Optional.ofNullable(target.toAbsolutePath().getParent())
                                            .flatMap(parent -> openDirectory(calls, parent)))
                            .orElseThrow(() ->
                                    new SandboxConfigException(
                                            "target: " + target + " is no directory, nor in one"));
            String name = in.isPresent() ? CopyPaths.name(raw) : hostName(target);
            try (HostSink sink = new HostSink(linux, calls, top)) {
                copyOut(calls, sink, found, name, source);
            }
        }
    }

    /** As {@link io.bailey.sandbox.Container#copyOut(String, OutputStream, CopyLimits)}. */
    void out(String source, OutputStream tar) {
        String raw = CopyPaths.of("source", source);
        try (FileCalls calls = FileCalls.open();
                Fd root = place.root();
                Fd found = find(calls, root, raw, source)) {
            TarSink sink = new TarSink(tar, place.who().maps());
            copyOut(calls, sink, found, CopyPaths.name(raw), source);
            sink.finish();
        } catch (UncheckedIOException failed) {
            throw new SandboxSetupException(
                    "copy out: write",
                    "EIO",
                    "the archive",
                    "the caller's stream threw " + failed.getCause(),
                    failed);
        }
    }

    private void copyOut(FileCalls calls, CopySink sink, Fd found, String name, String source) {
        CopyBudget budget = new CopyBudget("copy out", most);
        new CopyOut(place, calls, budget, sink).copy(found, name, CopyPaths.shown(source));
    }

    private static int lookUp(FileCalls calls, Fd root, String raw, int flags) {
        int result = -Errno.EAGAIN;
        // Something on the way was renamed meanwhile: openat2(2) wants it tried again.
        for (int tries = 0; tries < MOST_TRIES && result == -Errno.EAGAIN; tries++) {
            result = calls.openat2(root.number(), raw, Linux.O_PATH | flags, 0, IN_ROOT);
        }
        return result;
    }

    private Fd find(FileCalls calls, Fd root, String raw, String source) {
        int fd = lookUp(calls, root, raw, 0);
        if (fd < 0) {
            place.requireAlive();
            if (fd == -Errno.ENOENT || fd == -Errno.ENOTDIR || fd == -Errno.ELOOP) {
                throw new SandboxConfigException(
                        "source: \"" + source + "\" is not in the container: " + Errno.name(-fd));
            }
            throw CopyTrouble.of("copy out: look up", fd, source);
        }
        Fd found = linux.own(fd);
        FileStat stat = calls.fstat(fd);
        if (!stat.isDirectory() && stat.type() != FileStat.REGULAR) {
            found.close();
            throw new SandboxConfigException(
                    "source: \"" + source + "\" is neither a file nor a directory");
        }
        return found;
    }

    /** Where it goes: into the target if that is a directory, else to its name. */
    private Place destination(
            FileCalls calls, Fd root, String target, String name, boolean directory) {
        String raw = CopyPaths.of("target", target);
        int fd = lookUp(calls, root, raw, Linux.O_DIRECTORY);
        if (fd >= 0) {
            calls.close(fd);
            if (name.isEmpty()) {
                throw new SandboxConfigException(
                        "source: what is copied into " + target + " needs a name");
            }
            return CopyPaths.place(raw, name);
        }
        place.requireAlive();
        if (fd != -Errno.ENOENT && fd != -Errno.ENOTDIR) {
            throw CopyTrouble.of("copy in: look up", fd, target);
        }
        if (fd == -Errno.ENOTDIR && directory) {
            throw new SandboxConfigException(
                    "target: \"" + target + "\" is no directory, and what is copied is one");
        }
        int parent = lookUp(calls, root, CopyPaths.directory(raw), Linux.O_DIRECTORY);
        if (parent < 0 || CopyPaths.name(raw).isEmpty()) {
            throw new SandboxConfigException(
                    "target: \""
                            + target
                            + "\" is no directory in the container, nor in one: "
                            + Errno.name(parent < 0 ? -parent : -fd));
        }
        calls.close(parent);
        return CopyPaths.place(raw);
    }

    /** What is named may be a link; what is in it is copied as it is. */
    private Fd openHost(FileCalls calls, Path source) {
        requireHost("source", source);
        int fd = calls.openat(Linux.AT_FDCWD, RawNames.of(source.toString()), Linux.O_PATH, 0);
        if (fd < 0) {
            throw new SandboxConfigException(
                    "source: " + source + " cannot be read: " + Errno.name(-fd));
        }
        try {
            FileStat stat = calls.fstat(fd);
            if (!stat.isDirectory() && stat.type() != FileStat.REGULAR) {
                throw new SandboxConfigException(
                        "source: " + source + " is neither a file nor a directory");
            }
            int flags = Linux.O_RDONLY | Linux.O_NONBLOCK;
            int open = calls.openat(Linux.AT_FDCWD, "/proc/self/fd/" + fd, flags, 0);
            return linux.own(CopyTrouble.check(open, "copy in: read", source.toString()));
        } finally {
            calls.close(fd);
        }
    }

    private Optional<Fd> openDirectory(FileCalls calls, Path path) {
        requireHost("target", path);
        int flags = Linux.O_RDONLY | Linux.O_DIRECTORY;
        int fd = calls.openat(Linux.AT_FDCWD, RawNames.of(path.toString()), flags, 0);
        if (fd == -Errno.ENOENT || fd == -Errno.ENOTDIR) {
            return Optional.empty();
        }
        return Optional.of(linux.own(CopyTrouble.check(fd, "copy out: open", path.toString())));
    }

    private static void requireHost(String what, Path path) {
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw new SandboxConfigException(
                    what + ": " + path + " is not in the default file system of this host");
        }
    }

    private static String hostName(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "" : RawNames.of(name.toString());
    }
}
