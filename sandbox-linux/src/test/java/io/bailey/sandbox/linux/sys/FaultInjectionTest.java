package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.linux.testing.FaultyKernel;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Faults that a healthy machine does not show, put in beneath {@link Linux}. */
class FaultInjectionTest {

    @Test
    void writeAllGoesOnAfterPartialWritesAndInterrupts() {
        List<Long> lengths = new ArrayList<>();
        long[] answers = {2, -Errno.EINTR, 1, 7};
        Linux linux =
                Linux.over((sys, a, b, length, d, e, f) -> {
                    lengths.add(length);
                    return answers[lengths.size() - 1];
                });
        assertThat(linux.writeAll(1, new byte[10])).isZero();
        assertThat(lengths).containsExactly(10L, 8L, 8L, 7L);
    }

    @Test
    void writeAllAnswersAnyOtherError() {
        Linux linux = Linux.over((sys, a, b, c, d, e, f) -> -Errno.ENOSPC);
        assertThat(linux.writeAll(1, new byte[10])).isEqualTo(-Errno.ENOSPC);
    }

    @Test
    void aPipeThatCannotBeMadeIsAnErrno() {
        Linux linux = Linux.over((sys, a, b, c, d, e, f) -> -Errno.EMFILE);
        assertThat(linux.pipe2(0)).containsExactly(-Errno.EMFILE, -1);
    }

    @Test
    void memoryThatCannotBeMappedIsAnErrorWithItsSize() {
        Linux linux = Linux.over((sys, a, b, c, d, e, f) -> -Errno.ENOMEM);
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> NativeMemory.map(linux, 4711))
                .withMessageContainingAll("4711", "ENOMEM");
    }

    @Test
    void aFileThatCannotBeReadIsClosed() {
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == Sys.PREAD64, Errno.EIO);
        kernel.failAfter(0);
        FileText text = KernelFile.read(Linux.over(kernel), Linux.AT_FDCWD, "/proc/self/status");
        assertThat(text.result()).isEqualTo(-Errno.EIO);
        assertThat(kernel.hasFailed()).isTrue();
        assertThat(kernel.leaked()).isEmpty();
    }

    @Test
    void rlimitIsEmptyWhenTheKernelRefuses() {
        assertThat(Linux.over((sys, a, b, c, d, e, f) -> -Errno.EPERM).rlimit(7)).isEmpty();
        assertThat(Linux.host().rlimit(7)).hasSize(2);
    }

    @Test
    void everyCallGoesThroughTheAdapter() {
        List<Sys> calls = new ArrayList<>();
        Linux linux =
                Linux.over((sys, a, b, c, d, e, f) -> {
                    calls.add(sys);
                    return -Errno.ENOSYS;
                });
        assertThat(linux.openTree(-1, "", 0)).isEqualTo(-Errno.ENOSYS);
        assertThat(linux.moveMount(-1, "", -1, "", 0)).isEqualTo(-Errno.ENOSYS);
        assertThat(linux.mountSetattr(-1, 0, 0, 0, 0, 0)).isEqualTo(-Errno.ENOSYS);
        assertThat(linux.waitPidfd(-1, 0).result()).isEqualTo(-Errno.ENOSYS);
        assertThat(linux.stat(-1, "", 0).result()).isEqualTo(-Errno.ENOSYS);
        assertThat(calls)
                .containsExactly(
                        Sys.OPEN_TREE, Sys.MOVE_MOUNT, Sys.MOUNT_SETATTR, Sys.WAITID, Sys.STATX);
    }
}
