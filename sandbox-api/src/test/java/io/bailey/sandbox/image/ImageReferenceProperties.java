package io.bailey.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

import java.util.Optional;

class ImageReferenceProperties {

    @Property
    void whatIsMadeRoundTrips(@ForAll("references") ImageReference reference) {
        assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
    }

    @Property
    void whatIsReadRoundTrips(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'a', 'Z', '1', '.', ':', '/', '@', '-', '_', '[', ']', ' ', 'ä'})
                    String text) {
        try {
            ImageReference read = ImageReference.parse(text);
            assertThat(ImageReference.parse(read.toString())).isEqualTo(read);
            assertThat(ImageReference.parse(read.name()).name()).isEqualTo(read.name());
        } catch (ImageException refused) {
            assertThat(refused.kind()).isEqualTo(ImageException.Kind.INVALID_REFERENCE);
        }
    }

    @Property
    void anyTextIsReadOrRefused(@ForAll String text) {
        onlyRefuses(() -> ImageReference.parse(text));
        onlyRefuses(() -> Digest.parse(text));
        onlyRefuses(() -> Digest.parse("sha256:" + text));
        onlyRefuses(() -> Platform.parse(text));
        onlyRefuses(() -> Images.builder().insecure(text));
    }

    private static void onlyRefuses(Runnable read) {
        try {
            read.run();
        } catch (ImageException refused) {
            assertThat(refused.kind()).isEqualTo(ImageException.Kind.INVALID_REFERENCE);
        }
    }

    @Provide
    Arbitrary<ImageReference> references() {
        Arbitrary<String> registry =
                Arbitraries.of(
                        "docker.io", "index.docker.io", "localhost", "a.b:5000", "X", "[::1]:80");
        Arbitrary<String> repository =
                Arbitraries.of("a", "library/a", "library/a/b", "a--b/c__d/e.f_g", "docker.io/x");
        Arbitrary<String> tag = Arbitraries.of("latest", "1.0", "_", "X-y", "");
        Arbitrary<String> digest =
                Arbitraries.of("", "sha256:" + "0".repeat(64), "sha512:" + "a".repeat(128));
        return Combinators.combine(registry, repository, tag, digest)
                .filter((r, p, t, d) -> !t.isEmpty() || !d.isEmpty())
                .as((r, p, t, d) ->
                        new ImageReference(
                                r,
                                p,
                                Optional.of(t).filter(s -> !s.isEmpty()),
                                Optional.of(d).filter(s -> !s.isEmpty()).map(Digest::parse)));
    }
}
