package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.device;
import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.fifo;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.sparse;
import static io.bailey.sandbox.linux.image.unpack.Entries.symlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.whiteout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.image.tar.TarEntry.Type;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One layer as a directory; {@link Workbench#unpack} compares all of it with its entries too. */
class DirectoryUnpackerTest {
    private static final int INSIDE = FileCalls.RESOLVE_NO_SYMLINKS | FileCalls.RESOLVE_BENEATH;

    private final Workbench bench = Workbench.best();

    @AfterEach
    void clear() {
        bench.close();
    }

    private FileStat stat(LayerTree layer, String path) {
        int fd =
                bench.calls.openat2(layer.tree(), path, Linux.O_PATH | Linux.O_NOFOLLOW, 0, INSIDE);
        FileStat stat = bench.calls.fstat(fd);
        bench.calls.close(fd);
        return stat;
    }

    private void refuses(Kind kind, String why, Entries.Item... items) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> bench.unpack(items))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(kind))
                .withMessageContaining(why);
    }

    @Test
    void makesEveryKindOfFile() {
        LayerTree layer =
                bench.unpack(
                        dir("./").mode(0751),
                        dir("d/").mode(01777).time(-5, 250_000_000),
                        file("d/f", "some content").mode(04711).time(1L << 33, 999_999_999),
                        file("d/empty", ""),
                        symlink("d/s", "../nowhere"),
                        hardlink("h", "./d/f"),
                        fifo("p").mode(0640));
        assertThat(layer.notes().files()).isEqualTo(2);
        assertThat(layer.notes().directories()).isEqualTo(1);
        assertThat(layer.notes().bytes()).isEqualTo(12);
        assertThat(layer.notes().entries()).isEqualTo(7);
        assertThat(layer.notes().root()).isTrue();
        assertThat(stat(layer, "d/f").permissions()).isEqualTo(04711);
        assertThat(stat(layer, "d/f").links()).isEqualTo(2);
        assertThat(stat(layer, "d").seconds()).isEqualTo(-5);
        assertThat(stat(layer, "p").type()).isEqualTo(FileStat.FIFO);
    }

    @Test
    void givesOwnersAndKeepsSetUserId() {
        Powers.require(Power.ROOT);
        LayerTree layer =
                bench.unpack(
                        file("su", "x").mode(06755).owner(7, 8),
                        symlink("s", "su").owner(9, 9),
                        dir("d").owner(70_000, 4_000_000_000L));
        assertThat(stat(layer, "su").permissions()).isEqualTo(06755);
        assertThat(stat(layer, "su").uid()).isEqualTo(7);
        assertThat(stat(layer, "d").gid()).isEqualTo((int) 4_000_000_000L);
        refuses(Kind.MALFORMED_LAYER, "owner", file("f", "").owner(0xFFFF_FFFFL, 0));
    }

    @Test
    void makesDevicesButNoWhiteoutsOfThem() {
        Powers.require(Power.ROOT);
        LayerTree layer =
                bench.unpack(
                        device(Type.CHARACTER_DEVICE, "null", 1, 3).mode(0666),
                        device(Type.BLOCK_DEVICE, "b", 259, 70_000));
        assertThat(stat(layer, "b").minor()).isEqualTo(70_000);
        refuses(Kind.MALFORMED_LAYER, "0:0", device(Type.CHARACTER_DEVICE, "w", 0, 0));
        refuses(Kind.MALFORMED_LAYER, "no device", device(Type.BLOCK_DEVICE, "w", 1, 1 << 20));
    }

    @Test
    void leavesDevicesOutForOrdinaryUsers() {
        try (Workbench rootless = Workbench.rootless()) {
            LayerTree layer =
                    rootless.unpack(
                            device(Type.CHARACTER_DEVICE, "null", 1, 3),
                            file("f", "x").mode(0400).xattrs(xattr("user.x")),
                            dir("closed").mode(0),
                            file("closed/in", "y").mode(0));
            assertThat(layer.notes().devices()).isEqualTo(1);
        } catch (ImageException closed) {
            // The comparison cannot look into what its owner may not.
            assertThat(Power.ROOT.isPresent()).isFalse();
            assertThat(closed).hasMessageContaining("EACCES");
        }
    }

    private static Map<String, byte[]> xattr(String name) {
        return Map.of(name, "v".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsTheHolesOfSparseFiles() {
        LayerTree layer =
                bench.unpack(
                        sparse("all-hole", 5_000_000),
                        sparse("ends-in-a-hole", 1L << 33, new Extent(1 << 20, 5)),
                        sparse("two", 300_000, new Extent(0, 1), new Extent(299_999, 1)),
                        sparse("marked", 70_000, new Extent(0, 1), new Extent(70_000, 0)));
        assertThat(stat(layer, "all-hole").size()).isEqualTo(5_000_000);
        assertThat(stat(layer, "all-hole").blocks()).isZero();
        assertThat(stat(layer, "ends-in-a-hole").size()).isEqualTo(1L << 33);
        assertThat(stat(layer, "ends-in-a-hole").blocks()).isLessThan(64);
    }

    @Test
    void writesLargePieces() {
        assertThat(bench.unpack(file("f", "0123456789".repeat(100_000))).notes().bytes())
                .isEqualTo(1_000_000);
    }

    @Test
    void takesNoMarksOfOverlayAndNoLabelsFromAnArchive() {
        LayerTree layer =
                bench.unpack(
                        dir("d").xattrs(xattr("trusted.overlay.redirect")),
                        file("f", "").xattrs(xattr("user.overlay.opaque")),
                        file("g", "").xattrs(xattr("security.selinux")),
                        file("h", "").xattrs(xattr("security.ima")),
                        file("i", "").xattrs(xattr("security.evm")),
                        file("j", "").xattrs(xattr("user.mine")));
        int names = bench.calls.llistxattr(layer.tree(), "d");
        assertThat(bench.calls.text(names)).doesNotContain("overlay");
        names = bench.calls.llistxattr(layer.tree(), "g");
        assertThat(bench.calls.text(names)).doesNotContain("selinux");
        assertThat(bench.calls.lgetxattr(layer.tree(), "j", "user.mine")).isEqualTo(1);
    }

    /** user.* belongs to files and directories alone: xattr(7). */
    @Test
    void countsAttributesThatCannotBe() {
        LayerTree layer =
                bench.unpack(
                        symlink("s", "x").xattrs(xattr("user.a")),
                        file("f", "").xattrs(xattr("nonsense.a")));
        assertThat(layer.notes().attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of("user.a", 1L, "nonsense.a", 1L));
    }

    @Test
    void capabilitiesSurviveTheOwner() {
        Powers.require(Power.ROOT);
        byte[] capability = new byte[20];
        capability[3] = 2;
        capability[5] = 0x20;
        LayerTree layer =
                bench.unpack(
                        file("ping", "x")
                                .owner(5, 5)
                                .mode(0755)
                                .xattrs(Map.of("security.capability", capability)));
        assertThat(bench.calls.lgetxattr(layer.tree(), "ping", "security.capability"))
                .isEqualTo(20);
    }

    @Test
    void theLastOfSeveralEntriesWins() {
        LayerTree layer =
                bench.unpack(
                        file("a", "first"),
                        hardlink("b", "a"),
                        file("a", "second"),
                        dir("d").mode(0700),
                        file("d/x", "1"),
                        dir("d").mode(0711),
                        symlink("s", "d"),
                        dir("s"),
                        file("s/y", "in s"),
                        dir("e"),
                        dir("e/e"),
                        file("e/e/e", ""),
                        file("e", "now a file"),
                        fifo("p"),
                        fifo("p"));
        assertThat(stat(layer, "a").links()).isEqualTo(1);
        assertThat(stat(layer, "d").permissions()).isEqualTo(0711);
        assertThat(layer.notes().directories()).isEqualTo(2);
    }

    @Test
    void namesArePathsInTheRoot() {
        LayerTree layer =
                bench.unpack(
                        file("/abs", ""),
                        file("../../up", ""),
                        file("./a/.//b/../c/", ""),
                        file("a/d/..", "odd").mode(0600),
                        file("\u00e4\u00ff\n", "raw bytes"));
        assertThat(layer.notes().implied()).isEmpty();
        assertThat(stat(layer, "up").exists()).isTrue();
    }

    @Test
    void linkedParentsLeadWithinTheRoot() {
        LayerTree layer =
                bench.unpack(
                        dir("usr"),
                        dir("usr/lib"),
                        symlink("lib", "usr/lib"),
                        file("lib/x", "1"),
                        symlink("abs", "/usr"),
                        file("abs/y", "2"),
                        symlink("usr/up", "../../../../etc"),
                        file("usr/up/passwd", "ours"),
                        symlink("dangling", "no/where"),
                        file("dangling/z", "3"),
                        hardlink("l", "lib/x"));
        assertThat(stat(layer, "usr/lib/x").links()).isEqualTo(2);
        assertThat(stat(layer, "usr/y").exists()).isTrue();
        assertThat(stat(layer, "etc/passwd").size()).isEqualTo(4);
        assertThat(layer.notes().implied()).containsExactly("etc", "no", "no/where");
    }

    @Test
    void linksInCirclesAreRefused() {
        refuses(Kind.MALFORMED_LAYER, "a", symlink("a", "b"), symlink("b", "a"), file("a/x", ""));
        refuses(Kind.MALFORMED_LAYER, "f", file("f", ""), file("f/x", ""));
    }

    @Test
    void whiteoutsRemoveNothingOfTheirOwnLayer() {
        LayerTree layer =
                bench.unpack(
                        whiteout(".wh.gone"),
                        whiteout(".wh.a"),
                        file("a", "added"),
                        dir("d"),
                        file("d/x", "added"),
                        whiteout(".wh.d"),
                        whiteout("d/.wh.y"),
                        dir("o"),
                        file("o/x", ""),
                        whiteout("o/.wh..wh..opq"),
                        whiteout("o/.wh.y"),
                        whiteout("p/.wh..wh..plnk/1.2"),
                        whiteout(".wh..wh.aufs"));
        assertThat(layer.notes().whiteouts()).containsExactly("gone");
        assertThat(layer.notes().opaque()).containsExactly("d", "o");
        assertThat(layer.notes().implied()).isEmpty();
        assertThat(stat(layer, "gone").isWhiteout()).isTrue();
        assertThat(stat(layer, "d").isWhiteout()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh.", "a/.wh.", ".wh..", ".wh...", ".wh.a/b", "x/.wh.a/b"})
    void whiteoutsOfNothingAreRefused(String name) {
        refuses(Kind.MALFORMED_LAYER, "whiteout", dir("a"), file(name, ""));
    }

    @Test
    void theRootIsADirectory() {
        refuses(Kind.MALFORMED_LAYER, "root", file("./", ""));
        refuses(Kind.MALFORMED_LAYER, "root", symlink("a/..", "/etc"));
        refuses(Kind.MALFORMED_LAYER, "root", hardlink("a", "/"));
    }

    @Test
    void hardLinksToLowerLayersAreNoted() {
        LayerTree layer =
                bench.unpack(
                        hardlink("d/a", "etc/passwd"),
                        hardlink("d/b", "d/a"),
                        hardlink("gone", "etc/x"),
                        file("gone", "replaced"),
                        dir("e"),
                        hardlink("e/y", "nothing"),
                        symlink("e", "nowhere"),
                        file("f", "one"),
                        hardlink("f", "f"));
        assertThat(layer.notes().links())
                .containsExactly(
                        new LayerNotes.Link("d/a", "etc/passwd"),
                        new LayerNotes.Link("d/b", "d/a"));
        refuses(Kind.MALFORMED_LAYER, "directory", dir("d"), hardlink("h", "d"));
    }

    @Test
    void limitsHold() {
        ImageLimits small =
                new ImageLimits(
                        1, 3, MemorySize.of(100), 10, 2, MemorySize.of(100), MemorySize.of(100));
        UnpackOptions options = new UnpackOptions(bench.options.powers(), small);
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() ->
                        DirectoryUnpacker.unpack(
                                Entries.layer(dir("a"), dir("b"), dir("c"), dir("d")),
                                bench.directory(),
                                options))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT_EXCEEDED));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() ->
                        DirectoryUnpacker.unpack(
                                Entries.layer(file("a/b/c/d", "")), bench.directory(), options))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT_EXCEEDED));
    }

    @Test
    void moreDirectoriesThanDescriptors() {
        List<Entries.Item> items = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 200; i++) {
                items.add(file("a" + i + "/b/c/f" + round, "x"));
            }
        }
        items.add(file("d/".repeat(300) + "f", "deep"));
        items.add(hardlink("h", "d/".repeat(300) + "f"));
        OpenFiles open = OpenFiles.now();
        LayerTree layer = bench.unpack(items);
        assertThat(open.more()).as("the tree alone").hasSize(1);
        assertThat(layer.notes().directories()).isEqualTo(900);
        assertThat(stat(layer, "h").links()).isEqualTo(2);
    }

    /** What is made in it meanwhile must not inherit a group or a list from where the store is. */
    @Test
    void theTargetsOwnAttributesAreNotInherited() {
        int tree = bench.directory();
        assertThat(bench.calls.fchmod(tree, 02777)).isZero();
        LayerNotes notes =
                DirectoryUnpacker.unpack(Entries.layer(file("d/f", "")), tree, bench.options);
        LayerTree layer = new LayerTree(tree, notes);
        assertThat(stat(layer, "d").permissions()).isEqualTo(0755);
        assertThat(bench.calls.stat(tree, ".").permissions()).isEqualTo(0755);
    }
}
