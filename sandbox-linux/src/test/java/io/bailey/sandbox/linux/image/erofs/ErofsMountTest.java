package io.bailey.sandbox.linux.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeMemory;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;
import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

class ErofsMountTest {
    private static final long MOUNT_ATTR_IDMAP = 0x100000;

    @TempDir Path directory;

    private final Linux linux = Linux.host();

    private Fd mounted(Spec... specs) throws IOException {
        return Mounts.mount(directory, Mounts.write(directory, List.of(TestLayer.of(specs))));
    }

    private String index() {
        return directory.resolve("index.erofs").toString();
    }

    @Test
    void worksLeavesNothing() throws IOException {
        Powers.require(Power.EROFS);
        assertThat(ErofsMount.works(linux, directory)).isTrue();
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void worksNotForOrdinaryUsers() {
        Powers.require(Power.NOT_ROOT);
        assertThat(ErofsMount.works(linux, directory)).isFalse();
    }

    @Test
    void worksNotOnTmpfs() throws IOException {
        Powers.require(Power.ROOT);
        try (Fd tmpfs = tmpfs()) {
            Path there = Path.of("/proc/self/fd/" + tmpfs.number());
            assertThat(ErofsMount.works(linux, there)).isFalse();
            try (var files = Files.list(there)) {
                assertThat(files).isEmpty();
            }
        }
    }

    @Test
    void worksNotWhereThereIsNothing() {
        assertThat(ErofsMount.works(linux, directory.resolve("gone"))).isFalse();
    }

    private Fd tmpfs() {
        try (Fd fs = linux.own(linux.fsopen("tmpfs"))) {
            assertThat(linux.fsconfigCreate(fs.number())).isZero();
            return linux.own(linux.fsmount(fs.number(), 0));
        }
    }

    @Test
    void aMountIsReadOnlyAndAttachedNowhere() throws IOException {
        Powers.require(Power.EROFS);
        String before = Files.readString(Path.of("/proc/self/mounts"));
        try (Fd mount = mounted(Spec.file("f", "x"))) {
            assertThat(linux.openat(mount.number(), "f", Linux.O_WRONLY, 0))
                    .isEqualTo(-Errno.EROFS);
            assertThat(linux.mkdirat(mount.number(), "d", 0755)).isEqualTo(-Errno.EROFS);
            assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(before);
        }
    }

    @Test
    void devicesInItAreNone() throws IOException {
        Powers.require(Power.EROFS);
        Spec zero = Spec.device(TarEntry.Type.CHARACTER_DEVICE, "zero", 1, 5);
        try (Fd mount = mounted(zero.mode(0666))) {
            assertThat(linux.openat(mount.number(), "zero", Linux.O_RDONLY, 0))
                    .isEqualTo(-Errno.EACCES);
        }
    }

    @Test
    void pathsMayBeLongerThanAStringOfAMountOption() throws IOException {
        Powers.require(Power.EROFS);
        Path deep = directory.resolve("a".repeat(200)).resolve("b".repeat(200));
        Files.createDirectories(deep);
        List<Path> tars = Mounts.write(deep, List.of(TestLayer.of(Spec.file("f", "x"))));
        try (Fd mount = Mounts.mount(deep, tars)) {
            assertThat(SeenTree.of(mount.number())).containsKey("f");
        }
    }

    @Test
    void itLivesOnWhenItsFilesAreRemoved() throws IOException {
        Powers.require(Power.EROFS);
        try (Fd mount = mounted(Spec.file("f", RandomImages.bytes(100_000, 1)))) {
            Files.delete(directory.resolve("layer0.tar"));
            Files.delete(directory.resolve("index.erofs"));
            assertThat(SeenTree.of(mount.number()).get("f"))
                    .contains(SeenTree.summary(RandomImages.bytes(100_000, 1)));
        }
    }

    @Test
    void whatIsNotThereIsNamed() {
        Powers.require(Power.EROFS);
        assertThat(ErofsMount.mount(linux, index(), List.of())).isEqualTo(-Errno.ENOENT);
        assertThatThrownBy(() -> ErofsMount.mounted(linux, index(), List.of()))
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED))
                .hasMessageContaining("ENOENT: open " + index());
    }

    /** EROFS of Linux 6.18 talks to the kernel's log alone; so another speaks in its place. */
    @Test
    void whatTheKernelSaysIsInTheMessage() throws IOException {
        Powers.require(Power.EROFS, Power.OVERLAY);
        Path tar = Mounts.write(directory, List.of(TestLayer.of())).getFirst();
        try (NativeMemory overlay = NativeMemory.map(linux, 4096)) {
            overlay.put(0, "overlay\0".getBytes(UTF_8));
            SystemCall real = Linux.realCalls();
            Linux other =
                    Linux.over((sys, a, b, c, d, e, f) ->
                            real.invoke(
                                    sys, sys == Sys.FSOPEN ? overlay.address() : a, b, c, d, e, f));
            assertThatThrownBy(() ->
                            ErofsMount.mounted(other, tar.toString(), List.of(tar.toString())))
                    .hasMessageContaining(tar + ": EINVAL: e overlay: Unknown parameter 'device'");
        }
    }

    @Test
    void whatIsNoImageIsRefused() throws IOException {
        Powers.require(Power.EROFS);
        Files.write(Path.of(index()), new byte[8192]);
        assertThatThrownBy(() -> ErofsMount.mounted(linux, index(), List.of()))
                .hasMessageContaining("EINVAL: the kernel's log says why");
    }

    @Test
    void filesOfTmpfsAreRefusedWithTheReason() {
        Powers.require(Power.EROFS);
        try (Fd tmpfs = tmpfs()) {
            Path there = Path.of("/proc/self/fd/" + tmpfs.number());
            List<TestLayer> none = List.of();
            assertThatThrownBy(() -> Mounts.seen(there, none))
                    .hasMessageContaining("ENOTBLK: its file system cannot back mounts");
        }
    }

    @Test
    void anIndexThatWasChangedIsRefused() throws IOException {
        Powers.require(Power.EROFS);
        Path tar = Mounts.write(directory, List.of(TestLayer.of())).getFirst();
        TarIndex.write(List.of(tar), Path.of(index()), ImageLimits.standard());
        byte[] bytes = Files.readAllBytes(Path.of(index()));
        bytes[1024 + 60] ^= 1;
        Files.write(Path.of(index()), bytes);
        assertThat(ErofsMount.mount(linux, index(), List.of(tar.toString())))
                .isEqualTo(-74 /* EBADMSG: the checksum */);
    }

    @ParameterizedTest
    @EnumSource(
            value = Sys.class,
            names = {"FSOPEN", "OPENAT", "FSCONFIG", "FSMOUNT"})
    void whateverFailsNothingIsLeftOpen(Sys call) throws IOException {
        Powers.require(Power.EROFS);
        mounted(Spec.file("f", "x")).close();
        List<String> devices = List.of(directory.resolve("layer0.tar").toString());
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == call, Errno.ENOMEM);
        for (int i = 0; ; i++) {
            kernel.failAfter(i);
            int r = ErofsMount.mount(Linux.over(kernel), index(), devices);
            assertThat(kernel.leaked()).isEmpty();
            if (!kernel.hasFailed()) {
                assertThat(linux.close(r)).isZero();
                assertThat(i).isPositive();
                return;
            }
            assertThat(r).isEqualTo(-Errno.ENOMEM);
        }
    }

    @Test
    void itsOwnersCanBeMapped() throws Exception {
        Powers.require(Power.EROFS, Power.USERNS);
        Powers.requireProgram("/usr/bin/unshare");
        try (Fd mount = mounted(Spec.file("f", "x").owner(5, 6), Spec.dir("d").owner(70_000, 0))) {
            Process inside =
                    new ProcessBuilder(
                                    "/usr/bin/unshare", "-U", "/bin/sh", "-c", "echo in; exec cat")
                            .start();
            try {
                assertThat(inside.getInputStream().read()).isEqualTo('i');
                String proc = "/proc/" + inside.pid();
                Files.writeString(Path.of(proc, "uid_map"), "0 100000 65536\n", UTF_8);
                Files.writeString(Path.of(proc, "gid_map"), "0 200000 65536\n", UTF_8);
                try (Fd userns =
                        linux.own(
                                linux.openat(
                                        Linux.AT_FDCWD, proc + "/ns/user", Linux.O_RDONLY, 0))) {
                    assertThat(
                                    linux.mountSetattr(
                                            mount.number(),
                                            0,
                                            MOUNT_ATTR_IDMAP,
                                            0,
                                            0,
                                            userns.number()))
                            .isZero();
                }
            } finally {
                inside.getOutputStream().close();
                inside.waitFor();
            }
            SortedMap<String, String> seen = SeenTree.of(mount.number());
            assertThat(seen.get("f")).contains(" 100005:200006 ");
            assertThat(seen.get("d")).contains(" 65534:200000 ");
        }
    }

    @Test
    void anOverlayCanBeOverIt() throws Exception {
        Powers.require(Power.EROFS, Power.OVERLAY);
        try (Fd mount =
                        mounted(
                                Spec.dir("d"),
                                Spec.file("d/f", RandomImages.bytes(5000, 1)),
                                Spec.file("g", "x"));
                Fd tmpfs = tmpfs();
                Fd fs = linux.own(linux.fsopen("overlay"))) {
            assertThat(linux.mkdirat(tmpfs.number(), "upper", 0755)).isZero();
            assertThat(linux.mkdirat(tmpfs.number(), "work", 0755)).isZero();
            String upper = "/proc/self/fd/" + tmpfs.number();
            linux.fsconfigString(fs.number(), "lowerdir", "/proc/self/fd/" + mount.number());
            linux.fsconfigString(fs.number(), "upperdir", upper + "/upper");
            linux.fsconfigString(fs.number(), "workdir", upper + "/work");
            assertThat(linux.fsconfigCreate(fs.number())).isZero();
            try (Fd overlay = linux.own(linux.fsmount(fs.number(), 0))) {
                SortedMap<String, String> before = SeenTree.of(mount.number());
                assertThat(SeenTree.of(overlay.number()).get("d/f")).isEqualTo(before.get("d/f"));
                Path root = Path.of("/proc/self/fd/" + overlay.number());
                Files.writeString(root.resolve("d/f"), "changed", UTF_8);
                Files.delete(root.resolve("g"));
                assertThat(Files.readString(root.resolve("d/f"), UTF_8)).isEqualTo("changed");
                assertThat(SeenTree.of(overlay.number())).doesNotContainKey("g");
                assertThat(SeenTree.of(mount.number())).isEqualTo(before);
            }
        }
    }
}
