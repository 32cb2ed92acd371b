package io.bailey.sandbox.linux.image.tar;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.Archives.Read;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What other programs' archives hold is what was put in. */
class ForeignArchivesTest {
    /** Of 120 bytes, in parts: ustar can split it. */
    private static final String DEEP = "tree/" + "directory/".repeat(12);

    private static final Instant OLD = Instant.parse("2001-02-03T04:05:06.123456789Z");
    private static final int MEBI = 1 << 20;

    @TempDir Path home;

    private Path tree() throws IOException {
        Path tree = Files.createDirectory(home.resolve("tree"));
        Files.write(tree.resolve("empty"), new byte[0]);
        byte[] content = new byte[100_001];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 >> 3);
        }
        Files.write(tree.resolve("content"), content);
        Files.createLink(tree.resolve("hard"), tree.resolve("content"));
        Files.createSymbolicLink(tree.resolve("link"), Path.of("../somewhere"));
        Files.createDirectory(tree.resolve("sub"));
        Files.setLastModifiedTime(tree.resolve("empty"), FileTime.from(OLD));
        return tree;
    }

    private Map<String, Read> make(String command) throws IOException, InterruptedException {
        Tools.run(home, command);
        byte[] archive = Files.readAllBytes(home.resolve("a.tar"));
        try (FileChannel file = FileChannel.open(home.resolve("a.tar"))) {
            Map<String, Read> scanned = Archives.read(new TarScanner(file, ImageLimits.standard()));
            Map<String, Read> read = Archives.read(archive);
            assertThat(scanned.keySet()).isEqualTo(read.keySet());
            for (String name : read.keySet()) {
                assertThat(scanned.get(name).file()).isEqualTo(read.get(name).file());
                assertThat(scanned.get(name).entry())
                        .usingRecursiveComparison()
                        .isEqualTo(read.get(name).entry());
            }
            return read;
        }
    }

    /** Every name is there, and is what lies on disk. */
    private void compare(Map<String, Read> all, boolean nanos) throws IOException {
        List<String> names = new ArrayList<>();
        for (Read read : all.values()) {
            TarEntry entry = read.entry();
            Path path = home.resolve(text(entry.name()));
            names.add(home.relativize(path).toString());
            assertThat(unix(path, "mode") & 07777).isEqualTo(entry.mode());
            assertThat((long) unix(path, "uid")).isEqualTo(entry.uid());
            assertThat((long) unix(path, "gid")).isEqualTo(entry.gid());
            FileTime time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
            assertThat(time.to(TimeUnit.SECONDS)).isEqualTo(entry.seconds());
            assertThat(nanos ? time.toInstant().getNano() : 0).isEqualTo(entry.nanos());
            compare(path, read);
        }
        try (Stream<Path> walk = Files.walk(home.resolve("tree"))) {
            assertThat(names)
                    .containsExactlyInAnyOrderElementsOf(
                            walk.map(path -> home.relativize(path).toString()).toList());
        }
    }

    private static int unix(Path path, String attribute) throws IOException {
        return (int) Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }

    private static String text(String raw) {
        return new String(raw.getBytes(ISO_8859_1), UTF_8);
    }

    private void compare(Path path, Read read) throws IOException {
        switch (read.entry().type()) {
            case FILE -> assertThat(read.file()).isEqualTo(Files.readAllBytes(path));
            case DIRECTORY -> assertThat(path).isDirectory();
            case SYMBOLIC_LINK ->
                    assertThat(read.entry().link())
                            .isEqualTo(Files.readSymbolicLink(path).toString());
            case HARD_LINK ->
                    assertThat(path).hasSameBinaryContentAs(home.resolve(read.entry().link()));
            default -> throw new AssertionError(read.entry());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v7", "oldgnu", "gnu", "ustar", "posix"})
    void readsGnuTar(String format) throws Exception {
        Powers.requireProgram(Tools.TAR);
        tree();
        compare(make("tar --format=" + format + " -cf a.tar tree"), format.equals("posix"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "ustar", "posix"})
    void readsLongNames(String format) throws Exception {
        Powers.requireProgram(Tools.TAR);
        tree();
        Files.createDirectories(home.resolve(DEEP));
        Files.writeString(home.resolve(DEEP + "umläut-☺"), "x");
        if (!format.equals("ustar")) {
            String name = "n".repeat(250);
            Files.writeString(home.resolve(DEEP + name), "long");
            Files.createSymbolicLink(
                    home.resolve(DEEP + "link"), Path.of("y".repeat(99) + "/" + name));
            Files.createLink(home.resolve(DEEP + "hard"), home.resolve(DEEP + name));
        }
        compare(make("tar --format=" + format + " -cf a.tar tree"), format.equals("posix"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "pax", "ustar"})
    void readsBsdtar(String format) throws Exception {
        Powers.requireProgram(Tools.BSDTAR);
        tree();
        compare(make("bsdtar --format=" + format + " -cf a.tar tree"), format.equals("pax"));
    }

    @Test
    void readsBusybox() throws Exception {
        Powers.requireProgram("/usr/bin/busybox");
        tree();
        compare(make("busybox tar -cf a.tar tree"), false);
    }

    @ParameterizedTest
    @CsvSource({"oldgnu, 1.0", "gnu, 1.0", "posix, 0.0", "posix, 0.1", "posix, 1.0"})
    void readsSparseFiles(String format, String version) throws Exception {
        Powers.requireProgram(Tools.TAR);
        Path tree = tree();
        sparse(tree.resolve("sparse-few"), 3);
        sparse(tree.resolve("sparse-many"), 60);
        try (RandomAccessFile hole = new RandomAccessFile(tree.resolve("hole").toFile(), "rw")) {
            hole.setLength(5L * MEBI);
        }
        Map<String, Read> all =
                make(
                        "tar --format="
                                + format
                                + " --sparse --sparse-version="
                                + version
                                + " --hole-detection=raw -cf a.tar tree");
        compare(all, format.equals("posix"));
        assertThat(all.get("tree/sparse-few").entry().extents()).hasSize(3);
        assertThat(all.get("tree/sparse-many").entry().extents()).hasSize(60);
        assertThat(all.get("tree/hole").entry().extents()).isEmpty();
    }

    private static void sparse(Path path, int parts) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            for (int i = 0; i < parts; i++) {
                file.seek(i * 65536L + 4096);
                file.write(("part " + i).getBytes(UTF_8));
            }
            file.setLength(parts * 65536L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/tar, tar --format=posix --xattrs --xattrs-include=user.*",
        "/usr/bin/bsdtar, bsdtar --format=pax --xattrs",
    })
    void readsExtendedAttributes(String program, String command) throws Exception {
        Powers.requireProgram(program);
        Path file = tree().resolve("empty");
        Map<String, byte[]> xattrs =
                Map.of(
                        "plain", "value".getBytes(UTF_8),
                        "a=b", "equals".getBytes(UTF_8),
                        "binary", new byte[] {0, -1, 10, 61, 0});
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            view.write(xattr.getKey(), ByteBuffer.wrap(xattr.getValue()));
        }
        Map<String, Read> all = make(command + " -cf a.tar tree");
        Map<String, byte[]> read = all.get("tree/empty").entry().xattrs();
        assertThat(read).containsOnlyKeys("user.plain", "user.a=b", "user.binary");
        xattrs.forEach((name, value) -> assertThat(read.get("user." + name)).isEqualTo(value));
    }

    /** GNU tar writes what octal cannot hold in base 256, PAX in decimal. */
    @ParameterizedTest
    @CsvSource({"gnu, 0", "posix, 750000000"})
    void readsTimesBefore1970(String format, int nanos) throws Exception {
        Powers.requireProgram(Tools.TAR);
        tree();
        Map<String, Read> all =
                make(
                        "tar --format="
                                + format
                                + " --mtime=@-5.25 --owner=x:3000000000 -cf a.tar tree/empty");
        TarEntry entry = all.get("tree/empty").entry();
        assertThat(entry.type()).isEqualTo(TarEntry.Type.FILE);
        assertThat(entry.seconds()).isEqualTo(-6);
        assertThat(entry.nanos()).isEqualTo(nanos);
        assertThat(entry.uid()).isEqualTo(3_000_000_000L);
    }

    /** It ends at a lone zero block with a warning, where this one refuses: never another tree. */
    @Test
    void gnuTarEndsAtALoneZeroBlock() throws Exception {
        Powers.requireProgram(Tools.TAR);
        tree();
        Tools.run(
                home,
                "tar -cf b.tar tree/empty; head -c 512 b.tar > a.tar; head -c 512 /dev/zero >>"
                        + " a.tar; head -c 512 b.tar | sed s/empty/other/ >> a.tar;"
                        + " head -c 1024 /dev/zero >> a.tar; test \"$(tar tf a.tar)\" ="
                        + " tree/empty");
        assertThat(home.resolve("a.tar")).hasSize(2560);
    }
}
