package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Mount;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The files that a command line names and that a sandbox of the host's tree has hidden behind
 * directories of its own: a class path below {@code /tmp}, say, or the file of compiler commands
 * that JMH writes there. What is elsewhere is seen anyway.
 */
final class CommandFiles {
    /** Where a sandbox of the host's tree has something of its own instead. */
    private static final List<Path> HIDDEN =
            List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/run"), Path.of("/dev/shm"));

    private CommandFiles() {}

    /**
     * What has to be shown, read-only.
     *
     * @param workdir where the command starts
     */
    static List<Mount> mounts(List<String> command, Path workdir) {
        Set<Path> named = new LinkedHashSet<>();
        add(named, workdir);
        for (String argument : command) {
            addNamed(named, argument, workdir);
        }
        return mounts(named);
    }

    private static List<Mount> mounts(Set<Path> named) {
        List<Path> hidden = named.stream().filter(CommandFiles::isHidden).sorted().toList();
        List<Path> shown = new ArrayList<>();
        for (Path path : hidden) {
            if (shown.stream().noneMatch(path::startsWith)) {
                shown.add(path);
            }
        }
        return shown.stream().map(path -> Mount.readOnly(path, path.toString())).toList();
    }

    /** Would a sandbox of the host's tree have something else there? */
    static boolean isHidden(Path path) {
        return HIDDEN.stream().anyMatch(place -> path.startsWith(place) && !path.equals(place));
    }

    /** Options have their files behind a {@code =} or a {@code :}, class paths have several. */
    private static void addNamed(Set<Path> named, String argument, Path workdir) {
        add(named, resolve(workdir, argument));
        for (String part : argument.split("[=:,;]", -1)) {
            add(named, resolve(workdir, part));
        }
    }

    private static Path resolve(Path workdir, String name) {
        try {
            return workdir.resolve(name).normalize();
        } catch (InvalidPathException notAPath) {
            return workdir;
        }
    }

    private static void add(Set<Path> named, Path path) {
        if (Files.exists(path) && named.add(path) && path.toString().endsWith(".jar")) {
            manifestClassPath(path).forEach(further -> add(named, further));
        }
    }

    /** What a jar's manifest has the JVM look for beside it. */
    private static List<Path> manifestClassPath(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            String value =
                    manifest == null
                            ? null
                            : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (value == null) {
                return List.of();
            }
            List<Path> paths = new ArrayList<>();
            for (String url : value.strip().split("\\s+", -1)) {
                paths.add(new File(jar.toUri().resolve(url).getPath()).toPath().normalize());
            }
            return paths;
        } catch (IOException | IllegalArgumentException notAJar) {
            return List.of();
        }
    }
}
