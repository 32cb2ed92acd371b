package io.bailey.sandbox.linux.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What attacks would change on the host, as text to compare. */
record HostState(Map<String, String> facts) {
    private static final List<String> SETTINGS =
            List.of(
                    "/proc/sys/kernel/hostname",
                    "/proc/sys/kernel/domainname",
                    "/proc/sys/kernel/core_pattern",
                    "/proc/sys/kernel/modprobe",
                    "/proc/sys/kernel/sysrq",
                    "/proc/sys/kernel/randomize_va_space",
                    "/proc/sys/vm/overcommit_memory",
                    "/proc/sys/user/max_user_namespaces",
                    "/sys/kernel/uevent_helper");

    static HostState now(Arena arena) {
        Map<String, String> facts = new TreeMap<>();
        SETTINGS.forEach(setting -> facts.put(setting, text(Path.of(setting))));
        hierarchies(facts);
        facts.put("mounts", text(Path.of("/proc/self/mountinfo")));
        file(facts, Path.of(System.getProperty("java.home"), "bin", "java"));
        file(facts, arena.canary());
        tree(facts, arena.outside());
        tree(facts, arena.root());
        tree(facts, arena.home());
        return new HostState(facts);
    }

    /** Who is run when a group of a v1 hierarchy is empty: the classic way out, CVE-2022-0492. */
    private static void hierarchies(Map<String, String> facts) {
        for (Path hierarchy : children(Path.of("/sys/fs/cgroup"))) {
            for (String name : List.of("release_agent", "notify_on_release")) {
                Path file = hierarchy.resolve(name);
                facts.put(file.toString(), text(file));
            }
        }
    }

    private static List<Path> children(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private static void tree(Map<String, String> facts, Path root) {
        try (Stream<Path> all = Files.walk(root)) {
            all.forEach(path -> file(facts, path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Owner, mode, time of the last change and content. */
    private static void file(Map<String, String> facts, Path path) {
        try {
            Map<String, Object> attributes =
                    Files.readAttributes(path, "unix:uid,gid,mode,ino,size,lastModifiedTime,ctime");
            String digest = Files.isRegularFile(path) ? digest(Files.readAllBytes(path)) : "";
            facts.put(path.toString(), new TreeMap<>(attributes) + digest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] content) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
            return " " + HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            return "unreadable";
        }
    }
}
