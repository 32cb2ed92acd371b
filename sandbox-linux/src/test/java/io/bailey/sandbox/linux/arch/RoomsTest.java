package io.bailey.sandbox.linux.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which room knows which: the table of docs/design.md, section 3. The vocabulary of sandbox-api is
 * everybody's.
 */
class RoomsTest {
    private static final String DOOR = "";

    /** As the table draws them. */
    private static final Map<String, Set<String>> DRAWN =
            Map.ofEntries(
                    Map.entry("sys", Set.of()),
                    Map.entry("program", Set.of("sys")),
                    Map.entry("cgroup", Set.of("sys")),
                    Map.entry("seccomp", Set.of()),
                    Map.entry("host", Set.of("sys")),
                    Map.entry("image.tar", Set.of()),
                    Map.entry("image.document", Set.of()),
                    Map.entry("image.registry", Set.of("image.document")),
                    Map.entry("image.store", Set.of("sys")),
                    Map.entry("image.unpack", Set.of("sys", "image.tar")),
                    Map.entry("image.erofs", Set.of("sys", "image.tar")),
                    Map.entry("image.archive", Set.of("sys", "image.tar", "image.document")),
                    Map.entry(
                            "image",
                            Set.of(
                                    "sys",
                                    "image.tar",
                                    "image.document",
                                    "image.registry",
                                    "image.store",
                                    "image.unpack",
                                    "image.erofs",
                                    "image.archive")),
                    Map.entry("mount", Set.of("sys", "program")),
                    Map.entry("plan", Set.of("program", "cgroup", "host", "mount")),
                    Map.entry("launch", Set.of("program", "sys", "cgroup")),
                    Map.entry("flight", Set.of()),
                    Map.entry("container.state", Set.of("sys")),
                    Map.entry("container", Set.of("launch", "plan", "container.state", "flight")),
                    Map.entry(DOOR, Set.of("container", "host", "image")));

    /** Arrows that the code has and the table does not draw. All point down. */
    private static final Map<String, Set<String>> BESIDES =
            Map.of(
                    // The doctor reports what the cgroup room found out, instead of finding it out
                    // again.
                    "host", Set.of("cgroup"),
                    // An operation names its system call and the errnos it tolerates: numbers, no
                    // calls.
                    "plan", Set.of("sys"),
                    // The records on the status pipe and the bindings a launch fills in are the
                    // plan's.
                    "launch", Set.of("plan"),
                    // It makes the site of a plan out of what each room knows, and closes what they
                    // opened; it gives what a container has written, as a layer, and copies
                    // archives.
                    "container",
                            Set.of(
                                    "sys",
                                    "program",
                                    "cgroup",
                                    "seccomp",
                                    "host",
                                    "mount",
                                    "image",
                                    "image.tar",
                                    "image.archive"));

    private static Map<String, Set<String>> arrows() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (JavaClass type : Engine.CLASSES) {
            Set<String> known = arrows.computeIfAbsent(room(type), _ -> new TreeSet<>());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass();
                if (target.getPackageName().startsWith(Engine.PACKAGE)) {
                    known.add(room(target));
                }
            }
            known.remove(room(type));
        }
        return arrows;
    }

    private static String room(JavaClass type) {
        String below = type.getPackageName().substring(Engine.PACKAGE.length());
        return below.isEmpty() ? DOOR : below.substring(1);
    }

    @Test
    void everyArrowIsInTheTable() {
        arrows().forEach((room, known) -> {
            Set<String> allowed = new TreeSet<>(DRAWN.getOrDefault(room, Set.of()));
            allowed.addAll(BESIDES.getOrDefault(room, Set.of()));
            assertThat(allowed).as("what the room \"%s\" may know", room).containsAll(known);
        });
    }

    @Test
    void everyRoomIsInTheTable() {
        assertThat(DRAWN.keySet()).isEqualTo(arrows().keySet());
    }

    /** An exception that nobody needs any longer is taken away. */
    @Test
    void noExceptionIsStale() {
        Map<String, Set<String>> arrows = arrows();
        BESIDES.forEach((room, more) -> assertThat(arrows.get(room)).containsAll(more));
    }
}
