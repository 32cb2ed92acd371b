package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many runs at once: none fails, none gets another's output, none leaves anything ({@link
 * LeakAudit}). {@code -Dbailey.soak=5000} makes it long.
 */
@ExtendWith(LeakAudit.class)
class SoakTest {
    private static final int THREADS = 8;
    private static final int RUNS = Integer.getInteger("bailey.soak", 400);

    @Test
    void noneFails() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox =
                Sandboxes.host().namespaces(Namespace.allBut(Namespace.NETWORK)).build()) {
            soak(sandbox);
        }
    }

    @Test
    void noneFailsUnderLimitsAndWithANetworkOfItsOwn() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Sandbox sandbox = Sandboxes.host().memory("64M").pids(32).build()) {
            soak(sandbox);
        }
    }

    private static void soak(Sandbox sandbox) throws Exception {
        AtomicInteger next = new AtomicInteger();
        Callable<Void> work =
                () -> {
                    for (int i = next.getAndIncrement(); i < RUNS; i = next.getAndIncrement()) {
                        verify(
                                i,
                                sandbox.run(
                                        "sh",
                                        "-c",
                                        "echo " + i + "; echo e" + i + " >&2; exit " + i % 100));
                    }
                    return null;
                };
        List<Future<Void>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                workers.add(threads.submit(work));
            }
        }
        for (Future<Void> worker : workers) {
            assertThat(worker.get()).isNull();
        }
    }

    private static void verify(int i, Result result) {
        assertThat(result.termination()).isEqualTo(new Termination.Exited(i % 100));
        assertThat(result.stdout()).isEqualTo(i + "\n");
        assertThat(result.stderr()).isEqualTo("e" + i + "\n");
    }
}
