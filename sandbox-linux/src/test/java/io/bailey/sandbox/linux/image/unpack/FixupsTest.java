package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.symlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.whiteout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.unpack.Workbench.Shown;
import io.bailey.sandbox.linux.testing.Power;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What only the layers below can tell; numbers are those of the rules and known differences. */
class FixupsTest {
    private final Workbench bench = Workbench.best();
    private final List<LayerTree> chain = new ArrayList<>();

    @AfterEach
    void clear() {
        bench.close();
    }

    private Map<String, Shown> shown() {
        return bench.show(chain);
    }

    @Test
    void mostLayersNeedNone() {
        assertThat(bench.stack(chain, dir("./"), dir("etc"), file("etc/a", "1"), dir("x")))
                .isFalse();
        assertThat(bench.stack(chain, dir("./"), dir("etc"), file("etc/b", "2"), whiteout(".wh.x")))
                .isFalse();
        assertThat(shown()).containsOnlyKeys("", "etc", "etc/a", "etc/b");
    }

    /** 01: an implied parent is as the layers below have it. */
    @Test
    void impliedParentsAreThoseOfTheLayersBelow() {
        Map<String, byte[]> xattrs = Map.of("user.x", "v".getBytes(StandardCharsets.UTF_8));
        bench.stack(chain, dir("./").mode(0711), dir("etc").mode(0750).owner(7, 7).xattrs(xattrs));
        assertThat(bench.stack(chain, file("etc/a", "1"), file("new/b", "2"))).isTrue();
        Shown etc = shown().get("etc");
        String owner = Power.ROOT.isPresent() ? "7:7" : etc.mode().substring(6);
        assertThat(etc.mode()).isEqualTo("40750 " + owner);
        assertThat(etc.xattrs()).containsEntry("user.x", "v");
        assertThat(etc.time()).isEqualTo(1_000_000_000_000_005L);
        assertThat(shown().get("").mode()).startsWith("40711");
        assertThat(shown().get("new").mode()).startsWith("40755");
    }

    /** 02: lib/x over lib → usr/lib is usr/lib/x. 37: lib/ replaces the link. */
    @Test
    void impliedParentsMayBeLinksBelow() {
        bench.stack(
                chain,
                dir("usr"),
                dir("usr/lib").mode(0700),
                file("usr/lib/old", "o"),
                symlink("lib", "usr/lib"));
        bench.stack(
                chain,
                file("lib/x", "1"),
                file("lib/sub/y", "2"),
                whiteout("lib/.wh.old"),
                hardlink("link", "lib/x"));
        assertThat(shown())
                .containsOnlyKeys(
                        "",
                        "lib",
                        "link",
                        "usr",
                        "usr/lib",
                        "usr/lib/sub",
                        "usr/lib/sub/y",
                        "usr/lib/x");
        assertThat(shown().get("lib").content()).isEqualTo("usr/lib");
        assertThat(shown().get("link").group()).isEqualTo(shown().get("usr/lib/x").group());
        bench.stack(chain, dir("lib"), file("lib/z", "3"));
        assertThat(shown()).containsKeys("lib/z", "usr/lib/x").doesNotContainKey("usr/lib/z");
    }

    /** 07: a hard link to a file below. 08: to one that nobody has. */
    @Test
    void hardLinksReachFilesBelow() {
        bench.stack(chain, file("a", "target").owner(3, 3).mode(0600), file("b", "other"));
        bench.stack(chain, hardlink("l", "a"), hardlink("m", "l"), hardlink("d/n", "./a"));
        assertThat(shown().get("l").content()).isEqualTo("target");
        assertThat(List.of("l", "m", "d/n"))
                .allSatisfy(name ->
                        assertThat(shown().get(name).group()).isEqualTo(shown().get("a").group()));
        bench.stack(chain, hardlink("o", "b"), file("b", "replaced"));
        assertThat(shown().get("o").content()).isEqualTo("other");
        assertThat(shown().get("b").content()).isEqualTo("replaced");
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> bench.stack(chain, hardlink("p", "nobody/has")))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.MALFORMED_LAYER))
                .withMessageContaining("nobody/has");
    }

    /** 35, 36, 41: whiteouts of nothing are neither there nor listed. */
    @Test
    void whiteoutsOfNothingAreNotSeen() {
        bench.stack(chain, whiteout(".wh.a"), dir("d"), whiteout("d/.wh.b"), whiteout("e/.wh.c"));
        assertThat(shown()).containsOnlyKeys("", "d");
        bench.stack(
                chain,
                dir("new"),
                file("new/f", ""),
                whiteout("new/.wh.x"),
                whiteout("d/.wh..wh..opq"),
                whiteout("d/.wh.y"),
                file("file", ""));
        bench.stack(chain, whiteout("file/.wh.x"), whiteout("file/sub/.wh.y"));
        assertThat(shown()).containsOnlyKeys("", "d", "new", "new/f", "file");
    }

    @Test
    void anOpaqueRootHidesAllBelow() {
        bench.stack(chain, dir("d"), file("d/old", ""), file("f", ""), dir("e"));
        bench.stack(chain, whiteout(".wh..wh..opq"), dir("d"), file("d/new", ""));
        assertThat(shown()).containsOnlyKeys("", "d", "d/new");
    }

    @Test
    void whatIsRemovedAndMadeAgainIsNew() {
        bench.stack(chain, dir("d").mode(0700), file("d/old", ""), file("d/older", ""));
        bench.stack(chain, whiteout(".wh.d"), file("d/new", ""));
        assertThat(shown()).containsOnlyKeys("", "d", "d/new");
        assertThat(shown().get("d").mode()).startsWith("40755");
    }
}
