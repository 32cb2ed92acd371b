package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.IoMax;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Stat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which disk a path is on, as the kernel numbers it. */
@FunctionalInterface
interface Disks {

    /** The whole disk that {@code path} is on, as "major:minor". */
    String of(Path path);

    /** The limits by their disk, in the order they were given. */
    default Map<String, IoMax> byDisk(List<IoMax> limits) {
        Map<String, IoMax> byDisk = new LinkedHashMap<>();
        for (IoMax limit : limits) {
            String disk = of(limit.path());
            IoMax other = byDisk.put(disk, limit);
            if (other != null) {
                throw new SandboxConfigException(
                        "ioMax: "
                                + other.path()
                                + " and "
                                + limit.path()
                                + " are on one disk, "
                                + disk
                                + ", which has one limit");
            }
        }
        return byDisk;
    }

    /** Those of the machine. */
    static Disks on(Linux linux) {
        return path -> numbers(linux, path);
    }

    private static String numbers(Linux linux, Path path) {
        Stat stat = linux.stat(Linux.AT_FDCWD, path.toString(), 0);
        if (stat.result() < 0) {
            throw new SandboxConfigException(
                    "ioMax: look at " + path + ": " + Errno.name(-stat.result()));
        }
        long device = stat.isBlockDevice() ? stat.node() : stat.device();
        int major = (int) (device >>> 32);
        int minor = (int) device;
        String numbers = major + ":" + minor;
        if (major == 0) {
            // btrfs, overlay, tmpfs, network file systems: get_anon_bdev, fs/super.c.
            throw new SandboxConfigException(
                    "ioMax: "
                            + path
                            + " is on a file system of no one disk ("
                            + numbers
                            + ": tmpfs, overlay, btrfs or over the network); name the device itself,"
                            + " such as /dev/sda, or a path on the file system beneath");
        }
        return wholeDisk(linux, path, numbers);
    }

    /** The kernel takes limits of whole disks only: blkg_conf_prep, block/blk-cgroup.c. */
    private static String wholeDisk(Linux linux, Path path, String numbers) {
        String device = "/sys/dev/block/" + numbers;
        if (linux.stat(Linux.AT_FDCWD, device, 0).result() < 0) {
            throw new SandboxConfigException(
                    "ioMax: "
                            + path
                            + " is on device "
                            + numbers
                            + ", which "
                            + device
                            + " does not show as a disk");
        }
        if (linux.stat(Linux.AT_FDCWD, device + "/partition", 0).result() < 0) {
            return numbers;
        }
        FileText disk = KernelFile.read(linux, Linux.AT_FDCWD, device + "/../dev");
        if (!disk.isRead()) {
            throw new SandboxConfigException(
                    "ioMax: "
                            + path
                            + " is on partition "
                            + numbers
                            + " of a disk that cannot be told: "
                            + device
                            + "/../dev: "
                            + Errno.name(-disk.result()));
        }
        return disk.text().strip();
    }
}
