package io.bailey.sandbox.linux.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A listing of the documentation, for a person to review; {@code -Dbailey.golden.write=true} writes
 * it anew.
 */
final class Golden {
    private static final Path HOME = Path.of("..", "docs", "explain");

    private Golden() {}

    static void check(String name, String listing) throws IOException {
        Path file = HOME.resolve(name + ".txt");
        if (Boolean.getBoolean("bailey.golden.write")) {
            Files.createDirectories(HOME);
            Files.writeString(file, listing);
        }
        assertThat(file)
                .as("written by -Dbailey.golden.write=true, and then to be reviewed")
                .isRegularFile();
        assertThat(listing.lines()).containsExactlyElementsOf(Files.readAllLines(file));
    }
}
