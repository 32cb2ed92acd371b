package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Mounts an index and the archives it points into, straight from their files: Linux 6.12 needs no
 * block devices for that.
 *
 * <p>Equivalent: {@code mount -t erofs -o ro,nodev,device=layer0.tar,device=layer1.tar index DIR}.
 */
public final class ErofsMount {
    private static final int MOUNT_ATTR_RDONLY = 1;
    private static final int MOUNT_ATTR_NODEV = 4;

    /** From open(2): a file without a name, gone with its descriptor. */
    private static final int O_TMPFILE = 0x400000 | Linux.O_DIRECTORY;

    private static final int MESSAGE = 512;
    private static final int ENOTBLK = 15;

    private final Linux linux;
    private final List<Integer> opened = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();

    private ErofsMount(Linux linux) {
        this.linux = linux;
    }

    /**
     * Mounts it, read-only and attached nowhere: it is gone with the last descriptor of it.
     *
     * @param devicePaths the archives, that of the lowest layer first; as many as when it was
     *     written
     * @return a descriptor of the mount, or −errno: ENODEV without EROFS, ENOTBLK before Linux 6.12
     *     and where files cannot back mounts (tmpfs), EPERM for ordinary users
     */
    public static int mount(Linux linux, String indexPath, List<String> devicePaths) {
        return new ErofsMount(linux).mount(indexPath, devicePaths);
    }

    /**
     * The same.
     *
     * @throws ImageException of kind UNSUPPORTED, with what the kernel says of it
     */
    public static Fd mounted(Linux linux, String indexPath, List<String> devicePaths) {
        ErofsMount mount = new ErofsMount(linux);
        int fd = mount.mount(indexPath, devicePaths);
        if (fd < 0) {
            throw new ImageException(
                    Kind.UNSUPPORTED,
                    "mount index",
                    indexPath,
                    Errno.name(-fd) + (mount.said.isEmpty() ? ": " + meaning(-fd) : mount.said),
                    "use LayerBackend.DIRECTORIES");
        }
        return linux.own(fd);
    }

    private static String meaning(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "only root of the host mounts EROFS";
            case Errno.ENODEV -> "this kernel has no EROFS";
            case ENOTBLK -> "its file system cannot back mounts, or Linux is before 6.12";
            default -> "the kernel's log says why";
        };
    }

    /**
     * Can an index in {@code directory} be mounted by this process? Finds out by doing it. Leaves
     * nothing.
     */
    public static boolean works(Linux linux, Path directory) {
        int index =
                linux.openat(Linux.AT_FDCWD, directory.toString(), O_TMPFILE | Linux.O_RDWR, 0600);
        if (index < 0) {
            return false;
        }
        try (FileChannel channel =
                FileChannel.open(Path.of(name(index)), StandardOpenOption.WRITE)) {
            new TarIndex.Builder(ImageLimits.standard()).writeTo(channel, (_, _, _) -> {});
            int mount = mount(linux, name(index), List.of());
            if (mount >= 0) {
                linux.close(mount);
            }
            return mount >= 0;
        } catch (IOException full) {
            return false;
        } finally {
            linux.close(index);
        }
    }

    private int mount(String indexPath, List<String> devicePaths) {
        int fs = linux.fsopen("erofs");
        if (fs < 0) {
            return fs;
        }
        try {
            int r = set(fs, "source", indexPath);
            for (int i = 0; r >= 0 && i < devicePaths.size(); i++) {
                r = set(fs, "device", devicePaths.get(i));
            }
            r = r < 0 ? r : linux.fsconfigCreate(fs);
            r = r < 0 ? r : linux.fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
            if (r < 0) {
                listen(fs);
            }
            return r;
        } finally {
            opened.forEach(linux::close);
            linux.close(fs);
        }
    }

    /** By a descriptor's name: fsconfig(2) takes no string of more than 255 bytes. */
    private int set(int fs, String key, String path) {
        int fd = linux.openat(Linux.AT_FDCWD, path, Linux.O_RDONLY, 0);
        if (fd < 0) {
            said.append(": open ").append(path);
            return fd;
        }
        opened.add(fd);
        return linux.fsconfigString(fs, key, name(fd));
    }

    private static String name(int fd) {
        return "/proc/self/fd/" + fd;
    }

    /** What the kernel has to say about it: a message each read(2), until there are no more. */
    private void listen(int fs) {
        ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE);
        while (linux.read(fs, message) > 0) {
            said.append(": ")
                    .append(StandardCharsets.UTF_8.decode(message.flip()).toString().strip());
            message.clear();
        }
    }
}
