package io.bailey.sandbox.linux.container;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.container.state.StoredContainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The directories of a container in the cgroup trees, by their paths on this host. */
final class CgroupPlaces {
    private static final int DEEPEST = 64;

    private CgroupPlaces() {}

    /** Where {@code cgroup} is, as far as it has descriptors there and is the container's still. */
    static List<String> of(Cgroup cgroup, String id) {
        Set<String> places = new LinkedHashSet<>();
        cgroup.directoryFd().ifPresent(fd -> add(link(fd), id, places));
        cgroup.attachFds().forEach(fd -> add(parent(link(fd)), id, places));
        return List.copyOf(places);
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static Path link(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
        } catch (IOException closed) {
            return Path.of("");
        }
    }

    /** A descriptor that has been closed since may be anybody's by now. */
    private static void add(Path place, String id, Set<String> places) {
        if (isOurs(place, id)) {
            places.add(place.toString());
        }
    }

    private static boolean isOurs(Path place, String id) {
        Path name = place.getFileName();
        return place.isAbsolute()
                && place.equals(place.normalize())
                && name != null
                && name.toString().startsWith("bailey-")
                && name.toString().endsWith("-" + id);
    }

    /** The processes in it, and in what it has made below it. */
    static Set<Long> processes(List<String> places) {
        Set<Long> pids = new TreeSet<>();
        for (String place : places) {
            for (Path group : tree(Path.of(place))) {
                try {
                    Files.readString(group.resolve("cgroup.procs"))
                            .lines()
                            .map(Long::valueOf)
                            .forEach(pids::add);
                } catch (IOException gone) {
                    // With its processes.
                }
            }
        }
        return pids;
    }

    /**
     * Removes what a dead process has left of {@code container}. Its init ends with its JVM, but
     * for one that is frozen: that is killed, wherever its group is.
     *
     * @return whether nothing is left
     */
    static boolean clear(Cgroups cgroups, StoredContainer container) {
        boolean ours =
                !container.cgroups().isEmpty()
                        && container.cgroups().stream()
                                .allMatch(place -> isOurs(Path.of(place), container.info().id()));
        if (ours) {
            try {
                cgroups.removeDead(container.cgroups());
            } catch (IllegalArgumentException damaged) {
                // It names several groups: what is empty of them goes.
            }
        }
        return clear(container);
    }

    /**
     * Removes what has been left of {@code container}, as far as nobody is in it.
     *
     * @return whether nothing is left
     */
    static boolean clear(StoredContainer container) {
        boolean cleared = true;
        for (String place : container.cgroups()) {
            Path group = Path.of(place);
            if (isOurs(group, container.info().id())) {
                cleared &= remove(group);
            }
        }
        return cleared;
    }

    private static boolean remove(Path group) {
        try {
            if (!Files.readAttributes(group, BasicFileAttributes.class, NOFOLLOW_LINKS)
                    .isDirectory()) {
                return false;
            }
        } catch (NoSuchFileException gone) {
            return true;
        } catch (IOException unknown) {
            return false;
        }
        for (Path one : tree(group)) {
            try {
                Files.delete(one);
            } catch (NoSuchFileException gone) {
                // Another one at the same work was faster.
            } catch (IOException busy) {
                return false;
            }
        }
        return Files.notExists(group, NOFOLLOW_LINKS);
    }

    /** The deepest first. */
    private static List<Path> tree(Path group) {
        try (Stream<Path> all = Files.find(group, DEEPEST, (_, kind) -> kind.isDirectory())) {
            return all.sorted(Comparator.comparingInt(Path::getNameCount).reversed()).toList();
        } catch (IOException | UncheckedIOException gone) {
            return new ArrayList<>();
        }
    }
}
