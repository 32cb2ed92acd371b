package io.bailey.sandbox.linux.testing;

import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives the tests a state directory and volumes of their own, so that they neither see nor touch
 * those of the machine. It orders nothing: an orderer is what JUnit makes before the first test
 * that a file of properties can name, whoever launches the tests.
 */
public final class OwnPlaces implements ClassOrderer {
    private static final String STATE = "bailey.state";
    private static final String VOLUMES = "bailey.volumes";
    private static final List<String> PROPERTIES = List.of(STATE, VOLUMES);

    static {
        claim();
    }

    /** For JUnit. */
    public OwnPlaces() {}

    private static void claim() {
        try {
            Path mine = Files.createTempDirectory("junit-bailey-");
            System.setProperty(STATE, mine.resolve("state").toString());
            System.setProperty(VOLUMES, mine.resolve("volumes").toString());
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> {
                                try {
                                    sweep();
                                } finally {
                                    remove(mine);
                                }
                            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The groups of JVMs that tests have killed are the next one's to remove, and after the last
     * test there is none. What this JVM itself has left stays: it is not dead yet.
     */
    private static void sweep() {
        List<String> swept = Cgroups.discover(Linux.host()).sweep();
        if (!swept.isEmpty()) {
            System.err.println("swept at the end, left by killed JVMs: " + swept);
        }
    }

    private static void remove(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException gone) {
            // The directory for temporary files is emptied some day.
        }
    }

    /** The state directory of these tests. */
    public static Path state() {
        return Path.of(System.getProperty(STATE));
    }

    /** Options that make another JVM share them. */
    public static List<String> options() {
        return PROPERTIES.stream()
                .filter(name -> System.getProperty(name) != null)
                .map(name -> "-D" + name + "=" + System.getProperty(name))
                .toList();
    }

    @Override
    public void orderClasses(ClassOrdererContext context) {
        // As they come.
    }
}
