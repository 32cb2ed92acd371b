package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a sandbox's ids are mapped to the host's, user_namespaces(7), and who writes it down.
 *
 * @param denySetgroups whether setgroups(2) is given up first, as an unprivileged writer of gid_map
 *     must
 * @param helpers newuidmap(1) and newgidmap(1), where the range is a subordinate one of an ordinary
 *     user
 */
public record IdMaps(
        List<Extent> users, List<Extent> groups, boolean denySetgroups, List<Path> helpers) {
    private static final long HELPER_SECONDS = 10;

    public IdMaps {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
        helpers = List.copyOf(helpers);
    }

    /** {@code count} ids from {@code inside} on are the host's from {@code outside} on. */
    public record Extent(long inside, long outside, long count) {
        @Override
        public String toString() {
            return inside + " " + outside + " " + count;
        }

        /** The same, seen from the host. */
        Extent inverse() {
            long sandbox = inside;
            return new Extent(outside, sandbox, count);
        }

        /** The host's id for {@code id}, or −1. */
        long outsideOf(long id) {
            return id >= inside && id < inside + count ? outside + id - inside : -1;
        }
    }

    /** The host's user id for one of the sandbox's, or −1. */
    public int hostUid(int uid) {
        return host(users, uid);
    }

    /** The host's group id for one of the sandbox's, or −1. */
    public int hostGid(int gid) {
        return host(groups, gid);
    }

    /** The sandbox's user id for one of the host's, or −1. */
    public int sandboxUid(int uid) {
        return inside(users, uid);
    }

    /** The sandbox's group id for one of the host's, or −1. */
    public int sandboxGid(int gid) {
        return inside(groups, gid);
    }

    private static int inside(List<Extent> extents, int id) {
        for (Extent extent : extents) {
            long inside = extent.inverse().outsideOf(Integer.toUnsignedLong(id));
            if (inside >= 0) {
                return (int) inside;
            }
        }
        return -1;
    }

    private static int host(List<Extent> extents, int id) {
        for (Extent extent : extents) {
            long outside = extent.outsideOf(Integer.toUnsignedLong(id));
            if (outside >= 0) {
                return (int) outside;
            }
        }
        return -1;
    }

    /** Writes the maps of {@code pid}, which waits for them. */
    void write(Linux linux, int pid) {
        if (helpers.isEmpty()) {
            if (denySetgroups) {
                put(linux, pid, "setgroups", "deny");
            }
            put(linux, pid, "uid_map", text(users));
            put(linux, pid, "gid_map", text(groups));
        } else {
            help(helpers.get(0), pid, users);
            help(helpers.get(1), pid, groups);
        }
    }

    private static String text(List<Extent> extents) {
        StringBuilder text = new StringBuilder();
        extents.forEach(extent -> text.append(extent).append('\n'));
        return text.toString();
    }

    private static void put(Linux linux, int pid, String file, String text) {
        String path = "/proc/" + pid + "/" + file;
        int fd =
                LaunchException.check(
                        linux.openat(Linux.AT_FDCWD, path, Linux.O_WRONLY, 0),
                        "open the id map",
                        path);
        int written = linux.writeAll(fd, text.getBytes(StandardCharsets.US_ASCII));
        linux.close(fd);
        LaunchException.check(
                written, "write the id map \"" + text.strip().replace('\n', ',') + "\" to", path);
    }

    private static void help(Path helper, int pid, List<Extent> extents) {
        List<String> command = new ArrayList<>(List.of(helper.toString(), Integer.toString(pid)));
        extents.forEach(extent -> command.addAll(List.of(extent.toString().split(" "))));
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(HELPER_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new LaunchException(
                        "write the id map with", String.join(" ", command), Errno.EINTR);
            }
            if (process.exitValue() != 0) {
                throw new LaunchException(
                        "write the id map with", String.join(" ", command), Errno.EPERM);
            }
        } catch (IOException missing) {
            throw new LaunchException(
                    "write the id map with", String.join(" ", command), Errno.ENOENT);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LaunchException(
                    "write the id map with", String.join(" ", command), Errno.EINTR);
        }
    }
}
