package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bailey.sandbox.linux.testing.FaultyKernel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

class FileCallsTest {
    @TempDir Path directory;

    private int open(FileCalls calls) {
        return calls.openat(Linux.AT_FDCWD, directory.toString(), Linux.O_DIRECTORY, 0);
    }

    @Test
    void makesAndDescribesFiles() throws Exception {
        try (FileCalls calls = FileCalls.open()) {
            int dir = open(calls);
            int file = calls.openat(dir, "f", Linux.O_CREAT | Linux.O_EXCL | Linux.O_RDWR, 0600);
            ByteBuffer direct = ByteBuffer.allocateDirect(8).put("abcdef".getBytes()).flip();
            assertThat(calls.write(file, direct.position(1), 2)).isZero();
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(calls.write(file, ByteBuffer.wrap("xyz".getBytes(), 1, 2), 0)).isZero();
            assertThat(calls.fchmod(file, 0640)).isZero();
            assertThat(calls.futimens(file, -7, 123)).isZero();
            FileStat stat = calls.fstat(file);
            assertThat(stat.permissions()).isEqualTo(0640);
            assertThat(stat.seconds()).isEqualTo(-7);
            assertThat(stat.nanos()).isEqualTo(123);
            assertThat(stat.links()).isEqualTo(1);
            assertThat(stat.size()).isEqualTo(7);
            assertThat(stat.inode())
                    .isEqualTo(Files.getAttribute(directory.resolve("f"), "unix:ino"));
            ByteBuffer back = ByteBuffer.allocateDirect(10);
            assertThat(calls.read(file, back, 1)).isEqualTo(6);
            assertThat(Files.readString(directory.resolve("f"))).isEqualTo("yzbcdef");
            calls.close(file);
            calls.close(dir);
        }
    }

    @Test
    void linksMovesAndRemoves() throws Exception {
        try (FileCalls calls = FileCalls.open()) {
            int dir = open(calls);
            assertThat(calls.symlinkat("where to", dir, "s")).isZero();
            assertThat(calls.text(calls.readlinkat(dir, "s"))).isEqualTo("where to");
            assertThat(calls.utimensat(dir, "s", 5, 6)).isZero();
            assertThat(calls.stat(dir, "s").seconds()).isEqualTo(5);
            assertThat(calls.linkat(dir, "s", dir, "hard")).isZero();
            assertThat(calls.stat(dir, "hard").isLink()).isTrue();
            assertThat(calls.stat(dir, "hard").links()).isEqualTo(2);
            assertThat(calls.renameat2(dir, "s", dir, "hard", FileCalls.RENAME_NOREPLACE))
                    .isEqualTo(-Errno.EEXIST);
            assertThat(calls.renameat2(dir, "s", dir, "t", 0)).isZero();
            assertThat(calls.unlinkat(dir, "t", 0)).isZero();
            assertThat(calls.unlinkat(dir, "t", 0)).isEqualTo(-Errno.ENOENT);
            calls.close(dir);
        }
    }

    /** An ordinary user may make whiteouts: mknod(2), Linux 5.8. */
    @Test
    void makesWhiteouts() {
        try (FileCalls calls = FileCalls.open()) {
            int dir = open(calls);
            assertThat(calls.mknodat(dir, "w", FileStat.CHARACTER, 0, 0)).isZero();
            assertThat(calls.stat(dir, "w").isWhiteout()).isTrue();
            calls.close(dir);
        }
    }

    @Test
    void attributesComeBack() {
        try (FileCalls calls = FileCalls.open()) {
            int dir = open(calls);
            calls.mkdirat(dir, "d", 0700);
            byte[] value = "v\0w".getBytes(StandardCharsets.ISO_8859_1);
            assertThat(calls.lsetxattr(dir, "d", "user.a", value)).isZero();
            int d = calls.openat(dir, "d", Linux.O_DIRECTORY, 0);
            assertThat(calls.bytes(calls.fgetxattr(d, "user.a"))).isEqualTo(value);
            assertThat(calls.fsetxattr(d, "user.b", new byte[0])).isZero();
            assertThat(calls.text(calls.llistxattr(dir, "d")).split("\0"))
                    .contains("user.a", "user.b");
            assertThat(calls.fremovexattr(d, "user.a")).isZero();
            assertThat(calls.lgetxattr(dir, "d", "user.a")).isEqualTo(-Errno.ENODATA);
            assertThat(calls.fsetxattr(d, "user." + "n".repeat(300), value))
                    .isEqualTo(-Errno.ERANGE);
            calls.close(d);
            calls.close(dir);
        }
    }

    /** Names are bytes, whatever they would be as text. */
    @Test
    void listsNamesAsTheyAre() {
        try (FileCalls calls = FileCalls.open()) {
            int dir = open(calls);
            Set<String> made = new HashSet<>(Set.of("\u00ff\u0080\n", "\u00c3\u00a4"));
            for (int i = 0; i < 2000; i++) {
                made.add("a-name-that-fills-the-buffer-" + i);
            }
            made.forEach(name -> assertThat(calls.mkdirat(dir, name, 0700)).isZero());
            List<DirectoryEntry> entries = new ArrayList<>();
            while (calls.getdents(dir, entries) > 0) {}
            assertThat(entries).allMatch(DirectoryEntry::isDirectory);
            assertThat(entries.stream().map(DirectoryEntry::name).toList())
                    .containsExactlyInAnyOrderElementsOf(made);
            made.forEach(name -> calls.unlinkat(dir, name, Linux.AT_REMOVEDIR));
            calls.close(dir);
        }
    }

    @Test
    void refusesWhatTheKernelWouldReadOtherwise() {
        try (FileCalls calls = FileCalls.open()) {
            assertThatIllegalArgumentException().isThrownBy(() -> calls.mkdirat(-1, "a\0b", 0));
            assertThatIllegalArgumentException().isThrownBy(() -> calls.mkdirat(-1, "\u2026", 0));
            assertThat(calls.mkdirat(-1, "a".repeat(5000), 0)).isEqualTo(-Errno.ENAMETOOLONG);
            assertThat(calls.openat2(Linux.AT_FDCWD, "/proc/self/exe", 0, 0, 0x02))
                    .isEqualTo(-Errno.ELOOP);
        }
    }

    @Test
    void belongsToOneThread() throws Exception {
        try (FileCalls calls = FileCalls.open()) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread other =
                    Thread.ofPlatform()
                            .name("other")
                            .start(() -> {
                                try {
                                    calls.mkdirat(-1, "x", 0);
                                } catch (Throwable t) {
                                    thrown.set(t);
                                }
                            });
            other.join();
            assertThat(thrown.get()).isInstanceOf(WrongThreadException.class);
        }
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> {
                    FileCalls closed = FileCalls.open();
                    closed.close();
                    closed.mkdirat(-1, "x", 0);
                });
    }

    @Test
    void faultsCanBeInjected() {
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == Sys.MKDIRAT, Errno.ENOSPC);
        try (FileCalls calls = FileCalls.over(kernel)) {
            kernel.failAfter(0);
            assertThat(calls.mkdirat(Linux.AT_FDCWD, "x", 0)).isEqualTo(-Errno.ENOSPC);
        }
    }
}
