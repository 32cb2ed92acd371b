package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

import java.util.ArrayList;
import java.util.List;

/** Images of few names, so that layers meet each other. */
final class RandomImages {
    private RandomImages() {}

    static Arbitrary<List<List<Spec>>> images() {
        return layer().list().ofMinSize(1).ofMaxSize(4);
    }

    private static Arbitrary<List<Spec>> layer() {
        return Arbitraries.frequencyOf(Tuple.of(8, spec()), Tuple.of(2, whiteout()))
                .list()
                .ofMaxSize(10);
    }

    /** What of {@code image} is taken: hard links to nothing are not. */
    static List<TestLayer> accepted(List<List<Spec>> image) {
        List<TestLayer> layers = new ArrayList<>();
        for (List<Spec> layer : image) {
            List<Spec> kept = new ArrayList<>(layer);
            List<Spec> refused = refused(layers, kept);
            while (!refused.isEmpty()) {
                Spec first = refused.getFirst();
                kept.removeIf(spec -> spec == first);
                refused = refused(layers, kept);
            }
            layers.add(new TestLayer(kept));
        }
        return layers;
    }

    private static List<Spec> refused(List<TestLayer> below, List<Spec> layer) {
        return Model.of(below).apply(layer);
    }

    private static Arbitrary<String> name() {
        return Arbitraries.of("a", "b", "c", "-", "lib", "\u00ff\u0080", "x y");
    }

    private static Arbitrary<String> path() {
        Arbitrary<String> plain =
                name().list().ofMinSize(1).ofMaxSize(3).map(names -> String.join("/", names));
        return Arbitraries.frequencyOf(
                Tuple.of(12, plain),
                Tuple.of(1, plain.map(path -> "./" + path)),
                Tuple.of(1, plain.map(path -> "/" + path)),
                Tuple.of(1, plain.map(path -> "../a/../" + path)));
    }

    private static Arbitrary<Spec> whiteout() {
        Arbitrary<String> hidden =
                Arbitraries.frequencyOf(
                        Tuple.of(4, name().map(name -> ".wh." + name)),
                        Tuple.of(2, Arbitraries.just(".wh..wh..opq")),
                        Tuple.of(1, Arbitraries.just(".wh..wh.aufs")));
        return Combinators.combine(path(), hidden, Arbitraries.integers().between(0, 3))
                .as((path, name, root) -> Spec.file(root == 0 ? name : path + "/" + name, ""));
    }

    private static Arbitrary<String> target() {
        return Arbitraries.of(
                "a", "/b", "../c", "a/b", "lib", "../../lib/a", "/", ".", "gone/a", "/a/./../b");
    }

    private static Arbitrary<Spec> spec() {
        Arbitrary<Spec> bare =
                Arbitraries.frequencyOf(
                        Tuple.of(6, path().map(path -> Spec.dir(path + "/"))),
                        Tuple.of(1, Arbitraries.of("./", "/", ".").map(Spec::dir)),
                        Tuple.of(8, Combinators.combine(path(), content()).as(Spec::file)),
                        Tuple.of(4, Combinators.combine(path(), target()).as(Spec::link)),
                        Tuple.of(4, Combinators.combine(path(), path()).as(Spec::hard)),
                        Tuple.of(1, path().map(Spec::fifo)),
                        Tuple.of(
                                1,
                                path().map(p ->
                                        Spec.device(TarEntry.Type.CHARACTER_DEVICE, p, 1, 3))),
                        Tuple.of(
                                1,
                                path().map(p ->
                                        Spec.device(TarEntry.Type.BLOCK_DEVICE, p, 259, 70_000))));
        return Combinators.combine(
                        bare,
                        Arbitraries.of(0, 0700, 0644, 0755, 04755, 01777, 07777),
                        Arbitraries.of(0L, 7L, 65_535L, 65_536L, 0xFFFF_FFFEL),
                        Arbitraries.of(0L, 1L, 1_700_000_000L, -5L, 1L << 33),
                        Arbitraries.of(0, 1, 999_999_999),
                        Arbitraries.of(
                                "",
                                "user.k",
                                "trusted.t",
                                "security.s",
                                "user.overlay.opaque",
                                "security.selinux"))
                .as((s, mode, id, seconds, nanos, key) -> {
                    Spec full = s.mode(mode).owner(id, 0xFFFF_FFFEL - id).time(seconds, nanos);
                    return key.isEmpty() || s.type() == TarEntry.Type.HARD_LINK
                            ? full
                            : full.xattr(key, "v" + mode);
                });
    }

    private static Arbitrary<byte[]> content() {
        return Arbitraries.of(0, 1, 511, 512, 513, 5000)
                .flatMap(length -> Arbitraries.bytes().map(first -> bytes(length, first)));
    }

    static byte[] bytes(int length, int first) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (first + i * 31 + i / 251);
        }
        return bytes;
    }
}
