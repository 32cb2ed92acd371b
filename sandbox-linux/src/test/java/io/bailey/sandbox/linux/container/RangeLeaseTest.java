package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.host.IdRange;
import io.bailey.sandbox.linux.host.TakenIds;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** No two JVMs of a host have one range of ids. */
class RangeLeaseTest {
    /** Above what is ever picked, so that nobody's range is in the way. */
    private static final long BASE = 0xF000_0000L;

    @Test
    void whatOneHoldsNoOtherGets() throws Exception {
        Powers.require(Power.ROOT);
        Path file = Path.of("/etc/subuid");
        if (!Files.isWritable(file)) {
            assertThat(RangeLease.open(Linux.host()).take(BASE, 65_536)).isTrue();
            return;
        }
        long size = Files.size(file);
        RangeLease first = RangeLease.open(Linux.host());
        RangeLease second = RangeLease.open(Linux.host());
        assertThat(first.take(BASE, 65_536)).isTrue();
        assertThat(second.take(BASE + 65_535, 65_536)).isFalse();
        assertThat(second.take(BASE + 65_536, 65_536)).isTrue();
        assertThat(first.take(BASE, 65_536)).as("its own again").isTrue();
        assertThat(file).hasSize(size);
    }

    @Test
    void whereThereIsNoFileChanceHasToDo() {
        Linux blind = Linux.over((sys, a, b, c, d, e, f) -> -Errno.EROFS);
        assertThat(RangeLease.open(blind).take(BASE, 65_536)).isTrue();
    }

    /**
     * A read lock is all that one needs to spoil it, and whoever may read the file can have one.
     */
    @Test
    void aReadLockOfAStrangerStopsNobody(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("subuid"), "");
        List<IdRange> taken = List.of(new IdRange(0, 1_000_000_000L));
        Process stranger = lockForReading(file);
        try {
            RangeLease lease = RangeLease.open(Linux.host(), file.toString());
            assertThat(lease.take(BASE, 65_536)).isFalse();
            for (int i = 0; i < 10; i++) {
                assertThat(Identities.pick(new TakenIds(taken), lease))
                        .isGreaterThanOrEqualTo(1_000_000_000L);
            }
            stranger.getOutputStream().close();
            assertThat(stranger.waitFor()).isZero();
            assertThat(lease.take(BASE, 65_536)).isTrue();
        } finally {
            stranger.destroyForcibly().waitFor();
        }
    }

    /** Another process: this one's own locks are not in its way. */
    private static Process lockForReading(Path file) throws IOException {
        Powers.requireProgram("/usr/bin/python3");
        String script =
                "import fcntl,sys; f=open(sys.argv[1]); fcntl.lockf(f, fcntl.LOCK_SH);"
                        + "print('locked', flush=True); sys.stdin.read()";
        Process stranger =
                new ProcessBuilder("/usr/bin/python3", "-c", script, file.toString()).start();
        assertThat(stranger.inputReader().readLine()).isEqualTo("locked");
        return stranger;
    }

    @Test
    void whatTheHostGaveAwayIsNeverPicked() {
        Linux blind = Linux.over((sys, a, b, c, d, e, f) -> -Errno.EROFS);
        TakenIds all = new TakenIds(List.of(new IdRange(0, 1L << 32)));
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(() -> Identities.pick(all, RangeLease.open(blind)))
                .withMessageContaining("/etc/subuid");
    }
}
