package io.bailey.sandbox.linux.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this JVM has open, to compare with later. Not by number: what an earlier test class dropped
 * is closed whenever the collector comes to it, so there may be fewer afterwards without anybody
 * having closed anything.
 */
public record OpenFiles(List<String> targets) {
    /** What the JDK opens for itself whenever it likes. */
    private static final List<String> JDK_FILES =
            List.of(".jar", "/modules", "/urandom", "/random");

    public static OpenFiles now() {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : all) {
                String target = target(fd);
                if (!target.isEmpty() && JDK_FILES.stream().noneMatch(target::endsWith)) {
                    targets.add(target);
                }
            }
        } catch (IOException failed) {
            throw new AssertionError("cannot see what is open", failed);
        }
        return new OpenFiles(targets);
    }

    /** What is open now and was not then; a target open once then counts once. */
    public List<String> more() {
        List<String> more = new ArrayList<>(now().targets);
        targets.forEach(more::remove);
        return more;
    }

    /** Fails if anything is open that was not. */
    public void expectNoMore() {
        assertThat(more()).as("opened since and not closed").isEmpty();
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException closed) {
            return "";
        }
    }
}
