package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;

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
}
