package io.bailey.sandbox.linux.image.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

import java.util.List;
import java.util.Map;

/** What was written is what is read. */
class TarWriterProperties {

    @Property(tries = 400)
    void readingUndoesWriting(@ForAll @Size(max = 6) List<@From("entries") Draft> drafts) {
        TarBytes tar = new TarBytes();
        drafts.forEach(draft -> tar.add(draft.entry(), draft.content()));
        List<Map.Entry<TarEntry, byte[]>> read = TarBytes.read(tar.bytes());
        assertThat(read).hasSameSizeAs(drafts);
        for (int i = 0; i < read.size(); i++) {
            same(read.get(i).getKey(), drafts.get(i).entry());
            assertThat(read.get(i).getValue()).isEqualTo(drafts.get(i).content());
        }
    }

    private static void same(TarEntry read, TarEntry written) {
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("number", "offset", "extents")
                .isEqualTo(written);
    }

    /** An entry in the making. */
    static final class Draft {
        private TarEntry.Type type = TarEntry.Type.FILE;
        private String name = "";
        private String link = "";
        private int mode;
        private long uid;
        private long seconds;
        private int nanos;
        private byte[] content = {};
        private Map<String, byte[]> xattrs = Map.of();

        byte[] content() {
            return type == TarEntry.Type.FILE ? content : new byte[0];
        }

        TarEntry entry() {
            boolean device =
                    type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
            boolean linked = type == TarEntry.Type.SYMBOLIC_LINK || type == TarEntry.Type.HARD_LINK;
            return new TarEntry(
                    1,
                    type,
                    name,
                    linked ? link : "",
                    mode,
                    uid,
                    uid / 2,
                    seconds,
                    nanos,
                    content().length,
                    device ? mode : 0,
                    device ? (int) (uid % 1_048_576) : 0,
                    0,
                    List.of(),
                    xattrs);
        }
    }

    @Provide
    Arbitrary<Draft> entries() {
        Arbitrary<String> part =
                Arbitraries.strings()
                        .withCharRange('\u0001', '\u00ff')
                        .excludeChars('/')
                        .ofMinLength(1)
                        .ofMaxLength(120);
        Arbitrary<String> path =
                part.filter(name -> !name.equals(".") && !name.equals(".."))
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(5)
                        .map(parts -> String.join("/", parts));
        Arbitrary<Map<String, byte[]>> xattrs =
                Arbitraries.maps(
                                Arbitraries.strings()
                                        .withChars("az=%.")
                                        .ofMinLength(1)
                                        .map(s -> "user." + s),
                                Arbitraries.bytes().array(byte[].class).ofMaxSize(40))
                        .ofMaxSize(3);
        return Builders.withBuilder(Draft::new)
                .use(Arbitraries.of(TarEntry.Type.class))
                .inSetter((d, v) -> d.type = v)
                .use(path)
                .inSetter((d, v) -> d.name = v)
                .use(path)
                .inSetter((d, v) -> d.link = v)
                .use(Arbitraries.integers().between(0, 07777))
                .inSetter((d, v) -> d.mode = v)
                .use(Arbitraries.longs().between(0, 4_294_967_294L))
                .inSetter((d, v) -> d.uid = v)
                .use(Arbitraries.longs().between(-1L << 34, 1L << 35))
                .inSetter((d, v) -> d.seconds = v)
                .use(Arbitraries.integers().between(0, 999_999_999))
                .inSetter((d, v) -> d.nanos = v)
                .use(Arbitraries.bytes().array(byte[].class).ofMaxSize(1200))
                .inSetter((d, v) -> d.content = v)
                .use(xattrs)
                .inSetter((d, v) -> d.xattrs = v)
                .build();
    }
}
