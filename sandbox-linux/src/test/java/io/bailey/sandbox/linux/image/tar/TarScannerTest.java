package io.bailey.sandbox.linux.image.tar;

import static io.bailey.sandbox.linux.testing.TarMaker.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.testing.TarMaker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A kept archive is indexed by its headers. */
class TarScannerTest {
    @TempDir Path home;

    private Path write(byte[] archive) throws IOException {
        return Files.write(home.resolve("layer.tar"), archive);
    }

    @Test
    void givesContentInPieces() throws IOException {
        byte[] large = Layers.sample(600_000);
        byte[] archive =
                new TarMaker().file("a", "skipped").file("b", large).file("c", "3").finish();
        try (FileChannel file = FileChannel.open(write(archive))) {
            var read = Archives.read(new TarScanner(file, ImageLimits.standard()));
            assertThat(read.get("b").file()).isEqualTo(large);
            assertThat(read.get("c").file()).asString().isEqualTo("3");
            assertThat(file.position()).isZero();
        }
    }

    /** Of 40 GiB of content, which is a hole here, nothing is read: it would take ten seconds. */
    @Test
    @Timeout(5)
    void readsNoContent() throws IOException {
        long size = 20L << 30;
        TarMaker end = new TarMaker().file("end", "x");
        try (FileChannel file =
                FileChannel.open(
                        home.resolve("layer.tar"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            byte[] header = new TarMaker().add(header("f").base256(124, 12, size)).bytes();
            file.write(ByteBuffer.wrap(header), 0);
            file.write(ByteBuffer.wrap(header), size + 512);
            file.write(ByteBuffer.wrap(end.finish()), 2 * size + 1024);
            TarScanner scanner = new TarScanner(file, ImageLimits.standard());
            assertThat(Archives.entries(scanner))
                    .extracting(TarEntry::offset)
                    .containsExactly(512L, size + 1024, 2 * size + 1024 + 512);
        }
    }

    @Test
    void refusesWhatIsCutOff() throws IOException {
        byte[] header = new TarMaker().add(header("f").size(5000)).bytes();
        try (FileChannel file = FileChannel.open(write(header))) {
            TarScanner scanner = new TarScanner(file, ImageLimits.standard());
            assertThat(scanner.next()).isNotNull();
            assertThat(catchThrowableOfType(ImageException.class, scanner::next).kind())
                    .isEqualTo(Kind.MALFORMED_LAYER);
        }
    }
}
