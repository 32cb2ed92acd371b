package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.container.DetachedReport.Lock;
import io.bailey.sandbox.linux.plan.Report;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who cannot look does not take the living for dead. */
class DetachedReportTest {
    private static final Linux LINUX = Linux.host();

    @TempDir private Path directory;

    private Path report() {
        return directory.resolve(DetachedFiles.REPORT);
    }

    /** As a living init holds it; another open file is another owner. */
    private int locked() {
        int fd = LINUX.openat(Linux.AT_FDCWD, report().toString(), Linux.O_RDWR, 0);
        assertThat(LINUX.lock(fd, 0, 1)).isZero();
        return fd;
    }

    @Test
    void theLockSaysWhetherItLives() throws IOException {
        assertThat(DetachedReport.read(LINUX, directory).lock()).isEqualTo(Lock.MISSING);
        byte[] content = new byte[Report.FILE_BYTES];
        System.arraycopy("4711".getBytes(StandardCharsets.US_ASCII), 0, content, Report.NUMBER, 4);
        Files.write(report(), content);
        int fd = locked();
        DetachedReport alive = DetachedReport.read(LINUX, directory);
        assertThat(alive.lock()).isEqualTo(Lock.HELD);
        assertThat(alive.pid()).hasValue(4711);
        assertThat(alive.ending()).isEmpty();
        LINUX.close(fd);
        assertThat(DetachedReport.read(LINUX, directory).lock()).isEqualTo(Lock.FREE);
    }

    /** Its maker has not written all of it yet. */
    @Test
    void aShortOneIsAliveAsLongAsItIsLocked() throws IOException {
        Files.write(report(), new byte[3]);
        int fd = locked();
        assertThat(DetachedReport.read(LINUX, directory).alive()).isTrue();
        LINUX.close(fd);
        assertThat(DetachedReport.read(LINUX, directory).alive()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = Sys.class,
            names = {"OPENAT", "FCNTL", "READ"})
    void whoCannotLookIsTold(Sys call) throws IOException {
        Files.write(report(), new byte[Report.FILE_BYTES]);
        int fd = locked();
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == call, Errno.EMFILE);
        kernel.failAfter(0);
        assertThatThrownBy(() -> DetachedReport.read(Linux.over(kernel), directory))
                .isInstanceOf(SandboxSetupException.class)
                .hasMessageContaining("EMFILE")
                .hasMessageContaining("ulimit -n");
        assertThat(kernel.leaked()).isEmpty();
        LINUX.close(fd);
    }
}
