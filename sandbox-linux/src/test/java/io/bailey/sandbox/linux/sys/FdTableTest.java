package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class FdTableTest {

    /** Made, closed, and the highest of them: what a growth of the table consists of. */
    private static final class Recorder implements SystemCall {
        final List<Long> made = new ArrayList<>();
        final List<Long> closed = new ArrayList<>();
        private final SystemCall real = Linux.realCalls();

        @Override
        public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
            long result = real.invoke(sys, a, b, c, d, e, f);
            if (sys == Sys.CLOSE) {
                closed.add(a);
            } else if (sys == Sys.OPENAT || sys == Sys.FCNTL) {
                made.add(result);
            }
            return result;
        }
    }

    @Test
    void makesRoomAndLeavesNothingOpen() throws Exception {
        long limit = Linux.host().rlimit(7).getFirst();
        int wanted = Math.clamp(limit, 64, 4096);
        Recorder kernel = new Recorder();
        FdTable.grow(Linux.over(kernel));
        assertThat(kernel.made).hasSize(2);
        assertThat(kernel.made.get(1)).isGreaterThanOrEqualTo(wanted - 1);
        assertThat(kernel.closed).containsExactlyInAnyOrderElementsOf(kernel.made);
        assertThat(tableSize()).isGreaterThanOrEqualTo(wanted);
    }

    private static int tableSize() throws Exception {
        return Files.readString(Path.of("/proc/self/status"))
                .lines()
                .filter(line -> line.startsWith("FDSize:"))
                .mapToInt(line -> Integer.parseInt(line.substring(7).strip()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void leavesNothingOpenWhenTheLimitIsReached() {
        List<Long> closed = new ArrayList<>();
        FdTable.grow(
                Linux.over((sys, a, b, c, d, e, f) ->
                        switch (sys) {
                            case OPENAT -> 55;
                            case FCNTL -> -Errno.EMFILE;
                            case CLOSE -> {
                                closed.add(a);
                                yield 0;
                            }
                            default -> 0;
                        }));
        assertThat(closed).containsExactly(55L);
    }

    /** Best effort: it only saves time. */
    @Test
    void doesNothingWhereItMayNotEvenAsk() {
        List<Sys> calls = new ArrayList<>();
        FdTable.grow(
                Linux.over((sys, a, b, c, d, e, f) -> {
                    calls.add(sys);
                    return -Errno.EPERM;
                }));
        assertThat(calls).containsExactly(Sys.PRLIMIT64);
    }
}
