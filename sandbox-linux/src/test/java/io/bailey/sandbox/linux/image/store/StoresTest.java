package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/** Several stores that look like one. */
class StoresTest {
    private static final long MANY = 1 << 20;

    @TempDir(factory = InMemory.class)
    Path scratch;

    private Stores stores;
    private Store filler;

    @BeforeEach
    void open() {
        filler = Things.open(scratch.resolve("shared"));
        Things.publish(filler, "shared");
        Things.publish(filler, "both");
        filler.setImage(Things.name("both"), (Things.name("both") + " shared").getBytes(UTF_8));
        Store own = Things.open(scratch.resolve("own"));
        Things.publish(own, "own");
        Things.publish(own, "both");
        Things.setImage(own, "both");
        Things.setImage(own, "own");
        stores =
                new Stores(
                        List.of(Store.openReadOnly(Linux.host(), scratch.resolve("shared"))), own);
    }

    @AfterEach
    void close() {
        stores.close();
        filler.close();
    }

    @Test
    void theFirstThatHasItGivesIt() {
        assertThat(stores.blob(Things.blob("shared")).orElseThrow().store().isReadOnly()).isTrue();
        assertThat(stores.blob(Things.blob("both")).orElseThrow().store().isReadOnly()).isTrue();
        assertThat(stores.layer(Things.layer("own")).orElseThrow().store()).isSameAs(stores.own());
        assertThat(stores.chain(Things.chain("both")).orElseThrow().path())
                .startsWith(scratch.resolve("shared"));
        assertThat(stores.blob(Things.blob("neither"))).isEmpty();
        assertThat(stores.readBlob(Things.blob("shared"), MANY))
                .isEqualTo(Things.content("shared"));
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(() -> stores.readBlob(Things.blob("neither"), MANY));
    }

    @Test
    void aNameMeansWhatTheFirstSays() {
        byte[] shared = (Things.name("both") + " shared").getBytes(UTF_8);
        assertThat(stores.image(Things.name("both"))).contains(shared);
        assertThat(stores.image(Things.name("own"))).contains(Things.document("own"));
        assertThat(stores.images()).containsExactlyInAnyOrder(shared, Things.document("own"));
    }

    @Test
    void whatIsDamagedInOneComesFromTheOther() throws Exception {
        StoreTest.damage(filler.blob(Things.blob("both")).orElseThrow(), "x");
        assertThat(stores.readBlob(Things.blob("both"), MANY)).isEqualTo(Things.content("both"));
        int size = Things.content("both").length;
        assertThat(stores.blob(Things.blob("both"), size).orElseThrow().store())
                .isSameAs(stores.own());
    }
}
