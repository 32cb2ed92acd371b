package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class KernelFileTest {
    private final Linux linux = Linux.host();

    @Test
    void readsMoreThanOneChunk(@TempDir Path directory) throws Exception {
        String text = "0123456789".repeat(2000);
        Path file = Files.writeString(directory.resolve("long"), text);
        assertThat(KernelFile.read(linux, Linux.AT_FDCWD, file.toString()))
                .isEqualTo(new FileText(0, text));
    }

    @Test
    void readsProcFilesWhoseSizeIsZero() {
        assertThat(KernelFile.read(linux, Linux.AT_FDCWD, "/proc/self/status").text())
                .contains("CapEff:");
    }

    @Test
    void answersTheErrno() {
        assertThat(KernelFile.read(linux, Linux.AT_FDCWD, "/no/such/file"))
                .isEqualTo(new FileText(-Errno.ENOENT, ""));
        assertThat(KernelFile.read(linux, -1)).isEqualTo(new FileText(-Errno.EBADF, ""));
        assertThat(KernelFile.write(linux, Linux.AT_FDCWD, "/no/such/file", "1"))
                .isEqualTo(-Errno.ENOENT);
    }

    @Test
    void writesRelativeToADirectory(@TempDir Path directory) throws Exception {
        Files.createFile(directory.resolve("value"));
        try (Fd fd =
                linux.own(linux.openat(Linux.AT_FDCWD, directory.toString(), Linux.O_PATH, 0))) {
            assertThat(KernelFile.write(linux, fd.number(), "value", "4711")).isZero();
        }
        assertThat(directory.resolve("value")).hasContent("4711");
    }
}
