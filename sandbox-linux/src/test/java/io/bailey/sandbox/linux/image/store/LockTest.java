package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;
import io.bailey.sandbox.linux.testing.OpenFiles;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One makes a thing, the others wait. Two stores of one directory are two strangers. */
@Timeout(120)
class LockTest {
    private static final Digest DIGEST = Things.blob("a");
    private static final Consumer<Digest> NOBODY = ignored -> {};
    private static final Duration SHORT = Duration.ofMillis(30);

    @TempDir(factory = InMemory.class)
    Path root;

    private Store one;
    private Store other;
    private OpenFiles open;
    private boolean armed;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void open() {
        open = OpenFiles.now();
        one = Things.open(root);
        other = Store.open(Linux.host(), root, true, SHORT);
    }

    @AfterEach
    void nothingIsLeft() {
        threads.close();
        one.close();
        other.close();
        assertThat(Things.names(root.resolve("locks"))).isEmpty();
        open.expectNoMore();
    }

    @Test
    void aStrangerIsToldWhoHasIt() {
        List<Digest> told = new ArrayList<>();
        try (Lock lock = one.lock(DIGEST)) {
            assertThat(lock.digests()).containsExactly(DIGEST);
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> other.lock(DIGEST, told::add))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED))
                    .withMessageContaining(DIGEST.toString())
                    .withMessageContaining("process " + ProcessHandle.current().pid());
        }
        assertThat(told).containsExactly(DIGEST);
        other.lock(DIGEST, told::add).close();
        assertThat(told).as("nobody is waited for").hasSize(1);
    }

    @Test
    void soIsAThreadOfTheSameStore() {
        List<Digest> told = new ArrayList<>();
        try (Lock lock = other.lock(DIGEST)) {
            assertThat(lock.digests()).containsExactly(DIGEST);
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> other.lock(DIGEST, told::add))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED))
                    .withMessageContaining("another thread");
        }
        assertThat(told).containsExactly(DIGEST);
        other.lock(DIGEST).close();
    }

    @Test
    void differentDigestsDoNotMeet() {
        try (Lock lock = one.lock(DIGEST);
                Lock second = other.lock(Things.blob("b"))) {
            assertThat(lock.digests()).isNotEqualTo(second.digests());
        }
    }

    @Test
    void allOrNone() {
        List<Digest> both = List.of(Things.blob("b"), DIGEST, DIGEST);
        try (Lock lock = one.lock(DIGEST)) {
            assertThat(lock.digests()).hasSize(1);
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> other.lockAll(both, NOBODY));
            one.lock(Things.blob("b")).close();
        }
        try (Lock lock = other.lockAll(both, NOBODY)) {
            assertThat(lock.digests()).hasSize(2);
        }
    }

    @Test
    void aListenerThatThrowsLeavesNothingLocked() {
        Consumer<Digest> broken =
                ignored -> {
                    throw new IllegalStateException("broken");
                };
        try (Lock lock = one.lock(DIGEST)) {
            assertThat(lock.digests()).hasSize(1);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> one.lock(DIGEST, broken));
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> other.lock(DIGEST, broken));
        }
        one.lock(DIGEST).close();
        other.lock(DIGEST).close();
    }

    @Test
    void whoWaitsForAThreadCanBeInterrupted() throws Exception {
        interruptWaiter(one);
    }

    @Test
    void whoWaitsForAProcessCanBeInterrupted() throws Exception {
        try (Store patient = Things.open(root)) {
            interruptWaiter(patient);
        }
    }

    private void interruptWaiter(Store waitsIn) throws Exception {
        try (Lock lock = one.lock(DIGEST)) {
            assertThat(lock.digests()).hasSize(1);
            CountDownLatch waiting = new CountDownLatch(1);
            Thread[] waiter = new Thread[1];
            Future<?> answer =
                    threads.submit(() -> {
                        waiter[0] = Thread.currentThread();
                        assertThatExceptionOfType(ImageException.class)
                                .isThrownBy(
                                        () -> waitsIn.lock(DIGEST, ignored -> waiting.countDown()))
                                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED));
                        assertThat(Thread.interrupted()).as("its flag").isTrue();
                    });
            waiting.await();
            waiter[0].interrupt();
            answer.get();
        }
        waitsIn.lock(DIGEST).close();
    }

    /**
     * The lock of one who was killed: there is a file, with a number in it, and nobody holds it.
     */
    @Test
    void theFileOfADeadOneIsNoLock() throws Exception {
        Path file = root.resolve("locks/" + Names.of(DIGEST));
        Files.writeString(file, "123456789");
        other.lock(DIGEST).close();
        Files.writeString(file, "123456789");
        Path second = Files.writeString(root.resolve("locks/" + Names.of(Things.blob("b"))), "1");
        try (Lock lock = one.lock(DIGEST)) {
            assertThat(lock.digests()).hasSize(1);
            assertThat(file).hasContent(Long.toString(ProcessHandle.current().pid()));
            Things.open(root).close();
            assertThat(file).as("the file of the living").exists();
            assertThat(second).doesNotExist();
        }
    }

    /**
     * Between our open and our lock the holder goes, and the file with him, and the next one makes
     * a new file: what we then lock is nobody's, and nothing.
     */
    @Test
    void theLockOfAFileThatIsGoneIsNoLock() {
        Lock first = one.lock(DIGEST);
        List<Lock> second = new ArrayList<>();
        SystemCall real = Linux.realCalls();
        SystemCall slow =
                (sys, a, b, c, d, e, f) -> {
                    if (sys == Sys.FLOCK && armed && second.isEmpty()) {
                        first.close();
                        second.add(one.lock(DIGEST));
                    }
                    return real.invoke(sys, a, b, c, d, e, f);
                };
        try (Store third = Store.open(Linux.over(slow), root, true, SHORT)) {
            armed = true;
            assertThatExceptionOfType(ImageException.class)
                    .isThrownBy(() -> third.lock(DIGEST))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOCKED));
            assertThat(second).hasSize(1);
            second.getFirst().close();
            third.lock(DIGEST).close();
        }
    }

    /** Holders remove the file, sweepers remove it, and still there is only ever one holder. */
    @Test
    void neverAreThereTwo() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        List<Future<Integer>> all = new ArrayList<>();
        try (Store third = Things.open(root)) {
            for (Store store : List.of(one, one, third, third)) {
                all.add(threads.submit(contender(store, inside, turns)));
            }
            Root swept = Opening.writable(Linux.host(), root, true);
            Future<?> sweeper =
                    threads.submit(() -> {
                        while (turns.get() < 800) {
                            Leftovers.sweep(swept);
                        }
                    });
            int waits = 0;
            for (Future<Integer> each : all) {
                waits += each.get();
            }
            sweeper.get();
            swept.release();
            assertThat(waits).as("they did meet").isPositive();
        }
    }

    private static Callable<Integer> contender(
            Store store, AtomicInteger inside, AtomicInteger turns) {
        return () -> {
            AtomicInteger waits = new AtomicInteger();
            for (int i = 0; i < 200; i++) {
                try (Lock lock = store.lock(DIGEST, ignored -> waits.incrementAndGet())) {
                    assertThat(inside.incrementAndGet()).isEqualTo(lock.digests().size());
                    Thread.onSpinWait();
                    inside.decrementAndGet();
                    turns.incrementAndGet();
                }
            }
            return waits.get();
        };
    }

    /** Each takes the same in another order. */
    @Test
    void severalAtOnceAreNoDeadlock() throws Exception {
        List<Digest> digests =
                List.of(Things.blob("a"), Things.blob("b"), Things.blob("c"), Things.layer("d"));
        List<Future<?>> all = new ArrayList<>();
        try (Store third = Things.open(root)) {
            for (Store store : List.of(one, third, one, third)) {
                for (List<Digest> order : List.of(digests, digests.reversed())) {
                    all.add(
                            threads.submit(() -> {
                                for (int i = 0; i < 50; i++) {
                                    store.lockAll(order, NOBODY).close();
                                }
                            }));
                }
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }
}
