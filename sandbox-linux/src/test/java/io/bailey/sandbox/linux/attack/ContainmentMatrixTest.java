package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * docs/containment.md says what is so. {@code -Dbailey.containment.write=true} writes it anew, the
 * peers' columns too if they are installed; otherwise only Bailey's columns are looked at.
 */
@ExtendWith(Stage.class)
@Timeout(300)
class ContainmentMatrixTest {
    private static final boolean WRITE = Boolean.getBoolean("bailey.containment.write");

    @Test
    void thePageSaysWhatIsSo() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.ROOT);
        Path page =
                Matrix.page()
                        .orElseGet(() -> Assumptions.abort("not in the source tree: no ../docs"));
        Matrix committed = Matrix.read(page);
        if (WRITE) {
            write(page, Matrix.make(Stage.arena().answers(), committed));
            return;
        }
        Matrix now = Matrix.makeBailey(Stage.arena().answers());
        for (BaileyWall wall : Matrix.BAILEY) {
            assertThat(now.allowed(wall))
                    .as("%s lets through; -Dbailey.containment.write=true writes the page", wall)
                    .isEqualTo(committed.allowed(wall));
        }
        assertThat(committed.cells().keySet()).containsAll(now.cells().keySet());
    }

    private static void write(Path page, Matrix matrix) throws IOException {
        String head;
        try (var text = HostilePrograms.resource("containment.md")) {
            head = new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
        Files.writeString(
                page,
                head.replace("@LEGEND@", String.join("\n", Matrix.legend()))
                        .replace("@TABLE@", matrix.toMarkdown().strip()));
    }
}
