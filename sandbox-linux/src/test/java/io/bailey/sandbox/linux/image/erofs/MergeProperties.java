package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.List;

/** However layers meet, the tree is what the specification says in other words. */
class MergeProperties {
    @Provide
    Arbitrary<List<List<Spec>>> images() {
        return RandomImages.images();
    }

    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void aTreeIsAsTheModelHasIt(@ForAll("images") List<List<Spec>> image) {
        List<TestLayer> layers = RandomImages.accepted(image);
        MergedTree tree = new MergedTree(ImageLimits.standard());
        layers.forEach(layer -> tree.apply(tree.layers(), layer.entries()));
        assertThat(MergedLines.of(tree))
                .isEqualTo(MergedLines.withoutContent(Model.of(layers).lines()));
    }

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void whatTheModelRefusesIsRefused(@ForAll("images") List<List<Spec>> image) {
        Model model = new Model();
        MergedTree tree = new MergedTree(ImageLimits.standard());
        for (List<Spec> layer : image) {
            boolean refused = !model.apply(layer).isEmpty();
            ImageException thrown = null;
            try {
                tree.apply(tree.layers(), new TestLayer(layer).entries());
            } catch (ImageException e) {
                thrown = e;
            }
            assertThat(thrown != null).isEqualTo(refused);
            if (thrown != null) {
                assertThat(thrown.kind()).isEqualTo(Kind.MALFORMED_LAYER);
                assertThat(thrown).hasMessageContaining("entry ");
                return;
            }
        }
    }
}
