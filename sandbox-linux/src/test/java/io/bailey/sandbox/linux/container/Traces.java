package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.sys.MountInfo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** All that a sandbox could leave behind, as lines to compare. */
record Traces(List<String> lines) {
    /** What the JDK opens for itself whenever it likes. */
    private static final List<String> JDK_FILES =
            List.of(".jar", "/modules", "/urandom", "/random", "socket");

    static Traces now() {
        List<String> lines = new ArrayList<>();
        Sandboxes.read(Path.of("/proc/self/mountinfo"))
                .lines()
                .map("mount "::concat)
                .forEach(lines::add);
        children(lines);
        descriptors(lines);
        cgroups(lines);
        threads(lines);
        temporaryFiles(lines);
        states(lines);
        return new Traces(lines);
    }

    /** What is here and not in {@code before}; a line that was there once counts once. */
    Traces minus(Traces before) {
        List<String> rest = new ArrayList<>(lines);
        before.lines.forEach(rest::remove);
        return new Traces(rest);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }

    /** Sandboxes' first processes are children of this JVM, zombies among them. */
    private static void children(List<String> lines) {
        for (Path process : entries(Path.of("/proc"), "[0-9]*")) {
            String stat = text(process.resolve("stat"));
            int comm = stat.indexOf('(');
            int rest = stat.lastIndexOf(')');
            if (comm > 0 && stat.startsWith(" " + ProcessHandle.current().pid() + " ", rest + 3)) {
                lines.add("process " + stat.substring(0, rest + 3));
            }
        }
    }

    private static void descriptors(List<String> lines) {
        for (Path fd : entries(Path.of("/proc/self/fd"), "*")) {
            // Inode numbers of pipes are never the same twice.
            String target = link(fd).replaceAll(":\\[\\d+]", "");
            // The state directory is opened once, beside the first container.
            boolean stateDirectory =
                    target.equals(System.getProperty("bailey.state", "") + "/containers");
            if (!target.isEmpty()
                    && !stateDirectory
                    && JDK_FILES.stream().noneMatch(target::endsWith)) {
                lines.add("descriptor " + target);
            }
        }
    }

    /** Groups with this JVM's number in their name, wherever a hierarchy is mounted. */
    private static void cgroups(List<String> lines) {
        String mine = "bailey-" + ProcessHandle.current().pid() + "-";
        TreeSet<Path> hierarchies = new TreeSet<>();
        for (MountInfo mount : MountInfo.parse(text(Path.of("/proc/self/mountinfo")))) {
            if (mount.type().startsWith("cgroup")) {
                hierarchies.add(Path.of(mount.mountPoint()));
            }
        }
        for (Path hierarchy : hierarchies) {
            try (Stream<Path> all =
                    Files.find(
                            hierarchy,
                            8,
                            (path, attributes) ->
                                    attributes.isDirectory()
                                            && path.getFileName().toString().startsWith(mine))) {
                all.map(path -> "cgroup " + path).forEach(lines::add);
            } catch (IOException | java.io.UncheckedIOException vanished) {
                // Another program's group, gone while we looked.
            }
        }
    }

    private static void threads(List<String> lines) {
        Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                // One grows the descriptor table once, beside the first sandbox; idle workers go
                // after
                // two seconds.
                .filter(name -> name.startsWith("bailey"))
                .filter(name -> !name.equals("bailey-fd-table") && !name.equals("bailey-worker"))
                .map("thread "::concat)
                .forEach(lines::add);
    }

    private static void temporaryFiles(List<String> lines) {
        for (Path file : entries(Path.of(System.getProperty("java.io.tmpdir")), "bailey-*")) {
            lines.add("file " + file);
        }
    }

    /**
     * Containers that are written down, half-written and half-removed ones among them. One that has
     * stopped is to be found until it is closed, and not all tests do that.
     */
    private static void states(List<String> lines) {
        for (Path container :
                entries(
                        Path.of(System.getProperty("bailey.state", "/nonexistent"))
                                .resolve("containers"),
                        "*")) {
            if (!text(container.resolve("state.json")).contains("\"state\":\"STOPPED\"")) {
                lines.add("state " + container);
            }
        }
    }

    private static List<Path> entries(Path directory, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
            stream.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException vanished) {
            // As much as could be seen.
        }
        return found;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException vanished) {
            return "";
        }
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException vanished) {
            return "";
        }
    }
}
