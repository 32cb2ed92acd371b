package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.User;
import io.bailey.sandbox.linux.plan.Site.RunAs;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;
import io.bailey.sandbox.linux.sys.Stat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A user as the root's own /etc/passwd and /etc/group know it. The files belong to whoever made the
 * root: they are opened inside it, must be regular, are read up to a limit, and a number in them is
 * taken only if it is one (CVE-2024-40635, CVE-2026-30892).
 */
final class Accounts {
    private static final int MAX_BYTES = 1 << 20;
    private static final int RESOLVE_IN_ROOT_NO_MAGICLINKS = 0x12;

    /** NGROUPS_MAX, setgroups(2). */
    private static final int MAX_GROUPS = 65_536;

    private static final long MAX_ID = 4294967294L;

    private final Linux linux;
    private final int root;
    private boolean asked;

    /**
     * @param root the root's descriptor
     */
    Accounts(Linux linux, int root) {
        this.linux = linux;
        this.root = root;
    }

    /** Who {@code user} is; root when there is none. */
    RunAs resolve(Optional<User> user) {
        asked = user.isPresent();
        String name = user.map(User::user).orElse("0");
        List<String[]> passwd = lines("/etc/passwd", 7);
        Optional<String[]> entry =
                passwd.stream()
                        .filter(line -> line[0].equals(name) || line[2].equals(name))
                        .findFirst();
        int uid =
                number(name)
                        .orElseGet(() ->
                                entry.map(line -> number(line, 2, "/etc/passwd"))
                                        .orElseThrow(() -> unknown("user", name, "/etc/passwd")));
        Optional<String> group = user.flatMap(User::group);
        int gid =
                group.map(this::group)
                        .orElseGet(
                                () -> entry.map(line -> number(line, 3, "/etc/passwd")).orElse(0));
        String home =
                entry.map(line -> line[5])
                        .filter(path -> path.startsWith("/"))
                        .orElse(uid == 0 ? "/root" : "/");
        List<Integer> groups =
                group.isPresent()
                        ? List.of()
                        : entry.map(line -> memberships(line[0])).orElse(List.of());
        return new RunAs(uid, gid, groups, home);
    }

    private int group(String name) {
        return number(name)
                .orElseGet(() ->
                        lines("/etc/group", 4).stream()
                                .filter(line -> line[0].equals(name))
                                .findFirst()
                                .map(line -> number(line, 2, "/etc/group"))
                                .orElseThrow(() -> unknown("group", name, "/etc/group")));
    }

    private List<Integer> memberships(String user) {
        List<Integer> groups = new ArrayList<>();
        for (String[] line : lines("/etc/group", 4)) {
            if (List.of(line[3].split(",", -1)).contains(user)) {
                number(line[2]).ifPresent(groups::add);
            }
        }
        if (groups.size() > MAX_GROUPS) {
            throw new SandboxConfigException(
                    "the root's /etc/group has \""
                            + user
                            + "\" in "
                            + groups.size()
                            + " groups, and a process has at most "
                            + MAX_GROUPS
                            + "; mend the file, or give the group too: "
                            + user
                            + ":GROUP");
        }
        return groups;
    }

    private static SandboxConfigException unknown(String what, String name, String file) {
        return new SandboxConfigException(
                what
                        + " \""
                        + name
                        + "\" is not in the root's "
                        + file
                        + "; name one that is, or give its number");
    }

    /** A field that is no id must not become one: 0 would be root. */
    private static int number(String[] line, int field, String file) {
        return number(line[field])
                .orElseThrow(() ->
                        new SandboxConfigException(
                                "the root's "
                                        + file
                                        + " gives \""
                                        + line[0]
                                        + "\" the id \""
                                        + line[field]
                                        + "\", which is not a number from 0 to "
                                        + MAX_ID
                                        + "; mend the line, or give user and group as numbers"));
    }

    static OptionalInt number(String text) {
        if (text.isEmpty()
                || text.length() > 10
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.empty();
        }
        long value = Long.parseLong(text);
        return value <= MAX_ID ? OptionalInt.of((int) value) : OptionalInt.empty();
    }

    private List<String[]> lines(String path, int fields) {
        List<String[]> lines = new ArrayList<>();
        for (String line : read(path).split("\n", -1)) {
            String[] parts = line.split(":", -1);
            if (parts.length >= fields) {
                lines.add(parts);
            }
        }
        return lines;
    }

    /** The file's text; empty when there is none. */
    private String read(String path) {
        int fd =
                linux.openat2(
                        root,
                        path,
                        Linux.O_RDONLY | Linux.O_NONBLOCK,
                        0,
                        RESOLVE_IN_ROOT_NO_MAGICLINKS);
        if (fd == -Errno.ENOENT
                || fd == -Errno.ENOTDIR
                || (fd < 0 && !asked && !Shortage.is(-fd))) {
            return "";
        }
        if (fd < 0) {
            throw new SandboxSetupException(
                    "open the root's accounts",
                    Errno.name(-fd),
                    path,
                    Shortage.or(
                            -fd, "it must be a file this process may read; or leave the user out"));
        }
        try {
            Stat stat = linux.stat(fd, "", Linux.AT_EMPTY_PATH);
            if (!stat.isRegular() || stat.size() > MAX_BYTES) {
                throw new SandboxConfigException(
                        "the root's "
                                + path
                                + " is not a regular file of at most "
                                + MAX_BYTES
                                + " bytes; it cannot be used to look users up");
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) stat.size());
            int n = linux.read(fd, buffer);
            while (n > 0 || n == -Errno.EINTR) {
                n = linux.read(fd, buffer);
            }
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } finally {
            linux.close(fd);
        }
    }
}
