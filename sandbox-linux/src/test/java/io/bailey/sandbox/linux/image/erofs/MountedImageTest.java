package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** What does not come by chance: the ends of the format, read back through the kernel. */
class MountedImageTest {
    @TempDir Path directory;

    private void shown(Spec... specs) throws IOException {
        shown(List.of(TestLayer.of(specs)));
    }

    private void shown(List<TestLayer> layers) throws IOException {
        assertThat(Mounts.seen(directory, layers)).isEqualTo(Model.of(layers).lines());
    }

    @Test
    void noLayersAreAnEmptyRoot() throws IOException {
        Powers.require(Power.EROFS);
        assertThat(Mounts.seen(directory, List.of()))
                .hasSize(1)
                .containsEntry("", "40755 ×2 0:0 @0.0 [] ");
    }

    @Test
    void emptyLayersAreDevicesToo() throws IOException {
        Powers.require(Power.EROFS);
        shown(List.of(TestLayer.of(), TestLayer.of(Spec.file("a", "b")), TestLayer.of()));
    }

    @Test
    void filesOfEverySizeNextToABlock() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>();
        for (int blocks : new int[] {0, 1, 2, 7, 8, 9, 64, 2047, 2048}) {
            for (int more : new int[] {-1, 0, 1}) {
                int size = Math.max(0, 512 * blocks + more);
                all.add(Spec.file("f" + size, RandomImages.bytes(size, size)));
            }
        }
        shown(all.toArray(Spec[]::new));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 17, 18, 19, 40, 41, 500, 20_000})
    void directoriesOfAnySize(int entries) throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>(List.of(Spec.dir("d")));
        for (int i = 0; i < entries; i++) {
            all.add(Spec.file("d/" + Integer.toString(i * 7919, 36), ""));
        }
        shown(all.toArray(Spec[]::new));
    }

    /** Each byte that a name may have, and each length: so the blocks of a directory end anyhow. */
    @Test
    void directoriesOfAnyNames() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>();
        for (char c = 1; c < 256; c++) {
            if (c != '/') {
                all.add(Spec.file("bytes/" + c + "x", ""));
                all.add(Spec.file("dots/." + c, c == '.' ? "" : "x"));
            }
            all.add(Spec.dir("lengths/" + "n".repeat(c)));
            all.add(Spec.file("ends" + c % 7 + "/" + "e".repeat(c), ""));
        }
        all.removeIf(spec -> spec.name().equals("dots/.."));
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void deepTrees() throws IOException {
        Powers.require(Power.EROFS);
        shown(Spec.file("d/".repeat(500) + "f", "deep"));
    }

    @Test
    void linksOfAnyLength() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>();
        for (int length :
                new int[] {1, 2, 100, 415, 416, 447, 448, 449, 480, 511, 512, 513, 1024, 4095}) {
            // Among others, so that they begin anywhere in a block.
            all.add(Spec.link("l" + length, "t".repeat(length)).xattr("trusted.t", "v"));
            all.add(Spec.link("m" + length, "/".repeat(length)));
            all.add(Spec.file("n" + length, "x".repeat(length)));
        }
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void attributesOfAnySize() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>();
        for (int size : new int[] {0, 1, 3, 4, 5, 490, 512, 4096, 65_535}) {
            byte[] value = RandomImages.bytes(size, size);
            all.add(
                    Spec.file("f" + size, "content")
                            .xattr("user." + "k".repeat(1 + size % 200), value));
            all.add(Spec.dir("d" + size).xattr("trusted.t", value).xattr("user.u", "w"));
            all.add(Spec.link("l" + size, "target").xattr("trusted.t", value));
        }
        Spec many = Spec.file("many", "");
        for (int i = 0; i < 500; i++) {
            many = many.xattr("user.number" + i, "value" + i);
        }
        all.add(
                many.xattr(
                        "security.capability",
                        new byte[] {0, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
        all.add(Spec.file("longest", "").xattr("user." + "n".repeat(250), "v"));
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void accessControlLists() throws IOException {
        Powers.require(Power.EROFS);
        byte[] acl = {
            2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1, 2, 0, 4, 0, 7, 0, 0, 0, 4, 0, 4, 0, -1, -1, -1,
            -1, 16, 0, 4, 0, -1, -1, -1, -1, 32, 0, 4, 0, -1, -1, -1, -1
        };
        shown(
                Spec.file("f", "x").xattr("system.posix_acl_access", acl),
                Spec.dir("d").xattr("system.posix_acl_default", acl));
    }

    @Test
    void ownersAndTimesAndModesOfAnyKind() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>();
        for (long id : new long[] {0, 1, 65_535, 65_536, 1L << 31, 0xFFFF_FFFEL}) {
            all.add(Spec.file("u" + id, "").owner(id, 0).time(0, 0));
            all.add(Spec.dir("g" + id).owner(0, id).time(0, 0));
            all.add(Spec.fifo("b" + id).owner(id, id));
        }
        for (long t : new long[] {0, 1, -1, -6, 0xFFFF_FFFFL, 1L << 32, 1L << 40, -(1L << 40)}) {
            all.add(Spec.file("t" + t, "").time(t, 0));
            all.add(Spec.link("n" + t, "x").time(t, 999_999_999));
        }
        for (int mode = 0; mode <= 07777; mode += 0111) {
            all.add(Spec.file("m" + mode, "").mode(mode));
        }
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void devicesOfAnyNumber() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>(List.of(Spec.fifo("fifo")));
        for (int major : new int[] {0, 1, 255, 256, 4095}) {
            for (int minor : new int[] {1, 255, 256, 0xFFFFF}) {
                all.add(
                        Spec.device(
                                TarEntry.Type.CHARACTER_DEVICE,
                                "c" + major + "," + minor,
                                major,
                                minor));
                all.add(
                        Spec.device(
                                TarEntry.Type.BLOCK_DEVICE,
                                "b" + major + "," + minor,
                                major,
                                minor));
            }
        }
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void manyNamesOfOneFile() throws IOException {
        Powers.require(Power.EROFS);
        List<Spec> all = new ArrayList<>(List.of(Spec.file("f", "x").time(0, 0)));
        for (int i = 0; i < 70_000; i++) {
            all.add(Spec.hard("h" + i, "f"));
        }
        shown(all.toArray(Spec[]::new));
    }

    @Test
    void sparseFiles() throws IOException {
        Powers.require(Power.EROFS);
        byte[] k8 = RandomImages.bytes(8192, 3);
        byte[] odd = RandomImages.bytes(1000, 5);
        shown(
                Spec.sparse("hole", 5_000_000, new byte[0]),
                Spec.sparse("tail", 5_000_000, k8, new Extent(4_096_000, 8192)),
                Spec.sparse("head", 5_000_000, k8, new Extent(0, 8192)),
                Spec.sparse("end", 4096 + 8192, k8, new Extent(4096, 8192)),
                Spec.sparse("two", 1 << 20, k8, new Extent(4096, 4096), new Extent(65536, 4096)),
                Spec.sparse("touching", 20_000, k8, new Extent(512, 4096), new Extent(4608, 4096)),
                Spec.sparse("odd", 70_001, odd, new Extent(7, 300), new Extent(9999, 700)),
                Spec.sparse("shifted", 70_001, odd, new Extent(512, 488), new Extent(2048, 512)),
                Spec.sparse("oddEnd", 10_240 + 1000, odd, new Extent(10_240, 1000)),
                Spec.sparse("oddSize", 777, RandomImages.bytes(777, 1), new Extent(0, 777)),
                Spec.file("after", "x"));
    }

    @Test
    void sparseFilesOfManyGibibytes() throws IOException {
        Powers.require(Power.EROFS);
        byte[] stored = RandomImages.bytes(4096, 9);
        long far = (5L << 30) + 8192;
        Path tar = directory.resolve("layer0.tar");
        Spec spec = Spec.sparse("big", far + 4096 + 100, stored, new Extent(far, 4096));
        TestLayer.of(spec, Spec.sparse("huge", 60L << 30, stored, new Extent(0, 4096)))
                .writeTo(tar);
        try (Fd mount = Mounts.mount(directory, List.of(tar))) {
            Path big = Path.of("/proc/self/fd/" + mount.number(), "big");
            assertThat(Files.size(big)).isEqualTo(far + 4196);
            assertThat(Files.size(big.resolveSibling("huge"))).isEqualTo(60L << 30);
            try (var channel = Files.newByteChannel(big)) {
                channel.position(far - 10);
                var buffer = ByteBuffer.allocate(4096 + 110);
                while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
                byte[] expected = new byte[4096 + 110];
                System.arraycopy(stored, 0, expected, 10, 4096);
                assertThat(buffer.array()).isEqualTo(expected);
            }
        }
        assertThat(Files.size(directory.resolve("index.erofs"))).isLessThan(40L << 20);
    }

    @Test
    void fiveHundredLayers() throws IOException {
        Powers.require(Power.EROFS);
        List<TestLayer> layers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            layers.add(
                    TestLayer.of(
                            Spec.file("of/" + i, "layer " + i), Spec.file("top", "layer " + i)));
        }
        shown(layers);
    }

    @Test
    void gnuTarUnpacksTheSame() throws Exception {
        Powers.require(Power.EROFS);
        Powers.requireProgram("/usr/bin/tar");
        TestLayer layer =
                TestLayer.of(
                        Spec.dir("./").mode(0711).time(5, 6),
                        Spec.dir("d").mode(02755).owner(1000, 70_000).time(-6, 750_000_000),
                        Spec.file("d/f", RandomImages.bytes(100_000, 1)).mode(04755),
                        Spec.file("d/g", "x")
                                .xattr("user.k", "v")
                                .xattr(
                                        "security.capability",
                                        new byte[] {
                                            0, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                            0
                                        }),
                        Spec.hard("h", "d/f"),
                        Spec.link("l", "d/f").owner(3, 4).time(1, 999_999_999),
                        Spec.hard("hl", "l"),
                        Spec.sparse(
                                "s",
                                1 << 20,
                                RandomImages.bytes(4096, 2),
                                new Extent(65_536, 4096)),
                        Spec.fifo("p"),
                        Spec.device(TarEntry.Type.CHARACTER_DEVICE, "c", 1, 3),
                        Spec.file("\u00e9\u00ff", "bytes"),
                        Spec.file("n".repeat(255), "long"));
        SortedMap<String, String> mounted = Mounts.seen(directory, List.of(layer));
        Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
        run(
                "/usr/bin/tar",
                "--xattrs",
                "--xattrs-include=*",
                "--numeric-owner",
                "-xpf",
                directory.resolve("layer0.tar").toString(),
                "-C",
                unpacked.toString());
        Linux linux = Linux.host();
        try (Fd root =
                linux.own(linux.openat(Linux.AT_FDCWD, unpacked.toString(), Linux.O_RDONLY, 0))) {
            assertThat(mounted).isEqualTo(SeenTree.of(root.number()));
        }
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
