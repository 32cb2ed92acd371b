package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class LinuxTest {
    private static final Linux LINUX = Linux.host();

    @Test
    void answersAValueOrTheNegatedErrno() {
        int fd = LINUX.openat(Linux.AT_FDCWD, "/", Linux.O_PATH, 0);
        assertThat(fd).isPositive();
        assertThat(LINUX.close(fd)).isZero();
        assertThat(LINUX.close(fd)).isEqualTo(-Errno.EBADF);
        assertThat(LINUX.openat(Linux.AT_FDCWD, "/not/there", 0, 0)).isEqualTo(-Errno.ENOENT);
    }

    /** errno is left over from the failure before; a success must not look at it. */
    @Test
    void aSuccessAfterAFailureIsASuccess() {
        for (int i = 0; i < 1000; i++) {
            assertThat(LINUX.close(-1)).isEqualTo(-Errno.EBADF);
            assertThat(LINUX.geteuid()).isNotNegative();
        }
    }

    /** mmap answers addresses: large, but no error. */
    @Test
    void anAddressIsNoErrno() {
        try (NativeMemory memory = NativeMemory.map(LINUX, 4096)) {
            memory.putLong(8, -3);
            assertThat(memory.getLong(8)).isEqualTo(-3);
            memory.put(16, new byte[] {1, 2, 3, 4});
            assertThat(memory.getInt(16)).isEqualTo(0x04030201);
        }
    }

    @Test
    void refusesANulInEveryPath() {
        List<ThrowingCallable> calls =
                List.of(
                        () -> LINUX.openat(Linux.AT_FDCWD, "/etc\0x", 0, 0),
                        () -> LINUX.openat2(Linux.AT_FDCWD, "/etc\0x", 0, 0, 0),
                        () -> LINUX.mkdirat(-1, "a\0b", 0),
                        () -> LINUX.mknodat(-1, "a\0b", 0, 0),
                        () -> LINUX.symlinkat("a\0b", -1, "c"),
                        () -> LINUX.symlinkat("c", -1, "a\0b"),
                        () -> LINUX.fchmodat(-1, "a\0b", 0),
                        () -> LINUX.unlinkat(-1, "a\0b", 0),
                        () -> LINUX.stat(-1, "a\0b", 0),
                        () -> LINUX.openTree(-1, "a\0b", 0),
                        () -> LINUX.moveMount(-1, "a\0b", -1, "c", 0),
                        () -> LINUX.moveMount(-1, "c", -1, "a\0b", 0),
                        () -> LINUX.fsopen("a\0b"),
                        () -> LINUX.fsconfigString(-1, "a\0b", "c"),
                        () -> LINUX.fsconfigString(-1, "c", "a\0b"),
                        () -> LINUX.memfdCreate("a\0b", 0));
        for (ThrowingCallable call : calls) {
            assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining("NUL");
        }
    }

    @Test
    void everyDescriptorIsBornCloseOnExec(@TempDir Path directory) throws Exception {
        int[] pipe = LINUX.pipe2(0);
        List<Integer> fds =
                List.of(
                        LINUX.openat(Linux.AT_FDCWD, directory.toString(), Linux.O_PATH, 0),
                        LINUX.openat2(Linux.AT_FDCWD, directory.toString(), Linux.O_PATH, 0, 0),
                        pipe[0],
                        pipe[1],
                        LINUX.memfdCreate("test", 0),
                        LINUX.eventfd(),
                        LINUX.epollCreate(),
                        LINUX.pidfdOpen((int) ProcessHandle.current().pid()));
        try {
            for (int fd : fds) {
                assertThat(fd).isPositive();
                String flags =
                        Files.readString(Path.of("/proc/self/fdinfo/" + fd))
                                .lines()
                                .filter(line -> line.startsWith("flags:"))
                                .findFirst()
                                .orElseThrow();
                int bits = Integer.parseInt(flags.substring(6).strip(), 8);
                assertThat(bits & Linux.O_CLOEXEC).as("fd %d: %s", fd, flags).isNotZero();
            }
        } finally {
            fds.forEach(LINUX::close);
        }
    }

    @Test
    void resolveInRootKeepsInside(@TempDir Path root) throws Exception {
        Files.createSymbolicLink(root.resolve("out"), Path.of("/etc/passwd"));
        try (Fd dir = LINUX.own(LINUX.openat(Linux.AT_FDCWD, root.toString(), Linux.O_PATH, 0))) {
            int inRoot = 0x10;
            assertThat(LINUX.openat2(dir.number(), "out", Linux.O_PATH, 0, inRoot))
                    .isEqualTo(-Errno.ENOENT);
        }
    }

    @Test
    void readsWhatWasWritten() {
        int[] pipe = LINUX.pipe2(Linux.O_NONBLOCK);
        byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
        assertThat(LINUX.write(pipe[1], text, 1, 3)).isEqualTo(3);
        ByteBuffer into = ByteBuffer.allocateDirect(10);
        into.position(2);
        assertThat(LINUX.read(pipe[0], into)).isEqualTo(3);
        assertThat(into.position()).isEqualTo(5);
        assertThat(into.get(2)).isEqualTo((byte) 'e');
        assertThat(LINUX.read(pipe[0], into)).isEqualTo(-Errno.EAGAIN);
        LINUX.close(pipe[1]);
        assertThat(LINUX.read(pipe[0], into)).isZero();
        LINUX.close(pipe[0]);
    }

    @Test
    void aDescriptorsDataComesBackWithItsEvent() {
        int[] pipe = LINUX.pipe2(0);
        try (Fd epoll = LINUX.own(LINUX.epollCreate());
                Fd in = LINUX.own(pipe[0]);
                Fd out = LINUX.own(pipe[1])) {
            long data = 0x1234_5678_9ABC_DEF0L;
            assertThat(
                            LINUX.epollCtl(
                                    epoll.number(),
                                    Linux.EPOLL_CTL_ADD,
                                    in.number(),
                                    Linux.EPOLLIN,
                                    data))
                    .isZero();
            EpollEvents events = new EpollEvents(4);
            assertThat(LINUX.epollWait(epoll.number(), events, 0)).isZero();
            assertThat(LINUX.write(out.number(), new byte[] {1}, 0, 1)).isEqualTo(1);
            assertThat(LINUX.epollWait(epoll.number(), events, 0)).isEqualTo(1);
            assertThat(events.data(0)).isEqualTo(data);
            assertThat(events.events(0)).isEqualTo(Linux.EPOLLIN);
        }
    }

    @Test
    void statTellsFilesFromDirectories(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "12345");
        Stat stat = LINUX.stat(Linux.AT_FDCWD, file.toString(), 0);
        assertThat(stat.isRegular()).isTrue();
        assertThat(stat.size()).isEqualTo(5);
        assertThat(stat.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(stat.uid()).isEqualTo(Files.getAttribute(file, "unix:uid"));
        assertThat(LINUX.stat(Linux.AT_FDCWD, directory.toString(), 0).isDirectory()).isTrue();
        assertThat(LINUX.stat(Linux.AT_FDCWD, "/not/there", 0).result()).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void waitsForAChildByItsPidfd() throws Exception {
        Process process = new ProcessBuilder("/bin/sh", "-c", "read line; exit 42").start();
        try (Fd pidfd = LINUX.own(LINUX.pidfdOpen((int) process.pid()))) {
            // Java's own reaper waits for it too, so it is only looked at: WNOWAIT.
            int wnowait = 0x01000000;
            assertThat(LINUX.waitPidfd(pidfd.number(), Linux.WNOHANG | wnowait).pid()).isZero();
            process.getOutputStream().close();
            assertThat(process.waitFor()).isEqualTo(42);
        }
    }
}
