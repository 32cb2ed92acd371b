package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.PATIENCE;
import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolExhaustedException;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How many wait, for how long, what replaces them, and what becomes of those who come in vain. */
@Timeout(120)
@ExtendWith(LeakAudit.class)
class PoolKeepingTest {
    private static final Duration FOR_EVER = Duration.ofDays(1_000_000);

    @TempDir Path temp;

    private static Pool full(Sandbox sandbox, PoolOptions options) throws InterruptedException {
        Pool pool = sandbox.pool(options);
        assertThat(pool.awaitFull(PATIENCE)).isTrue();
        return pool;
    }

    @Test
    void theTakenAreReplaced() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, PoolOptions.ofSize(2))) {
            for (int i = 0; i < 6; i++) {
                assertThat(pool.awaitFull(PATIENCE)).isTrue();
                pool.run("true").orThrow();
            }
            assertThat(pool.awaitFull(FOR_EVER)).isTrue();
            assertThat(pool.size()).isEqualTo(2);
            assertThat(pool.stats().idle()).isEqualTo(2);
            assertThat(pool.stats().taken()).isEqualTo(6);
            assertThat(pool.stats().cold()).isZero();
        }
    }

    @Test
    void belowTheMinimumOnly() throws Exception {
        PoolOptions options = PoolOptions.builder(4).minimumIdle(2).build();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, options)) {
            pool.run("true").orThrow();
            pool.run("true").orThrow();
            assertThat(pool.stats().idle() + pool.stats().preparing()).isEqualTo(2);
            pool.run("true").orThrow();
            assertThat(eventually(() -> pool.stats().idle() == 4)).isTrue();
        }
    }

    @Test
    void whoHasWaitedForTooLongIsReplaced() throws Exception {
        PoolOptions options = PoolOptions.builder(2).idleExpiry(Duration.ofMillis(200)).build();
        try (Sandbox sandbox = host().build();
                Pool pool = sandbox.pool(options)) {
            assertThat(eventually(() -> pool.stats().expired() >= 4)).isTrue();
            pool.run("true").orThrow();
        }
    }

    @Test
    void anEmptyOneStartsCold() throws Exception {
        PoolOptions options = PoolOptions.builder(1).minimumIdle(1).build();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, options)) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(pool.runAsync(Command.of("true")));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
            assertThat(pool.stats().cold()).isPositive();
            assertThat(pool.stats().taken() + pool.stats().cold()).isEqualTo(20);
        }
    }

    @Test
    void orRefuses() throws Exception {
        Path root = TestRoot.complete(temp).path();
        PoolOptions options = PoolOptions.builder(1).refuseWhenEmpty().build();
        try (Sandbox sandbox = Sandbox.builder().rootfs(root).build()) {
            Files.move(root, temp.resolve("away"));
            try (Pool pool = sandbox.pool(options)) {
                assertThat(eventually(() -> pool.stats().failed() >= 2)).isTrue();
                assertThatExceptionOfType(PoolExhaustedException.class)
                        .isThrownBy(() -> pool.run("true"))
                        .withMessageContaining("start cold")
                        .withCauseInstanceOf(SandboxException.class);
                assertThat(pool.runAsync(Command.of("true")))
                        .failsWithin(PATIENCE)
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(PoolExhaustedException.class);
                assertThat(pool.stats().refused()).isEqualTo(2);
                assertThatThrownBy(() -> pool.awaitFull(Duration.ofMillis(1)))
                        .isInstanceOf(SandboxException.class);
            }
            Files.move(temp.resolve("away"), root);
        }
    }

    @Test
    void orLetsWait() throws Exception {
        PoolOptions options = PoolOptions.builder(1).waitWhenEmpty(PATIENCE).build();
        try (Sandbox sandbox = host().build();
                Pool pool = sandbox.pool(options)) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                all.add(pool.runAsync(Command.of("true")));
            }
            for (int i = 0; i < 10; i++) {
                pool.run("true").orThrow();
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
            assertThat(pool.stats().taken()).isEqualTo(20);
            assertThat(pool.stats().cold()).isZero();
        }
    }

    @Test
    void butNotForEver() throws Exception {
        Path root = TestRoot.complete(temp).path();
        PoolOptions options = PoolOptions.builder(1).waitWhenEmpty(Duration.ofMillis(50)).build();
        try (Sandbox sandbox = Sandbox.builder().rootfs(root).build()) {
            Files.move(root, temp.resolve("away"));
            try (Pool pool = sandbox.pool(options)) {
                assertThatExceptionOfType(PoolExhaustedException.class)
                        .isThrownBy(() -> pool.run("true"));
                assertThat(pool.runAsync(Command.of("true")))
                        .failsWithin(PATIENCE)
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(PoolExhaustedException.class);
            } finally {
                Files.move(temp.resolve("away"), root);
            }
        }
    }

    @Test
    void whatCannotBeMadeIsToldByWhoeverNeededItAndTriedAgain() throws Exception {
        Powers.require(Power.USERNS);
        TestRoot root = TestRoot.complete(temp);
        try (Sandbox sandbox = root.sandbox().build()) {
            Files.move(root.path(), temp.resolve("away"));
            try (Pool pool = sandbox.pool(1)) {
                assertThat(eventually(() -> pool.stats().failed() >= 1)).isTrue();
                SandboxException failure =
                        catchThrowableOfType(SandboxException.class, () -> pool.run("true"));
                assertThat(failure.getSuppressed())
                        .hasAtLeastOneElementOfType(SandboxException.class);
                Files.move(temp.resolve("away"), root.path());
                assertThat(eventually(() -> pool.stats().idle() == 1)).isTrue();
                pool.run("true").orThrow();
                assertThat(pool.stats().taken()).isEqualTo(1);
            }
        }
    }

    /** The children of this JVM that wait: two processes each, of which the first is its child. */
    private static List<ProcessHandle> waiting(List<ProcessHandle> before) {
        return ProcessHandle.current().children().filter(child -> !before.contains(child)).toList();
    }

    @Test
    void whoIsKilledFromOutsideIsReplaced() throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, PoolOptions.ofSize(3))) {
            List<ProcessHandle> inits = waiting(before);
            assertThat(inits).hasSize(3);
            inits.forEach(ProcessHandle::destroyForcibly);
            assertThat(eventually(() -> pool.stats().died() == 3)).isTrue();
            assertThat(pool.awaitFull(PATIENCE)).isTrue();
            assertThat(eventually(() -> waiting(before).size() == 3)).isTrue();
            pool.run("true").orThrow();
            assertThat(pool.stats().cold()).isZero();
        }
    }

    @Test
    void aBurstFromManyThreads() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox, PoolOptions.ofSize(16));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String number = Integer.toString(i);
                all.add(threads.submit(() -> pool.run("echo", number).orThrow().stdout()));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(all.get(i).get()).isEqualTo(i + "\n");
            }
            assertThat(pool.stats().taken() + pool.stats().cold()).isEqualTo(200);
            assertThat(pool.stats().taken()).isGreaterThanOrEqualTo(16);
        }
    }

    @Test
    void closingEndsThoseWhoWaitNotThoseWhoRun() throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        String mark = "600." + System.nanoTime();
        try (Sandbox sandbox = host().build()) {
            Pool pool = full(sandbox, PoolOptions.ofSize(3));
            var run = pool.runAsync(Command.of("sleep", mark));
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

            pool.close();

            assertThat(waiting(before)).hasSize(1);
            assertThat(run).isNotDone();
            assertThat(Proc.withArgument(mark)).isNotEmpty();
            assertThatThrownBy(() -> pool.run("true")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pool.start("true")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pool.awaitFull(PATIENCE))
                    .isInstanceOf(IllegalStateException.class);
            pool.close();
            run.cancel(true);
        }
        assertThat(eventually(() -> waiting(before).isEmpty())).isTrue();
    }

    @Test
    void theSandboxClosesItsPools() throws Exception {
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        Sandbox sandbox = host().build();
        Pool pool = full(sandbox, PoolOptions.ofSize(3));
        sandbox.close();
        assertThat(waiting(before)).isEmpty();
        assertThatThrownBy(() -> pool.run("true")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> sandbox.pool(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closedWhileItIsFilled() throws IOException {
        for (int i = 0; i < 10; i++) {
            try (Sandbox sandbox = host().build()) {
                sandbox.pool(PoolOptions.builder(8).preparers(4).build()).close();
            }
        }
    }
}
