package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Descriptors open and close all the time, with and without close-on-exec, while sandboxes start
 * and the JVM forks beside them: none crosses either way.
 */
@ExtendWith(Stage.class)
@Timeout(400)
class DescriptorRaceTest {
    private static final int THREADS = 4;
    private static final int ROUNDS = 40;

    @Test
    void noneCrosses() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        List<Future<Void>> all = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofPlatform().name("race-", 0).factory())) {
            for (int thread = 0; thread < THREADS; thread++) {
                all.add(threads.submit(often(DescriptorRaceTest::careless)));
                all.add(threads.submit(often(DescriptorRaceTest::sandbox)));
                all.add(threads.submit(often(DescriptorRaceTest::process)));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        }
    }

    private static Callable<Void> often(Callable<?> task) {
        return () -> {
            for (int round = 0; round < ROUNDS; round++) {
                task.call();
            }
            return null;
        };
    }

    /** As native code of the application may: directories of the host, open to be inherited. */
    private static Object careless() {
        Linux linux = Linux.host();
        for (int i = 0; i < 20; i++) {
            try (Fd fd = linux.own(linux.openat(Linux.AT_FDCWD, "/", Linux.O_RDONLY, 0))) {
                linux.fcntl(fd.number(), Linux.F_SETFD, 0);
            }
        }
        return true;
    }

    private static Object sandbox() throws Exception {
        Answer answer = BaileyWall.FULL.attempt("a descriptor above 2");
        assertThat(answer.verdict()).as(answer.detail()).isEqualTo(Answer.Verdict.REFUSED);
        return answer;
    }

    private static Object process() throws Exception {
        Process ls = new ProcessBuilder("ls", "/proc/self/fd").start();
        // The last is ls's own, on the directory it lists.
        assertThat(ls.inputReader().readAllAsString()).isEqualTo("0\n1\n2\n3\n");
        return ls.waitFor();
    }
}
