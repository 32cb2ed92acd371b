package io.bailey.sandbox.image;

import static io.bailey.sandbox.image.Refusals.refused;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Stream;

/** The chain is that of image-spec's {@code identity/chainid_test.go}. */
class LayerTest {
    private static final Digest A = Digest.sha256("a".getBytes(US_ASCII));
    private static final Digest B = Digest.sha256("b".getBytes(US_ASCII));
    private static final Digest C = Digest.sha256("c".getBytes(US_ASCII));

    /** {@code printf 'sha256:ca97… sha256:3e23…' | sha256sum}, and so on. */
    private static final String AB =
            "sha256:51c0c8ace48498d6f5fee6b0592cc06f2da0f3cbe09c5a34a97dce85c3889676";

    private static final String ABC =
            "sha256:2fce7f8ce91bcf0a1428b36e1024639fdbd9469eea762dba98aa749631885106";

    @Test
    void chains() {
        assertThat(chainsOf()).isEmpty();
        assertThat(chainsOf(A)).containsExactly(A);
        assertThat(chainsOf(A, B)).containsExactly(A, Digest.parse(AB));
        assertThat(chainsOf(A, B, C)).containsExactly(A, Digest.parse(AB), Digest.parse(ABC));
        assertThat(Layer.chain(Layer.chain(A, B), C)).hasToString(ABC);
    }

    @Test
    void theSameLayerElsewhereIsAnotherChain() {
        assertThat(chainsOf(A, A).getLast()).isNotEqualTo(A);
        assertThat(chainsOf(B, A).getLast()).isNotEqualTo(chainsOf(A, B).getLast());
    }

    @Test
    void keepsBlobs() {
        List<Layer> layers = Layer.stack(List.of(blob(1), blob(2)), List.of(A, B));
        assertThat(layers).extracting(Layer::blob).containsExactly(blob(1), blob(2));
        assertThat(layers).extracting(Layer::diffId).containsExactly(A, B);
    }

    @Test
    void refusesUnevenOnes() {
        refused(
                ImageException.Kind.MALFORMED_DOCUMENT,
                () -> Layer.stack(List.of(blob(1)), List.of()),
                "1 layers, but 0 rootfs.diff_ids");
        refused(
                ImageException.Kind.MALFORMED_DOCUMENT,
                () -> Layer.stack(List.of(), List.of(A, B)),
                "0 layers, but 2 rootfs.diff_ids");
    }

    private static List<Digest> chainsOf(Digest... diffIds) {
        List<Descriptor> blobs = Stream.of(diffIds).map(_ -> blob(0)).toList();
        return Layer.stack(blobs, List.of(diffIds)).stream().map(Layer::chainId).toList();
    }

    private static Descriptor blob(int size) {
        return new Descriptor(MediaTypes.OCI_LAYER_GZIP, A, size);
    }
}
