package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;

/** The rules of a correct unpacker, one by one. */
class MergedTreeTest {
    private static final String PLAIN = "100644 ×1 0:0 @1000000.0 [] ";

    private static SortedMap<String, String> merged(TestLayer... layers) {
        return merged(ImageLimits.standard(), layers);
    }

    private static SortedMap<String, String> merged(ImageLimits limits, TestLayer... layers) {
        MergedTree tree = new MergedTree(limits);
        for (TestLayer layer : layers) {
            tree.apply(tree.layers(), layer.entries());
        }
        return MergedLines.of(tree);
    }

    private static TestLayer layer(Spec... specs) {
        return TestLayer.of(specs);
    }

    private static void refused(Kind kind, String why, TestLayer... layers) {
        assertThatThrownBy(() -> merged(layers))
                .isInstanceOfSatisfying(
                        ImageException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(kind);
                            assertThat(e).hasMessageContaining(why).hasMessageContaining("entry ");
                        });
    }

    private static void malformed(String why, TestLayer... layers) {
        refused(Kind.MALFORMED_LAYER, why, layers);
    }

    @Test
    void noLayersAreAnEmptyRoot() {
        assertThat(merged()).containsExactly(Map.entry("", "40755 ×2 0:0 @0.0 [] "));
        assertThat(merged(layer(), layer())).hasSize(1);
    }

    @Nested
    class Replacing {
        @Test
        void aFileReplacesADirectoryAndAllInIt() {
            assertThat(
                            merged(
                                    layer(Spec.dir("a"), Spec.file("a/b", "")),
                                    layer(Spec.file("a", ""))))
                    .containsEntry("a", PLAIN + "a")
                    .doesNotContainKey("a/b");
        }

        @Test
        void aDirectoryReplacesAFile() {
            assertThat(
                            merged(
                                    layer(Spec.file("a", "")),
                                    layer(Spec.dir("a"), Spec.file("a/b", ""))))
                    .containsKeys("a/b");
        }

        @Test
        void aDirectoryOverADirectoryKeepsWhatIsInItAndReplacesItsAttributes() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("a").xattr("user.old", "1"),
                                            Spec.file("a/b", "")),
                                    layer(
                                            Spec.dir("a")
                                                    .mode(0700)
                                                    .owner(7, 8)
                                                    .xattr("user.new", "2"))))
                    .containsEntry("a", "40700 ×2 7:8 @1000000.0 [] a user.new=32")
                    .containsKey("a/b");
        }

        @Test
        void ofDuplicatesTheLastWins() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.file("a", "").mode(0600),
                                            Spec.file("./a", "").mode(0640))))
                    .containsEntry("a", "100640 ×1 0:0 @1000000.0 [] a");
        }

        @ParameterizedTest
        @ValueSource(strings = {"./", ".", "/", "", "a/.."})
        void theRootsEntryDescribesTheRoot(String root) {
            assertThat(merged(layer(Spec.dir(root).mode(0711).owner(5, 6))))
                    .containsEntry("", "40711 ×2 5:6 @1000000.0 [] ");
        }

        @Test
        void theRootIsADirectory() {
            malformed("must be a directory", layer(Spec.file("./", "")));
            malformed("must be a directory", layer(Spec.link("/", "a")));
        }

        @Test
        void aLinkReplacedByADirectoryIsNoLongerALink() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("usr"),
                                            Spec.dir("usr/lib"),
                                            Spec.link("lib", "usr/lib")),
                                    layer(Spec.dir("lib"), Spec.file("lib/x", ""))))
                    .containsKeys("lib/x", "usr/lib")
                    .doesNotContainKey("usr/lib/x");
        }
    }

    @Nested
    class Whiteout {
        private final TestLayer below =
                layer(Spec.dir("d"), Spec.file("d/a", ""), Spec.dir("d/e"), Spec.file("d/e/b", ""));

        @Test
        void hidesAFileAndADirectory() {
            assertThat(merged(below, layer(Spec.file("d/.wh.a", ""), Spec.file("d/.wh.e", ""))))
                    .containsOnlyKeys("", "d");
        }

        @Test
        void hidesNothingOfItsOwnLayerWhereverItStands() {
            TestLayer before =
                    layer(Spec.file("d/.wh.e", ""), Spec.dir("d/e"), Spec.file("d/e/new", ""));
            TestLayer after =
                    layer(Spec.dir("d/e"), Spec.file("d/e/new", ""), Spec.file("d/.wh.e", ""));
            assertThat(merged(below, before)).containsOnlyKeys("", "d", "d/a", "d/e", "d/e/new");
            assertThat(merged(below, after)).isEqualTo(merged(below, before));
        }

        @Test
        void opaqueHidesAllBelowAndNothingOfItsOwnLayer() {
            assertThat(
                            merged(
                                    below,
                                    layer(Spec.file("d/new", ""), Spec.file("d/.wh..wh..opq", ""))))
                    .containsOnlyKeys("", "d", "d/new");
        }

        @Test
        void anOpaqueDirectoryKeepsItsAttributesUnlessTheyAreReplaced() {
            TestLayer owned = layer(Spec.dir("d").owner(7, 7), Spec.file("d/a", ""));
            assertThat(merged(owned, layer(Spec.file("d/.wh..wh..opq", ""))))
                    .containsEntry("d", "40755 ×2 7:7 @1000000.0 [] d");
        }

        @Test
        void opaqueInTheRootHidesAll() {
            assertThat(merged(below, layer(Spec.file(".wh..wh..opq", "")))).containsOnlyKeys("");
        }

        @Test
        void aDirectoryHiddenAndImpliedAgainIsANewOne() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("d").mode(0700).owner(7, 7),
                                            Spec.file("d/a", "")),
                                    layer(Spec.file("d/b", ""), Spec.file(".wh.d", ""))))
                    .containsEntry("d", "40755 ×2 0:0 @0.0 [] d")
                    .containsOnlyKeys("", "d", "d/b");
        }

        @ParameterizedTest
        @ValueSource(strings = {".wh.", "d/.wh.", ".wh..", ".wh..."})
        void ofNothingIsRefused(String name) {
            malformed("a whiteout of nothing", layer(Spec.file(name, "")));
            malformed("a whiteout of nothing", below, layer(Spec.file(name, "")));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"d/.wh..wh.plnk", ".wh..wh.aufs", ".wh..wh.plnk/7.8", "d/.wh..wh..opqx"})
        void bookkeepingOfAufsIsIgnored(String name) {
            assertThat(merged(below, layer(Spec.file(name, "")))).isEqualTo(merged(below));
        }

        @ParameterizedTest
        @ValueSource(strings = {"gone/.wh.a", "d/a/.wh.b", "gone/.wh..wh..opq", ".wh.gone"})
        void ofWhatIsNotThereHidesNothing(String name) {
            assertThat(merged(below, layer(Spec.file(name, "")))).isEqualTo(merged(below));
        }

        @Test
        void inTheLowestLayerHidesNothing() {
            assertThat(merged(layer(Spec.file("a", ""), Spec.file(".wh.a", "")))).containsKey("a");
        }

        @Test
        void ofWhatWasHiddenHidesNoneOfTheNextLayer() {
            assertThat(merged(below, layer(Spec.file(".wh.d", "")), layer(Spec.file("d/z", ""))))
                    .containsOnlyKeys("", "d", "d/z");
        }

        @Test
        void inADirectoryThatReplacesALinkSparesWhereTheLinkLed() {
            TestLayer linked =
                    layer(Spec.dir("usr"), Spec.file("usr/a", ""), Spec.link("lib", "usr"));
            Spec opaque = Spec.file("lib/.wh..wh..opq", "");
            assertThat(merged(linked, layer(Spec.dir("lib"), opaque))).containsKey("usr/a");
            assertThat(merged(linked, layer(opaque, Spec.dir("lib")))).containsKey("usr/a");
            assertThat(merged(linked, layer(opaque))).doesNotContainKey("usr/a");
        }

        @Test
        void followsLinksOnItsWay() {
            TestLayer linked =
                    layer(Spec.dir("usr"), Spec.file("usr/a", ""), Spec.link("lib", "/usr"));
            assertThat(merged(linked, layer(Spec.file("lib/.wh.a", ""))))
                    .containsOnlyKeys("", "usr", "lib");
        }
    }

    @Nested
    class Parents {
        @Test
        void thatAreNotDescribedKeepWhatTheyHaveBelow() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("etc")
                                                    .mode(0750)
                                                    .owner(7, 7)
                                                    .xattr("user.a", "b")),
                                    layer(Spec.file("etc/x", ""))))
                    .containsEntry("etc", "40750 ×2 7:7 @1000000.0 [] etc user.a=62");
        }

        @Test
        void thatAreNowhereAreRootsAndAsOldAsTime() {
            assertThat(merged(layer(Spec.file("a/b/c", ""))))
                    .containsEntry("a", "40755 ×3 0:0 @0.0 [] a")
                    .containsEntry("a/b", "40755 ×2 0:0 @0.0 [] a/b");
        }

        @Test
        void thatAreLinksLeadWhereTheyLead() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("usr"),
                                            Spec.dir("usr/lib"),
                                            Spec.link("lib", "usr/lib")),
                                    layer(Spec.file("lib/x", ""))))
                    .containsKey("usr/lib/x")
                    .hasEntrySatisfying("lib", line -> assertThat(line).startsWith("120777"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"../../../usr", "/../usr", "/usr", "usr/.", "usr/gone/.."})
        void thatAreLinksNeverLeadOutOfTheRoot(String target) {
            assertThat(merged(layer(Spec.dir("usr"), Spec.link("l", target), Spec.file("l/x", ""))))
                    .containsKey("usr/x");
        }

        @Test
        void thatAreLinksToNothingMakeIt() {
            assertThat(merged(layer(Spec.link("l", "new/dir"), Spec.file("l/x", ""))))
                    .containsKey("new/dir/x");
        }

        @Test
        void thatAreFilesBecomeDirectories() {
            assertThat(merged(layer(Spec.file("a", "")), layer(Spec.file("a/b", ""))))
                    .containsKey("a/b");
        }

        @Test
        void thatLeadInCirclesAreRefused() {
            malformed(
                    "too many symbolic links",
                    layer(Spec.link("a", "b"), Spec.link("b", "a"), Spec.file("a/x", "")));
        }

        @Test
        void mayBeFortyLinksAndNoMore() {
            Spec[] chain = new Spec[42];
            for (int i = 0; i < 41; i++) {
                chain[i] = Spec.link("l" + i, i == 0 ? "end" : "l" + (i - 1));
            }
            chain[41] = Spec.file("l39/x", "");
            assertThat(merged(layer(chain))).containsKey("end/x");
            chain[41] = Spec.file("l40/x", "");
            malformed("too many symbolic links", layer(chain));
        }
    }

    @Nested
    class Paths {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/a/b",
                    "./a/b",
                    "../a/b",
                    "../../a/b",
                    "a//b",
                    "a/./b",
                    "a/c/../b",
                    "/../a/../a/b"
                })
        void stayWithinTheRoot(String path) {
            assertThat(merged(layer(Spec.file(path, "")))).containsOnlyKeys("", "a", "a/b");
        }

        @Test
        void areBytes() {
            assertThat(merged(layer(Spec.file("\u00ff\u0001", "")))).containsKey("\u00ff\u0001");
        }

        @Test
        void haveNoNulAndNoNameOfOver255Bytes() {
            malformed("NUL", layer(Spec.file("a\0b", "")));
            malformed("255", layer(Spec.file("x".repeat(256), "")));
            malformed("255", layer(Spec.file("x".repeat(256) + "/y", "")));
            malformed("255", layer(Spec.link("l", "x".repeat(256)), Spec.file("l/y", "")));
            assertThat(merged(layer(Spec.file("x".repeat(255), "")))).hasSize(2);
        }
    }

    @Nested
    class HardLinks {
        @Test
        void areNamesOfOneFile() {
            assertThat(merged(layer(Spec.file("a", ""), Spec.hard("b", "./a"))))
                    .containsEntry("b", "100644 ×2 0:0 @1000000.0 [] a");
        }

        @Test
        void mayBeToALowerLayerAndOutliveItsName() {
            assertThat(
                            merged(
                                    layer(Spec.file("a", "").mode(0600)),
                                    layer(Spec.hard("b", "/a")),
                                    layer(Spec.file(".wh.a", ""))))
                    .containsEntry("b", "100600 ×1 0:0 @1000000.0 [] b");
        }

        @Test
        void keepTheOldFileWhenItsOtherNameIsReplaced() {
            assertThat(
                            merged(
                                    layer(Spec.file("a", "").mode(0600), Spec.hard("b", "a")),
                                    layer(Spec.file("a", "").mode(0640))))
                    .containsEntry("a", "100640 ×1 0:0 @1000000.0 [] a")
                    .containsEntry("b", "100600 ×1 0:0 @1000000.0 [] b");
        }

        @Test
        void toALinkAreNotFollowed() {
            assertThat(merged(layer(Spec.file("f", ""), Spec.link("l", "f"), Spec.hard("h", "l"))))
                    .containsEntry("h", "120777 ×2 0:0 @1000000.0 [f] h");
        }

        @Test
        void findTheirTargetOverLinksWithinTheRoot() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.dir("usr"),
                                            Spec.file("usr/f", ""),
                                            Spec.link("l", "../../usr"),
                                            Spec.hard("h", "../l/f"))))
                    .containsEntry("h", "100644 ×2 0:0 @1000000.0 [] h");
        }

        @Test
        void toThemselvesChangeNothing() {
            assertThat(merged(layer(Spec.file("a", ""), Spec.hard("a", "a"))))
                    .containsEntry("a", PLAIN + "a");
        }

        @ParameterizedTest
        @ValueSource(strings = {"gone", "../etc/passwd", "later", "f/x", "hidden"})
        void toNothingAreRefused(String target) {
            malformed(
                    "a hard link to what is not there",
                    layer(Spec.file("f", ""), Spec.file("hidden", "")),
                    layer(
                            Spec.hard("h", target),
                            Spec.file("later", ""),
                            Spec.file(".wh.hidden", "")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"d", "/", ".", ""})
        void toDirectoriesAreRefused(String target) {
            malformed("a hard link to", layer(Spec.dir("d"), Spec.hard("h", target)));
        }
    }

    @Nested
    class What {
        @Test
        void overlayAndTheSecurityModulesObeyIsLeftOut() {
            Spec f =
                    Spec.dir("d")
                            .xattr("trusted.overlay.opaque", "y")
                            .xattr("trusted.overlay.redirect", "/etc")
                            .xattr("user.overlay.opaque", "y")
                            .xattr("security.selinux", "s")
                            .xattr("security.ima", "i")
                            .xattr("security.evm", "e")
                            .xattr("user.kept", "1")
                            .xattr("security.capability", "2")
                            .xattr("trusted.kept", "3");
            assertThat(merged(layer(f)).get("d"))
                    .endsWith("] d security.capability=32 trusted.kept=33 user.kept=31");
        }

        @Test
        void noKernelWouldTakeIsLeftOut() {
            assertThat(
                            merged(
                                    layer(
                                            Spec.link("l", "x").xattr("user.a", "b"),
                                            Spec.fifo("f").xattr("user.a", "b"),
                                            Spec.file("e", "")
                                                    .xattr("system.posix_acl_default", "x")
                                                    .xattr("com.apple.x", "y")
                                                    .xattr("user.", "z"))))
                    .doesNotContainValue("user.")
                    .containsEntry("e", PLAIN + "e")
                    .containsEntry("l", "120777 ×1 0:0 @1000000.0 [x] l")
                    .containsEntry("f", "10644 ×1 0:0 @1000000.0 [] f");
        }

        @Test
        void anAccessControlListIsNotIsRefused() {
            byte[] acl = {2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1};
            assertThat(merged(layer(Spec.dir("d").xattr("system.posix_acl_default", acl))))
                    .hasSize(2);
            malformed(
                    "no access control list",
                    layer(Spec.dir("d").xattr("system.posix_acl_default", Arrays.copyOf(acl, 11))));
            malformed(
                    "no access control list",
                    layer(Spec.dir("d").xattr("system.posix_acl_access", "xxxx")));
        }

        @Test
        void attributesAreTooLargeIsRefused() {
            refused(
                    Kind.LIMIT_EXCEEDED,
                    "65535",
                    layer(Spec.file("f", "").xattr("user.a", new byte[65_536])));
            Spec many = Spec.file("f", "");
            for (int i = 0; i < 5; i++) {
                many = many.xattr("user." + i, new byte[60_000]);
            }
            refused(Kind.LIMIT_EXCEEDED, "extended attributes", layer(many));
        }

        @Test
        void overlaysHideFilesWithIsRefused() {
            malformed("0:0", layer(Spec.device(TarEntry.Type.CHARACTER_DEVICE, "d", 0, 0)));
            assertThat(merged(layer(Spec.device(TarEntry.Type.BLOCK_DEVICE, "d", 0, 0))))
                    .hasSize(2);
        }

        @Test
        void doesNotFitAnInodeIsRefused() {
            malformed(
                    "no such device",
                    layer(Spec.device(TarEntry.Type.BLOCK_DEVICE, "d", 0x1000, 0)));
            malformed(
                    "no such device",
                    layer(Spec.device(TarEntry.Type.BLOCK_DEVICE, "d", 1, 0x100000)));
            malformed("no such user", layer(Spec.file("f", "").owner(0xFFFF_FFFFL, 0)));
            malformed("no such user", layer(Spec.file("f", "").owner(0, -1)));
            malformed("nanoseconds", layer(Spec.file("f", "").time(0, 1_000_000_000)));
        }

        @Test
        void linksCannotSayIsRefused() {
            malformed("target", layer(Spec.link("l", "")));
            malformed("target", layer(Spec.link("l", "a\0b")));
            malformed("target", layer(Spec.link("l", "x".repeat(4096))));
        }

        @Test
        void sparseFilesCannotBeIsRefused() {
            byte[] ten = new byte[10];
            malformed("sparse", layer(Spec.sparse("s", 9, ten, new Extent(0, 10))));
            malformed(
                    "sparse", layer(Spec.sparse("s", 99, ten, new Extent(5, 5), new Extent(0, 5))));
            malformed(
                    "sparse", layer(Spec.sparse("s", 99, ten, new Extent(0, 6), new Extent(5, 4))));
            malformed("sparse", layer(Spec.sparse("s", 99, ten, new Extent(Long.MAX_VALUE, 6))));
            malformed("sparse", layer(Spec.sparse("s", 99, ten, new Extent(0, -1))));
        }
    }

    @Nested
    class Limits {
        private final ImageLimits small =
                new ImageLimits(
                        2, 5, MemorySize.of(1 << 20), 100, 3, MemorySize.of(99), MemorySize.of(99));

        private void exceeded(String why, TestLayer... layers) {
            assertThatThrownBy(() -> merged(small, layers))
                    .isInstanceOfSatisfying(
                            ImageException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT_EXCEEDED))
                    .hasMessageContaining(why);
        }

        @Test
        void areOfDepth() {
            assertThat(merged(small, layer(Spec.file("a/b/c/d", "")))).hasSize(5);
            exceeded("3 directories deep", layer(Spec.file("a/b/c/d/e", "")));
            exceeded(
                    "3 directories deep",
                    layer(Spec.dir("a/b/c")),
                    layer(Spec.link("l", "a/b/c"), Spec.file("l/d/e", "")));
        }

        @Test
        void areOfEntriesAndOfTheDirectoriesTheyImply() {
            Spec f = Spec.file("f", "");
            assertThat(merged(small, layer(f, f, f, f, f), layer(f, f, f, f, f))).hasSize(2);
            exceeded("5 entries", layer(f, f, f, f, f, f));
            exceeded("5 entries", layer(f, f, f, Spec.file("a/b", ""), f));
            exceeded("5 entries", layer(f), layer(f, f, f, Spec.file("a/b", ""), f));
        }

        @Test
        void areOfLayers() {
            exceeded("2 layers", layer(), layer(), layer());
        }
    }
}
