package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

class MountTest {

    private static final List<Function<String, Mount>> KINDS =
            List.of(
                    target -> Mount.readOnly(Path.of("/src"), target),
                    target -> Mount.readWrite(Path.of("/src"), target),
                    target -> Mount.tmpfs(target, "1M"),
                    target -> Mount.tmpfs(target, MemorySize.of(1)),
                    target -> Mount.file(new byte[0], target));

    @Test
    void keepsItsTarget() {
        assertThat(KINDS)
                .allSatisfy(kind -> assertThat(kind.apply("/a/b").target()).isEqualTo("/a/b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "/a/", "/a//b", "/./a", "/a/..", "/a\0b"})
    void refusesABadTarget(String target) {
        assertThat(KINDS)
                .allSatisfy(kind -> rejectedNaming(() -> kind.apply(target), "mount target: "));
    }

    @Test
    void refusesALongTarget() {
        String longest = "/" + "a".repeat(4_094);
        assertThat(KINDS)
                .allSatisfy(kind -> assertThat(kind.apply(longest).target()).isEqualTo(longest))
                .allSatisfy(kind -> rejectedNaming(() -> kind.apply(longest + "a"), "4096 bytes"));
    }

    @Test
    void makesTheSourceAbsolute() {
        assertThat(Mount.readOnly(Path.of("x"), "/x"))
                .isEqualTo(new Mount.Bind(Path.of("x").toAbsolutePath(), "/x", true));
        assertThat(Mount.readWrite(Path.of("/x"), "/x"))
                .isEqualTo(new Mount.Bind(Path.of("/x"), "/x", false));
    }

    @Test
    void refusesATmpfsWithoutALimit() {
        rejected(() -> Mount.tmpfs("/t", "0"), "tmpfs size: 0 for \"/t\"; it must be positive");
        rejectedNaming(() -> Mount.tmpfs("/t", "much"), "tmpfs size: \"much\" is not a size");
    }

    @Test
    void copiesTheContentOfAFile() {
        byte[] content = "key".getBytes(StandardCharsets.UTF_8);
        Mount.File file = (Mount.File) Mount.file(content, "/f");
        content[0] = 'X';
        file.content()[1] = 'X';
        assertThat(file.content()).asString(StandardCharsets.UTF_8).isEqualTo("key");
    }

    @Test
    void comparesFilesByContent() {
        Mount one = Mount.file(new byte[] {1, 2}, "/f");
        assertThat(one)
                .isEqualTo(Mount.file(new byte[] {1, 2}, "/f"))
                .hasSameHashCodeAs(Mount.file(new byte[] {1, 2}, "/f"))
                .isNotEqualTo(Mount.file(new byte[] {1, 3}, "/f"))
                .isNotEqualTo(Mount.file(new byte[] {1, 2}, "/g"));
    }

    @Test
    void doesNotPrintTheContentOfAFile() {
        assertThat(Mount.file("secret".getBytes(StandardCharsets.UTF_8), "/f"))
                .hasToString("File[content=6 bytes, target=/f]");
    }
}
