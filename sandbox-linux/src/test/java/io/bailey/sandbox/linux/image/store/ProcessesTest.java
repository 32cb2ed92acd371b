package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Real processes that share a store, and real kill -9. */
@Timeout(600)
class ProcessesTest {
    /** How often some are killed: {@code -Dbailey.store.kills=300} for a night. */
    private static final int KILLS = Integer.getInteger("bailey.store.kills", 12);

    /** What each of those does that are left to end. */
    private static final int ROUNDS = Integer.getInteger("bailey.store.rounds", 150);

    private static final int CONTENDERS = 5;
    private static final int VICTIMS = 2;

    @TempDir(factory = InMemory.class)
    Path scratch;

    /** All of them, ready to begin. */
    private List<Process> start(int count, String task, long seed) throws IOException {
        List<Process> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            workers.add(Worker.start(scratch.resolve("store"), task, seed + i));
        }
        for (Process worker : workers) {
            assertThat(reader(worker).readLine()).isEqualTo("ready");
        }
        return workers;
    }

    private static BufferedReader reader(Process worker) {
        return worker.inputReader();
    }

    private static void go(List<Process> workers) throws IOException {
        for (Process worker : workers) {
            worker.getOutputStream().write('\n');
            worker.getOutputStream().flush();
        }
    }

    private static void end(List<Process> workers) throws InterruptedException {
        for (Process worker : workers) {
            // Its handle, which leaves alone what it has said.
            worker.toHandle().destroyForcibly();
        }
        for (Process worker : workers) {
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void oneOfManyMakesIt() throws Exception {
        List<Process> workers = start(CONTENDERS, "once", 0);
        try {
            go(workers);
            for (Process worker : workers) {
                assertThat(reader(worker).lines().toList()).containsExactly("done");
                assertThat(worker.waitFor()).isZero();
            }
            assertThat(Files.readAllLines(scratch.resolve("made"))).hasSize(1);
        } finally {
            end(workers);
        }
    }

    /** Everybody leases, makes, names, forgets and prunes: nobody loses what he has leased. */
    @Test
    void whatIsLeasedIsNeverGone() throws Exception {
        List<Process> workers = start(3, Integer.toString(ROUNDS), 4711);
        try {
            go(workers);
            for (Process worker : workers) {
                assertThat(reader(worker).lines().toList()).containsExactly("done");
                assertThat(worker.waitFor()).isZero();
            }
        } finally {
            end(workers);
        }
        expectIntact();
    }

    @Test
    void whoeverIsKilledLeavesAWholeStore() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        // How much they had open when they were killed: without any this would prove little.
        int inTheMidst = 0;
        for (int i = 0; i < KILLS || inTheMidst == 0; i++) {
            List<Process> victims = start(VICTIMS, "forever", random.nextInt());
            try {
                go(victims);
                // Not to wait for anything: so that it is another instant each time.
                Thread.sleep(random.nextInt(60));
                assertThat(victims).as("seed %d", seed).allMatch(Process::isAlive);
            } finally {
                end(victims);
            }
            for (Process victim : victims) {
                assertThat(reader(victim).lines().toList()).as("seed %d", seed).isEmpty();
            }
            inTheMidst += leftBehind();
            expectIntact();
        }
    }

    private int leftBehind() {
        Path root = scratch.resolve("store");
        return Things.names(root.resolve("ingest")).size()
                + Things.names(root.resolve("locks")).size();
    }

    private void expectIntact() {
        Path root = scratch.resolve("store");
        try (Store store = Store.open(Linux.host(), root, true, Duration.ZERO)) {
            assertThat(Things.names(root.resolve("ingest"))).isEmpty();
            assertThat(Things.names(root.resolve("locks"))).isEmpty();
            assertThat(Things.names(root.resolve("run"))).hasSize(1);
            for (Digest digest : store.blobs()) {
                assertThat(store.verifyBlob(digest)).isTrue();
            }
            for (String word : List.of("w0", "w1", "w2", "w3")) {
                assertThat(store.layer(Things.layer(word)))
                        .matches(tree -> tree.isEmpty() || Things.isWhole(tree.get(), word));
                assertThat(store.chain(Things.chain(word)))
                        .matches(tree -> tree.isEmpty() || Things.isWhole(tree.get(), word));
                store.lock(Things.blob(word)).close();
            }
            for (byte[] document : store.images()) {
                assertThat(Things.isThere(store, Things.word(document))).isTrue();
            }
        }
    }
}
