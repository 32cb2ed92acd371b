package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Digest;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

/** What is written into names and leases is read back, and nothing else is taken for it. */
class NamesProperties {

    @Provide
    Arbitrary<Digest> digests() {
        return Arbitraries.of(Digest.Algorithm.values())
                .flatMap(algorithm ->
                        Arbitraries.strings()
                                .withChars("0123456789abcdef")
                                .ofLength(2 * algorithm.start().getDigestLength())
                                .map(hex -> new Digest(algorithm, hex)));
    }

    @Provide
    Arbitrary<Roots> roots() {
        return Combinators.combine(
                        digests().list().ofMaxSize(5),
                        digests().list().ofMaxSize(5),
                        digests().list().ofMaxSize(5))
                .as((blobs, layers, chains) ->
                        Roots.of(
                                new java.util.HashSet<>(blobs),
                                new java.util.HashSet<>(layers),
                                new java.util.HashSet<>(chains)));
    }

    @Property(tries = 200)
    void aDigestIsReadBackFromItsName(@ForAll("digests") Digest digest) {
        assertThat(Names.digest(Names.of(digest))).contains(digest);
        for (Kind kind : Kind.values()) {
            String path = kind.path(digest);
            String directory = kind.directory(digest);
            assertThat(kind.directories()).contains(directory);
            assertThat(path).startsWith(directory + "/");
            assertThat(kind.digest(directory, path.substring(directory.length() + 1)))
                    .contains(digest);
        }
    }

    @Property(tries = 500)
    void anotherNameIsNoDigest(
            @ForAll("digests") Digest digest,
            @ForAll @StringLength(max = 3) String text,
            @ForAll @IntRange(max = 70) int at) {
        String name = Names.of(digest);
        String damaged = name.substring(0, at) + text + name.substring(at);
        assertThat(Names.digest(damaged).filter(read -> !Names.of(read).equals(damaged))).isEmpty();
        assertThat(Names.digest(name.substring(0, at))).isEmpty();
        assertThat(Names.digest(text)).isEmpty();
    }

    @Property(tries = 200)
    void aLeaseIsReadBack(@ForAll("roots") Roots roots, @ForAll("roots") Roots more) {
        String text = Leases.HEADER + Leases.lines(roots);
        assertThat(Leases.parse(text)).contains(roots);
        Marks both = new Marks();
        both.add(roots);
        both.add(more);
        assertThat(Leases.parse(text + Leases.lines(more))).contains(both.roots());
    }

    /** Less than all is either nothing, or it is seen that it is not all. */
    @Property(tries = 200)
    void aLeaseThatIsCutOffIsNone(
            @ForAll("roots") Roots roots, @ForAll @IntRange(max = 2000) int length) {
        String text = Leases.HEADER + Leases.lines(roots);
        String cut = text.substring(0, Math.min(length, text.length()));
        boolean whole = cut.endsWith("\n") && cut.startsWith(Leases.HEADER);
        assertThat(Leases.parse(cut).isPresent()).isEqualTo(whole);
    }

    @Property(tries = 200)
    void aLeaseWithAStrangeLineIsNone(
            @ForAll("roots") Roots roots, @ForAll @StringLength(min = 1, max = 20) String line) {
        String text = Leases.HEADER + Leases.lines(roots) + line + "\n";
        assertThat(Leases.parse(text)).isEmpty();
    }

    @Property(tries = 200)
    void differentImagesHaveDifferentFiles(@ForAll String one, @ForAll String other) {
        assertThat(Names.image(one)).matches("images/[0-9a-f]{64}\\.json");
        assertThat(Names.image(one).equals(Names.image(other))).isEqualTo(one.equals(other));
    }
}
