package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.symlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.whiteout;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * Layers that try to reach what lies beside their root: after each, whether it was unpacked or
 * refused, a file there is what it was. The kinds are those of the known holes of unpackers.
 */
class BreakoutsTest {

    record Attack(String name, Entries.Item... items) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> attacks() {
        String out = "../../outside";
        return Stream.of(
                new Attack("dots", file("../outside/victim", "x"), file(out + "/victim", "x")),
                new Attack("dots in the middle", file("a/../../outside/victim", "x")),
                new Attack("link to the parent", symlink("l", "../outside"), file("l/victim", "x")),
                new Attack("absolute link", symlink("l", "OUTSIDE"), file("l/victim", "x")),
                new Attack(
                        "links step by step",
                        symlink("a", ".."),
                        symlink("b", "a/outside"),
                        file("b/victim", "x")),
                new Attack(
                        "a directory becomes a link",
                        dir("d"),
                        file("d/first", ""),
                        symlink("d", "../outside"),
                        file("d/victim", "x")),
                new Attack(
                        "an upper directory becomes a link",
                        dir("d"),
                        dir("d/outside"),
                        file("d/outside/first", ""),
                        symlink("d", ".."),
                        file("d/outside/victim", "x")),
                new Attack(
                        "a link changes where it leads",
                        dir("in"),
                        symlink("l", "in"),
                        file("l/first", ""),
                        symlink("l", "../outside"),
                        file("l/victim", "x")),
                new Attack(
                        "a leaf is a link",
                        symlink("victim", "../outside/victim"),
                        file("victim", "x")),
                new Attack("a hard link out", hardlink("h", "../outside/victim"), file("h", "x")),
                new Attack("an absolute hard link", hardlink("h", "OUTSIDE/victim")),
                new Attack(
                        "a hard link through a link",
                        symlink("l", "../outside"),
                        hardlink("h", "l/victim"),
                        file("h", "x")),
                new Attack(
                        "a hard link to a link",
                        symlink("l", "../outside/victim"),
                        hardlink("h", "l"),
                        file("h", "x")),
                new Attack(
                        "a hard link as a parent",
                        symlink("l", "../outside"),
                        hardlink("h", "l"),
                        file("h/victim", "x")),
                new Attack("a whiteout with dots", whiteout("../outside/.wh.victim")),
                new Attack(
                        "a whiteout through a link",
                        symlink("l", "../outside"),
                        whiteout("l/.wh.victim")),
                new Attack(
                        "an opaque link", symlink("l", "../outside"), whiteout("l/.wh..wh..opq")),
                new Attack("a whiteout of the parent", dir("d"), whiteout("d/.wh...")),
                new Attack(
                        "a directory over a link",
                        symlink("l", "../outside"),
                        dir("l").mode(0777),
                        file("l/victim", "x")),
                new Attack("the root as a link", symlink("./", "../outside"), file("victim", "x")),
                new Attack(
                        "a link's attributes",
                        symlink("l", "../outside/victim").mode(0777).owner(5, 5).time(1, 1)),
                new Attack(
                        "links of /proc",
                        symlink("l", "/proc/self/root/OUTSIDE"),
                        file("l/victim", "x")),
                new Attack(
                        "through a link of a file that was",
                        file("a", ""),
                        symlink("a", "../outside/victim"),
                        dir("a"),
                        symlink("a/b", "../../outside"),
                        file("a/b/victim", "x")),
                new Attack(
                        "replace what is linked",
                        symlink("l", "../outside"),
                        dir("l/victim"),
                        symlink("l/victim", "x")));
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void stayInside(Attack attack) throws Exception {
        try (Workbench bench = Workbench.best()) {
            int tree = bench.directory();
            Path outside = Files.createDirectory(bench.path.resolve("outside"));
            Path victim = Files.writeString(outside.resolve("victim"), "untouched");
            FileTime time = FileTime.fromMillis(12_345_000);
            Files.setLastModifiedTime(victim, time);
            Files.setLastModifiedTime(outside, time);
            Object before = Files.readAttributes(victim, "unix:nlink,mode,uid,lastModifiedTime");

            boolean unpacked = unpack(attack, tree, outside, bench);

            assertThat(victim).hasContent("untouched");
            assertThat(Files.readAttributes(victim, "unix:nlink,mode,uid,lastModifiedTime"))
                    .isEqualTo(before);
            assertThat(Files.getLastModifiedTime(outside)).isEqualTo(time);
            try (Stream<Path> beside = Files.list(bench.path)) {
                assertThat(beside).as("unpacked: %s", unpacked).hasSize(2);
            }
        }
    }

    private static boolean unpack(Attack attack, int tree, Path outside, Workbench bench) {
        List<Entries.Item> items =
                Stream.of(attack.items()).map(item -> aim(item, outside.toString())).toList();
        try {
            LayerNotes notes = DirectoryUnpacker.unpack(Entries.layer(items), tree, bench.options);
            assertThat(TreeVerifier.compare(Entries.layer(items), tree, notes, bench.options))
                    .isEmpty();
            return true;
        } catch (ImageException refused) {
            assertThat(refused.kind()).isEqualTo(ImageException.Kind.MALFORMED_LAYER);
            return false;
        }
    }

    private static Entries.Item aim(Entries.Item item, String outside) {
        return item.link(item.entry().link().replace("OUTSIDE", outside));
    }
}
