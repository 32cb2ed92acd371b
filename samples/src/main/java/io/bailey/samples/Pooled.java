package io.bailey.samples;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;

import java.time.Duration;

/** Many small jobs of strangers: each in a sandbox of its own, which was ready before it came. */
final class Pooled {
    private static final int JOBS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Runs them, and says how long each took. */
    static void main() throws InterruptedException {
        try (Sandbox sandbox =
                        Sandbox.builder()
                                .memory("64M")
                                .pids(32)
                                .timeout(Duration.ofSeconds(5))
                                .build();
                Pool pool = sandbox.pool(4)) {
            pool.awaitFull(PATIENCE);
            for (int job = 1; job <= JOBS; job++) {
                Command answer = Command.of("sh", "-c", "read n; echo $((n * n))");
                Result result = pool.run(answer.stdin(Input.of(job + "\n"))).orThrow();
                IO.println(
                        result.stdout().strip()
                                + " after "
                                + result.timings().total().toNanos() / 1_000
                                + " µs");
            }
            IO.println(pool.stats());
        }
    }
}
