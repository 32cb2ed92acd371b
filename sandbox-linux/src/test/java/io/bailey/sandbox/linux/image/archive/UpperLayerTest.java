package io.bailey.sandbox.linux.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.linux.image.archive.UpperLayer.Form;
import io.bailey.sandbox.linux.image.archive.UpperLayer.Ids;
import io.bailey.sandbox.linux.image.archive.UpperLayer.Notes;
import io.bailey.sandbox.linux.image.archive.UpperLayer.Options;
import io.bailey.sandbox.linux.image.archive.UpperLayer.Written;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

class UpperLayerTest {
    private static final byte[] YES = {'y'};

    /** What the overlay is made to show: everything a layer has a word for. */
    private static final String CHANGES =
            """
            cd merged
            echo changed > kept/file
            rm gone
            rm -r gonedir
            rm -r replaced; mkdir replaced; echo new > replaced/new
            rm turned; mkdir turned; echo x > turned/x
            rm -r flat; echo file > flat
            mkdir -p deep/new/er; echo deep > deep/new/er/file
            ln -s ../kept/file link
            echo hard > one; ln one two; ln one deep/three
            mkfifo fifo; mknod null c 1 3; mknod disk b 8 1
            chmod 4755 kept/suid
            chown 7:8 kept/owned
            chmod 0750 kept
            head -c 700000 /dev/zero > zeros
            touch -d @-5.25 old
            printf x > $'raw\\xff\\xfe'
            mkdir sticky; chmod 1777 sticky
            touch 'a name with spaces'
            """;

    @TempDir private Path scratch;

    private Path upper() throws IOException {
        return Files.createDirectories(scratch.resolve("upper"));
    }

    private static Options options(Notes notes, Form form) {
        return new Options(notes, Ids.same(), form, ImageLimits.standard());
    }

    private Written write(Path upper, Options options, Path to) throws IOException {
        Linux linux = Linux.host();
        int number =
                linux.openat(Linux.AT_FDCWD, upper.toString(), Linux.O_PATH | Linux.O_DIRECTORY, 0);
        try (Fd fd = linux.own(number);
                FileCalls calls = FileCalls.open();
                FileChannel into =
                        FileChannel.open(
                                to,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            return UpperLayer.write(calls, fd.number(), options, into);
        }
    }

    private byte[] tar(Path upper, Options options) throws IOException {
        Path file = scratch.resolve("layer.tar");
        Written written = write(upper, options, file);
        byte[] bytes = Files.readAllBytes(file);
        assertThat(written.diffId()).isEqualTo(Digest.sha256(bytes));
        assertThat(written.blob())
                .isEqualTo(new Descriptor(MediaTypes.OCI_LAYER, written.diffId(), bytes.length));
        assertThat(written.size()).isEqualTo(bytes.length);
        return bytes;
    }

    private byte[] userTar(Path upper) throws IOException {
        return tar(upper, options(Notes.USER, Form.PLAIN));
    }

    private static TarEntry entry(byte[] tar, String name) {
        return TarBytes.read(tar).stream()
                .map(Map.Entry::getKey)
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void attribute(Path file, String name, byte[] value) {
        Linux linux = Linux.host();
        int number = linux.openat(Linux.AT_FDCWD, file.toString(), Linux.O_RDONLY, 0);
        try (Fd fd = linux.own(number);
                FileCalls calls = FileCalls.open()) {
            assertThat(calls.fsetxattr(fd.number(), name, value)).isZero();
        }
    }

    private static void failure(Kind kind, ThrowingCallable call, String... words) {
        assertThatExceptionOfType(ImageException.class)
                .isThrownBy(call)
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo(kind);
                    assertThat(failure.getMessage()).contains(words);
                });
    }

    @Test
    void writesFilesInOrder() throws IOException {
        Path upper = upper();
        Files.writeString(upper.resolve("b"), "two");
        Files.createDirectories(upper.resolve("a/z"));
        Files.writeString(upper.resolve("a.b"), "one");
        Files.createSymbolicLink(upper.resolve("a/link"), Path.of("../b"));
        Files.createLink(upper.resolve("c"), upper.resolve("b"));
        Files.setPosixFilePermissions(
                upper.resolve("b"), PosixFilePermissions.fromString("rwxr-x--x"));
        Files.setLastModifiedTime(
                upper.resolve("b"), FileTime.from(Instant.ofEpochSecond(7, 80_000_000)));

        byte[] tar = userTar(upper);
        assertThat(TarBytes.names(tar).keySet())
                .containsExactly("./", "a/", "a/link", "a/z/", "a.b", "b", "c");
        assertThat(TarBytes.names(tar)).containsEntry("a/link", "../b").containsEntry("c", "b");
        TarEntry file = entry(tar, "b");
        assertThat(file.mode()).isEqualTo(0751);
        assertThat(file.seconds()).isEqualTo(7);
        assertThat(file.nanos()).isEqualTo(80_000_000);
        assertThat(file.uid()).isEqualTo(Linux.host().geteuid());
        assertThat(entry(tar, "c").type()).isEqualTo(TarEntry.Type.HARD_LINK);
        assertThat(TarBytes.read(tar).get(5).getValue()).isEqualTo("two".getBytes(UTF_8));
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws IOException {
        Path first = upper();
        Path second = Files.createDirectories(scratch.resolve("again"));
        for (int i = 0; i < 300; i++) {
            Files.writeString(first.resolve("f" + i), "x".repeat(i));
            Files.writeString(second.resolve("f" + (299 - i)), "x".repeat(299 - i));
        }
        for (Path upper : List.of(first, second)) {
            for (int i = 0; i < 300; i++) {
                Files.setLastModifiedTime(upper.resolve("f" + i), FileTime.fromMillis(i));
            }
            Files.setLastModifiedTime(upper, FileTime.fromMillis(0));
        }
        Options options = options(Notes.USER, Form.GZIP);
        assertThat(write(first, options, scratch.resolve("1")))
                .isEqualTo(write(second, options, scratch.resolve("2")));
        assertThat(scratch.resolve("1")).hasSameBinaryContentAs(scratch.resolve("2"));
    }

    @Test
    void compresses() throws IOException {
        Path upper = upper();
        Files.writeString(upper.resolve("f"), "hello ".repeat(100_000));
        byte[] plain = userTar(upper);
        Path file = scratch.resolve("layer.tar.gz");
        Written written = write(upper, options(Notes.USER, Form.GZIP), file);
        byte[] packed = Files.readAllBytes(file);
        assertThat(written.diffId()).isEqualTo(Digest.sha256(plain));
        assertThat(written.size()).isEqualTo(plain.length);
        assertThat(written.blob())
                .isEqualTo(
                        new Descriptor(
                                MediaTypes.OCI_LAYER_GZIP, Digest.sha256(packed), packed.length));
        assertThat(packed.length).isLessThan(plain.length / 100);
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            assertThat(stream.readAllBytes()).isEqualTo(plain);
        }
    }

    @Test
    void mapsOwners() throws IOException {
        Path upper = upper();
        Files.writeString(upper.resolve("f"), "");
        int me = Linux.host().geteuid();
        Options shifted =
                new Options(
                        Notes.USER,
                        new Ids(id -> id - me + 1000, id -> id - Linux.host().getegid() + 2000),
                        Form.PLAIN,
                        ImageLimits.standard());
        TarEntry file = entry(tar(upper, shifted), "f");
        assertThat(file.uid()).isEqualTo(1000);
        assertThat(file.gid()).isEqualTo(2000);
        Options nobody =
                new Options(
                        Notes.USER, new Ids(_ -> -1, id -> id), Form.PLAIN, ImageLimits.standard());
        failure(
                Kind.UNSUPPORTED,
                () -> tar(upper, nobody),
                "owner " + me,
                "no number in the image");
    }

    @Test
    void refusesNamesThatWouldHideOthers() throws IOException {
        Path upper = upper();
        Files.createDirectories(upper.resolve("etc"));
        Files.writeString(upper.resolve("etc/.wh.passwd"), "");
        failure(Kind.UNSUPPORTED, () -> userTar(upper), "etc/.wh.passwd", "hide another file");
    }

    @Test
    void holdsLimits() throws IOException {
        Path upper = upper();
        Files.createDirectories(upper.resolve("a/b/c/d"));
        ImageLimits flat = limits(100, 3);
        failure(
                Kind.LIMIT_EXCEEDED,
                () -> tar(upper, new Options(Notes.USER, Ids.same(), Form.PLAIN, flat)),
                "a/b/c",
                "deeper than 3");
        ImageLimits few = limits(3, 100);
        failure(
                Kind.LIMIT_EXCEEDED,
                () -> tar(upper, new Options(Notes.USER, Ids.same(), Form.PLAIN, few)),
                "entries");
    }

    private static ImageLimits limits(long entries, int depth) {
        ImageLimits standard = ImageLimits.standard();
        return new ImageLimits(
                standard.layers(),
                entries,
                standard.layerSize(),
                standard.ratio(),
                depth,
                standard.document(),
                standard.header());
    }

    @Test
    void overlaysNotesStayOut() throws IOException {
        Powers.require(Power.ROOT);
        Path upper = upper();
        Files.createDirectories(upper.resolve("opaque/inner"));
        attribute(upper.resolve("opaque"), "trusted.overlay.opaque", YES);
        attribute(upper.resolve("opaque"), "trusted.overlay.impure", YES);
        attribute(upper.resolve("opaque/inner"), "trusted.overlay.origin", new byte[] {0, -5, 1});
        attribute(upper.resolve("opaque/inner"), "trusted.other", new byte[] {4});
        byte[] tar = tar(upper, options(Notes.TRUSTED, Form.PLAIN));
        assertThat(TarBytes.names(tar).keySet())
                .containsExactly("./", "opaque/", "opaque/.wh..wh..opq", "opaque/inner/");
        assertThat(entry(tar, "opaque/").xattrs()).isEmpty();
        assertThat(entry(tar, "opaque/inner/").xattrs()).containsOnlyKeys("trusted.other");
    }

    /** Else processes of the container could say what the layer shows. */
    @Test
    void onlyTheNotesOfThisOverlayCount() throws IOException {
        Powers.require(Power.ROOT);
        Path upper = upper();
        Files.createDirectories(upper.resolve("d"));
        attribute(upper.resolve("d"), "trusted.overlay.opaque", YES);
        attribute(upper.resolve("d"), "trusted.overlay.redirect", "/etc".getBytes(UTF_8));
        byte[] tar = userTar(upper);
        assertThat(TarBytes.names(tar).keySet()).containsExactly("./", "d/");
        assertThat(entry(tar, "d/").xattrs()).isEmpty();
    }

    @Test
    void refusesWhatIsOnlyHalfThere() throws IOException {
        Powers.require(Power.ROOT);
        Path upper = upper();
        Files.createDirectories(upper.resolve("d"));
        attribute(upper.resolve("d"), "trusted.overlay.redirect", "/etc".getBytes(UTF_8));
        Options options = options(Notes.TRUSTED, Form.PLAIN);
        failure(Kind.UNSUPPORTED, () -> tar(upper, options), "\"d/\"", "overlay.redirect");
        Files.delete(upper.resolve("d"));
        Files.writeString(upper.resolve("f"), "");
        attribute(upper.resolve("f"), "trusted.overlay.metacopy", new byte[0]);
        failure(Kind.UNSUPPORTED, () -> tar(upper, options), "\"f\"", "overlay.metacopy");
    }

    @Test
    void whiteoutsOfEitherForm() throws IOException {
        Powers.require(Power.ROOT);
        Path upper = upper();
        Files.createDirectories(upper.resolve("d"));
        Files.createDirectories(upper.resolve("marked"));
        Files.createDirectories(upper.resolve("opaque"));
        try (FileCalls calls = FileCalls.open()) {
            for (String name : List.of("gone", "d/gone", "opaque/ghost")) {
                String path = upper.resolve(name).toString();
                assertThat(calls.mknodat(Linux.AT_FDCWD, path, FileStat.CHARACTER, 0, 0)).isZero();
            }
        }
        for (String name : List.of("d/empty", "marked/gone", "marked/empty")) {
            Files.createFile(upper.resolve(name));
        }
        // An empty file is a whiteout only where the directory says that there are such.
        attribute(upper.resolve("d/empty"), "trusted.overlay.whiteout", YES);
        attribute(upper.resolve("marked/gone"), "trusted.overlay.whiteout", YES);
        attribute(upper.resolve("marked"), "trusted.overlay.opaque", new byte[] {'x'});
        attribute(upper.resolve("opaque"), "trusted.overlay.opaque", YES);
        assertThat(TarBytes.names(tar(upper, options(Notes.TRUSTED, Form.PLAIN))).keySet())
                .containsExactly(
                        "./",
                        "d/",
                        "d/empty",
                        "d/.wh.gone",
                        ".wh.gone",
                        "marked/",
                        "marked/empty",
                        "marked/.wh.gone",
                        "opaque/",
                        "opaque/.wh..wh..opq");
    }

    @Test
    void capabilitiesOfAUserNamespaceBecomeRoots() throws IOException {
        Powers.require(Power.ROOT);
        Path upper = upper();
        Files.writeString(upper.resolve("f"), "");
        ByteBuffer version3 = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        version3.putInt(0x03000001).putInt(0x400).putInt(0).putInt(0).putInt(0).putInt(100_000);
        attribute(upper.resolve("f"), "security.capability", version3.array());
        Options mapped =
                new Options(
                        Notes.TRUSTED,
                        new Ids(id -> id == 100_000 ? 0 : id, id -> id),
                        Form.PLAIN,
                        ImageLimits.standard());
        byte[] written = entry(tar(upper, mapped), "f").xattrs().get("security.capability");
        assertThat(written).hasSize(20).startsWith(1, 0, 0, 2, 0, 4);
        byte[] kept =
                entry(tar(upper, options(Notes.TRUSTED, Form.PLAIN)), "f")
                        .xattrs()
                        .get("security.capability");
        assertThat(kept).isEqualTo(version3.array());
    }

    /** The layer over its lower one is what the overlay showed, says umoci. */
    @Test
    void theImageIsWhatTheOverlayShowed() throws IOException, InterruptedException {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Powers.requireProgram("/usr/bin/umoci");
        String seen = overlay();
        Written lower = importedLower();
        Path layer = scratch.resolve("layer.tgz");
        Written change = write(scratch.resolve("upper"), options(Notes.TRUSTED, Form.GZIP), layer);

        NewImage base = NewImage.ofRoot(lower.blob(), lower.diffId(), Platform.current());
        NewImage image =
                NewImage.upon(base.manifest(), base.config(), change.blob(), change.diffId());
        OciLayoutWriter.directory(
                new OciLayoutWriter.Contents(
                        Optional.of("new"),
                        image.manifestType(),
                        image.manifest(),
                        image.config(),
                        List.of(
                                new OciLayoutWriter.Blob(
                                        lower.blob(), scratch.resolve("lower.tar")),
                                new OciLayoutWriter.Blob(change.blob(), layer))),
                scratch.resolve("oci"));
        Tool.run(scratch, "umoci", "unpack", "--image", "oci:new", "bundle");
        assertThat(look("bundle/rootfs")).isEqualTo(seen);
    }

    /** Makes lower and upper through an overlay in a mount namespace of its own. */
    private String overlay() throws IOException, InterruptedException {
        Tool.shell(
                scratch,
                """
                mkdir -p lower/{kept,gonedir,replaced,flat,deep,opened} upper work merged
                cd lower
                echo a > kept/file; echo s > kept/suid; echo o > kept/owned; echo u > kept/unseen
                echo g > gone; echo g > gonedir/g; echo r > replaced/old; echo t > turned
                echo f > flat/f; echo d > deep/d
                chown -R 3:4 deep; chmod 2711 deep
                """);
        Tool.run(
                scratch,
                "unshare",
                "-m",
                "bash",
                "-euc",
                "mount -t tmpfs none work; mkdir work/{upper,work};"
                        + " mount -t overlay none -o redirect_dir=off,metacopy=off,"
                        + "lowerdir=lower,upperdir=work/upper,workdir=work/work merged\n"
                        + CHANGES
                        + "\ncd ..; "
                        + LOOK.formatted("merged")
                        + " > seen; umount merged; cp -a work/upper/. upper/");
        return Files.readString(scratch.resolve("seen"), ISO_8859_1);
    }

    private Written importedLower() throws IOException {
        return write(
                scratch.resolve("lower"),
                options(Notes.TRUSTED, Form.PLAIN),
                scratch.resolve("lower.tar"));
    }

    private String look(String directory) throws IOException, InterruptedException {
        Tool.shell(scratch, LOOK.formatted(directory) + " > found");
        return Files.readString(scratch.resolve("found"), ISO_8859_1);
    }

    /** Names, kinds, modes, owners, links, sizes, times of files, and contents. */
    private static final String LOOK =
            "(cd %s; find . -printf '%%P %%y %%m %%U:%%G %%l\\n' | LC_ALL=C sort;"
                    + " find . ! -type d -printf '%%P %%n\\n' | LC_ALL=C sort;"
                    + " find . -type f -printf '%%P %%T@\\n' | LC_ALL=C sort;"
                    + " find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)";
}
