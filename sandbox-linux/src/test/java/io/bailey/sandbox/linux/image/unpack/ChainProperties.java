package io.bailey.sandbox.linux.image.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.tar.TarEntry.Type;
import io.bailey.sandbox.linux.image.unpack.ModelTree.Meaningless;
import io.bailey.sandbox.linux.testing.Power;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Layers that were unpacked one by one and mended show together what they show when they are
 * applied one after another to a single tree.
 */
class ChainProperties {
    private static final int SHUFFLES = 6;

    /**
     * The same images at each build: an image that names one place in two ways, and that {@link
     * #isTwofold} does not know for one, is found once in some thousands. Take it away to look for
     * more.
     */
    private static final String SEED = "20261126";

    private static final String OPAQUE = "/.wh..wh..opq";

    @Provide
    Arbitrary<List<List<Entries.Item>>> images() {
        return layer().list().ofMinSize(1).ofMaxSize(4);
    }

    private static Arbitrary<List<Entries.Item>> layer() {
        return item().list().ofMinSize(1).ofMaxSize(7);
    }

    private static Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "lib")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(PathNames::join);
    }

    private static Arbitrary<Entries.Item> item() {
        Arbitrary<Entries.Item> made =
                Arbitraries.frequencyOf(
                        Tuple.of(4, files()),
                        Tuple.of(3, paths().map(Entries::dir)),
                        Tuple.of(2, symlinks()),
                        Tuple.of(2, hardlinks()),
                        Tuple.of(2, paths().map(ChainProperties::whiteout)),
                        Tuple.of(1, paths().map(path -> Entries.whiteout(path + "/.wh..wh..opq"))),
                        Tuple.of(1, Arbitraries.just(Entries.dir("./"))));
        return Combinators.combine(
                        made,
                        Arbitraries.of(0755, 0700, 0111, 0),
                        Arbitraries.integers().between(-5, 5),
                        Arbitraries.integers().between(0, 2))
                .as((item, mode, time, owner) ->
                        (item.entry().type() == Type.DIRECTORY ? item.mode(mode) : item)
                                .time(time, 7)
                                .owner(owner, owner));
    }

    private static Arbitrary<Entries.Item> files() {
        return Combinators.combine(paths(), Arbitraries.of("", "1", "22", "333", "4444"))
                .as(Entries::file);
    }

    private static Arbitrary<Entries.Item> symlinks() {
        return Combinators.combine(
                        paths(), Arbitraries.of("a", "b", "lib", "../b", "/a", "a/b", "/lib/a"))
                .as(Entries::symlink);
    }

    private static Arbitrary<Entries.Item> hardlinks() {
        return Combinators.combine(paths(), paths()).as(Entries::hardlink);
    }

    private static Entries.Item whiteout(String path) {
        return Entries.whiteout(
                PathNames.child(PathNames.parent(path), ".wh." + PathNames.leaf(path)));
    }

    @Property(tries = 1000, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void chainsShowWhatTheirLayersMean(@ForAll("images") List<List<Entries.Item>> image)
            throws Exception {
        check(image, Workbench.best());
    }

    @Property(tries = 400, seed = SEED, edgeCases = EdgeCasesMode.NONE)
    void soTheyDoForOrdinaryUsers(@ForAll("images") List<List<Entries.Item>> image)
            throws Exception {
        check(image, Workbench.rootless());
    }

    /** An ordinary user cannot compare what it must not read. */
    private static List<Entries.Item> readable(List<Entries.Item> layer) {
        return Power.ROOT.isPresent()
                ? layer
                : layer.stream().map(item -> item.mode(item.entry().mode() | 0700)).toList();
    }

    private static void check(List<List<Entries.Item>> image, Workbench bench) throws Exception {
        List<List<Entries.Item>> layers = new ArrayList<>();
        for (List<Entries.Item> layer : image) {
            List<Entries.Item> clear = clear(layers, readable(layer), bench.options.isPrivileged());
            if (!clear.isEmpty()) {
                layers.add(clear);
            }
        }
        try (bench) {
            List<LayerTree> chain = new ArrayList<>();
            boolean mended = false;
            for (List<Entries.Item> layer : layers) {
                mended |= bench.stack(chain, layer);
            }
            Statistics.label("layers that mean something").collect(layers.size());
            Statistics.label("mended").collect(mended);
            if (!layers.isEmpty()) {
                Map<String, Workbench.Shown> model =
                        new ModelTree(bench.options.isPrivileged()).copy(layers).show();
                assertThat(bench.show(chain)).as("%s%n%s", layers, chain).isEqualTo(model);
            }
        }
    }

    /** As much of a layer as means something. */
    private static List<Entries.Item> clear(
            List<List<Entries.Item>> below, List<Entries.Item> layer, boolean owners) {
        List<Entries.Item> clear = List.of();
        for (Entries.Item item : layer) {
            List<Entries.Item> more = new ArrayList<>(clear);
            more.add(item);
            clear = isClear(below, sorted(more), owners) ? sorted(more) : clear;
        }
        return clear;
    }

    /** As writers of archives do it: directories before what lies in them, hard links last. */
    private static List<Entries.Item> sorted(List<Entries.Item> layer) {
        List<Entries.Item> sorted = new ArrayList<>(layer);
        sorted.sort(
                Comparator.comparing((Entries.Item item) -> item.entry().type() == Type.HARD_LINK)
                        .thenComparing(item -> item.entry().name()));
        return sorted;
    }

    /**
     * Does the layer mean the same in whatever order? One whose entries undo each other means
     * nothing by the specification, and each tool does something else.
     */
    private static boolean isClear(
            List<List<Entries.Item>> below, List<Entries.Item> layer, boolean owners) {
        if (layer.stream().map(item -> PathNames.clean(item.entry().name())).distinct().count()
                        != layer.size()
                || layer.stream().anyMatch(item -> isInTheWay(item, layer))) {
            return false;
        }
        try {
            ModelTree tree = new ModelTree(owners).copy(below);
            if (layer.stream().anyMatch(mark -> isTwofold(mark, layer, tree))) {
                return false;
            }
            Map<String, Workbench.Shown> first = applied(below, layer, owners, false);
            Random random = new Random(layer.size());
            for (int i = 0; i < SHUFFLES; i++) {
                List<Entries.Item> shuffled = new ArrayList<>(layer);
                Collections.shuffle(shuffled, random);
                shuffled.sort(Comparator.comparing(item -> item.entry().type() == Type.HARD_LINK));
                if (!applied(below, shuffled, owners, i % 2 == 0).equals(first)) {
                    return false;
                }
            }
            return true;
        } catch (Meaningless nothing) {
            return false;
        }
    }

    /**
     * Does it name, by way of a link of a lower layer, what the layer names in another way too? No
     * tool writes that: names are those that a tree really had.
     */
    private static boolean isTwofold(Entries.Item item, List<Entries.Item> layer, ModelTree below) {
        String raw = PathNames.join(named(item));
        String place = place(item, below);
        if (!place.equals(raw) && areRelated(place, raw)) {
            return true;
        }
        return layer.stream()
                .anyMatch(other ->
                        areRelated(place, place(other, below))
                                && !areRelated(raw, PathNames.join(named(other))));
    }

    /** Where it is. An opaque directory may be a link: what it leads to is. */
    private static String place(Entries.Item item, ModelTree below) {
        List<String> path = named(item);
        if (!item.entry().name().endsWith(OPAQUE)) {
            return below.where(path);
        }
        path.add("*");
        return PathNames.parent(below.where(path));
    }

    private static boolean areRelated(String one, String other) {
        return (one + "/").startsWith(other + "/") || (other + "/").startsWith(one + "/");
    }

    /** What an entry is about: a mark, of what it removes. */
    private static List<String> named(Entries.Item item) {
        List<String> path = PathNames.clean(item.entry().name().replace(OPAQUE, ""));
        if (path.isEmpty()) {
            return new ArrayList<>(List.of(""));
        }
        path.addLast(path.removeLast().replace(".wh.", ""));
        return path;
    }

    /** Is it no directory, and something else of the layer lies in it? */
    private static boolean isInTheWay(Entries.Item item, List<Entries.Item> layer) {
        Type type = item.entry().type();
        return (type == Type.FILE || type == Type.HARD_LINK)
                && layer.stream()
                        .anyMatch(other ->
                                other.entry().name().startsWith(item.entry().name() + "/"));
    }

    private static Map<String, Workbench.Shown> applied(
            List<List<Entries.Item>> below,
            List<Entries.Item> layer,
            boolean owners,
            boolean marksFirst)
            throws Meaningless {
        ModelTree tree = new ModelTree(owners).copy(below);
        tree.apply(layer, marksFirst);
        return tree.show();
    }
}
