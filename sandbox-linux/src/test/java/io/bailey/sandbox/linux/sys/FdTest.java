package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

class FdTest {
    private final List<Long> closed = new ArrayList<>();
    private final Linux linux =
            Linux.over((sys, a, b, c, d, e, f) -> {
                assertThat(sys).isEqualTo(Sys.CLOSE);
                closed.add(a);
                return 0;
            });

    /** A second close would hit whoever got the number in the meantime. */
    @Test
    void closesOnce() {
        Fd fd = linux.own(7);
        fd.close();
        fd.close();
        assertThat(closed).containsExactly(7L);
        assertThat(fd.isOpen()).isFalse();
    }

    @Test
    void refusesUseAfterClose() {
        Fd fd = linux.own(7);
        assertThat(fd.number()).isEqualTo(7);
        fd.close();
        assertThatIllegalStateException().isThrownBy(fd::number).withMessageContaining("7");
        assertThat(fd).hasToString("fd 7 (closed)");
    }

    @Test
    void closesOnceEvenWhenManyTry() throws Exception {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        Fd fd =
                Linux.over(
                                (sys, a, b, c, d, e, f) -> {
                                    seen.add(a);
                                    return 0;
                                })
                        .own(9);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().name("closer-" + i).start(fd::close));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen).containsExactly(9L);
    }
}
