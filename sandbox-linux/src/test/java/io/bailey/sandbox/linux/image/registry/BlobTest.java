package io.bailey.sandbox.linux.image.registry;

import static io.bailey.sandbox.linux.image.registry.Setup.bytes;
import static io.bailey.sandbox.linux.image.registry.Setup.fetch;
import static io.bailey.sandbox.linux.image.registry.Setup.layer;
import static io.bailey.sandbox.linux.image.registry.Setup.reference;
import static io.bailey.sandbox.linux.image.registry.Setup.refused;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.FakeRegistry.Call;
import io.bailey.sandbox.linux.testing.FakeRegistry.Handler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Blobs, of a registry that behaves as it is told. */
@Timeout(120)
class BlobTest {
    private static final int LENGTH = 300_000;
    private static final byte[] BLOB = bytes(LENGTH);
    private static final String PATH = "/v2/a/b/blobs/" + Digest.sha256(BLOB);

    private final Setup setup = new Setup();
    @TempDir private Path directory;
    private Path file;
    private FakeRegistry registry;
    private ImageReference reference;

    @BeforeEach
    void start() throws IOException {
        file = Files.createFile(directory.resolve("blob"));
        registry = FakeRegistry.start();
        setup.insecure.add(registry.name());
        registry.blob("a/b", BLOB);
        reference = reference(registry.name(), "a/b:1");
    }

    @AfterEach
    void stop() throws IOException {
        registry.close();
    }

    private void fetches(byte[] blob) {
        try (RegistryClient client = setup.client()) {
            assertThat(fetch(client, reference, layer(blob), file)).isEqualTo(blob);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ImageException fails(Descriptor blob) {
        try (RegistryClient client = setup.client()) {
            return refused(() -> fetch(client, reference, blob));
        }
    }

    /** Sends the first bytes of the blob, and no more. */
    private Handler cutAfter(int bytes) {
        return (call, wire) -> {
            wire.head(200, LENGTH);
            wire.raw(Arrays.copyOf(BLOB, bytes));
            written(bytes);
            wire.cut();
        };
    }

    /** What the client has not read when it hears of the end is lost to it. */
    private void written(long bytes) throws IOException {
        while (Files.size(file) < bytes) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private List<String> ranges() {
        return registry.calls(PATH).stream().map(call -> call.header("range")).toList();
    }

    @Test
    void fetchesInOneGo() {
        fetches(BLOB);
        assertThat(ranges()).containsExactly("");
    }

    @Test
    void anEmptyBlobIsNotFetched() {
        fetches(new byte[0]);
        assertThat(registry.calls()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100_000, LENGTH - 1})
    void goesOnWhereItWasCut(int bytes) {
        registry.next(PATH, cutAfter(bytes));
        fetches(BLOB);
        String rest = bytes == 0 ? "" : "bytes=" + bytes + "-" + (LENGTH - 1);
        assertThat(ranges()).containsExactly("", rest);
        assertThat(registry.downloads(Digest.sha256(BLOB))).isEqualTo(2);
    }

    @Test
    void goesOnAgainAndAgainAsLongAsItGetsFurther() {
        byte[] large = bytes(9 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        setup.attempts = 2;
        registry.on(
                path,
                (call, wire) -> {
                    String range = call.header("range").replaceAll("bytes=|-.*", "");
                    int from = range.isEmpty() ? 0 : Integer.parseInt(range);
                    int to = Math.min(large.length, from + (3 << 20));
                    wire.head(
                            from == 0 ? 200 : 206,
                            large.length - from,
                            "Content-Range: bytes " + from + "-" + (large.length - 1) + "/*");
                    wire.raw(Arrays.copyOfRange(large, from, to));
                    written(to);
                    wire.cut();
                });
        fetches(large);
        assertThat(registry.calls(path)).hasSize(3);
    }

    @Test
    void beginsAnewWhereRangesAreIgnored() {
        registry.next(PATH, cutAfter(1000), (call, wire) -> wire.send(200, BLOB));
        fetches(BLOB);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes 0-999/300000",
                "bytes 1000-299999/300001",
                "bytes 1001-299999/300000",
                "bytes 1000-300000/300000",
                "bytes 1000-999/300000",
                "bytes 1000-/300000",
                "bytes */300000",
                "1000-299999",
                "bytes 99999999999999999999-99999999999999999999/*",
                ""
            })
    void beginsAnewWhereTheRestIsAnother(String range) {
        registry.next(
                PATH,
                cutAfter(1000),
                (call, wire) ->
                        wire.send(
                                206,
                                Arrays.copyOfRange(BLOB, 1000, LENGTH),
                                "Content-Range: " + range));
        fetches(BLOB);
        assertThat(ranges()).containsExactly("", "bytes=1000-299999", "");
    }

    @Test
    void beginsAnewWhereTheRestIsRefused() {
        registry.next(PATH, cutAfter(1000), (call, wire) -> wire.send(416, new byte[0]));
        fetches(BLOB);
        assertThat(ranges()).containsExactly("", "bytes=1000-299999", "");
    }

    @Test
    void refusesOtherBytes() {
        byte[] other = BLOB.clone();
        other[LENGTH / 2]++;
        registry.on(PATH, (call, wire) -> wire.send(200, other));
        ImageException e = fails(layer(BLOB));
        assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(e).hasMessageContaining(Digest.sha256(other).toString());
        assertThat(registry.calls(PATH)).hasSize(1);
    }

    @Test
    void refusesAnotherLengthAtOnce() {
        registry.on(PATH, (call, wire) -> wire.head(200, LENGTH + 1L));
        assertThat(fails(layer(BLOB)).kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        registry.on(PATH, (call, wire) -> wire.send(200, Arrays.copyOf(BLOB, 1000)));
        ImageException e = fails(layer(BLOB));
        assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(e).hasMessageContaining("it has 1000 bytes, and not 300000");
    }

    @Test
    void refusesTheFirstByteTooMany() throws IOException {
        AtomicInteger sent = new AtomicInteger();
        registry.on(
                PATH,
                (call, wire) -> {
                    wire.head(200, -1);
                    wire.raw(BLOB);
                    while (true) {
                        wire.raw(new byte[1 << 16]);
                        sent.incrementAndGet();
                    }
                });
        ImageException e = fails(layer(BLOB));
        assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH);
        assertThat(e).hasMessageContaining("more than 300000 bytes");
        // Buffers of the kernel and of the client, and no more.
        assertThat(sent.get()).isLessThan(1000);
    }

    @Test
    void refusesWhatEndsTooSoonEachTime() {
        setup.attempts = 2;
        registry.on(
                PATH,
                (call, wire) -> {
                    wire.head(call.header("range").isEmpty() ? 200 : 416, -1);
                    wire.raw(Arrays.copyOf(BLOB, 1000));
                    wire.cut();
                });
        ImageException e = fails(layer(BLOB));
        assertThat(e.kind()).isIn(Kind.DIGEST_MISMATCH, Kind.UNREACHABLE);
        assertThat(e).hasMessageContaining("after 2 tries");
    }

    @Test
    void theBytesAreEnoughWhereTheEndDoesNotCome() {
        registry.on(
                PATH,
                (call, wire) -> {
                    wire.head(200, -1, "Transfer-Encoding: chunked");
                    wire.raw(Integer.toHexString(LENGTH).getBytes());
                    wire.raw("\r\n".getBytes());
                    wire.raw(BLOB);
                    wire.cut();
                });
        fetches(BLOB);
        assertThat(registry.calls(PATH)).hasSize(1);
    }

    @Test
    void aSilentServerIsLeftAndAskedForTheRest() {
        setup.timeout = Duration.ofMillis(1500);
        registry.next(
                PATH,
                (call, wire) -> {
                    wire.head(200, LENGTH);
                    wire.raw(Arrays.copyOf(BLOB, 5000));
                    LockSupport.parkNanos(Duration.ofSeconds(30).toNanos());
                });
        fetches(BLOB);
        assertThat(ranges()).containsExactly("", "bytes=5000-299999");
    }

    @Test
    void largeBlobsComeInPartsAtOnce() {
        byte[] large = bytes(40 << 20);
        Digest digest = registry.blob("a/b", large);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        registry.before((call, wire) -> most.accumulateAndGet(now.incrementAndGet(), Math::max));
        registry.on(
                "/v2/a/b/blobs/" + digest,
                (call, wire) -> {
                    registry.usual(call, wire);
                    now.decrementAndGet();
                });
        fetches(large);
        assertThat(registry.calls("/v2/a/b/blobs/" + digest))
                .extracting(call -> call.header("range"))
                .containsExactlyInAnyOrder(
                        "bytes=0-16777215", "bytes=16777216-33554431", "bytes=33554432-41943039");
        assertThat(most.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void partsAreFetchedAgainWhereTheyWereCut() {
        byte[] large = bytes(40 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        AtomicInteger count = new AtomicInteger();
        registry.on(
                path,
                (call, wire) -> {
                    if (count.getAndIncrement() % 2 == 0) {
                        String range = call.header("range").replace("bytes=", "");
                        int from = Integer.parseInt(range.split("-")[0]);
                        wire.head(206, 16 << 20, "Content-Range: bytes " + range + "/*");
                        wire.raw(Arrays.copyOfRange(large, from, from + 70_000));
                        wire.cut();
                    } else {
                        registry.usual(call, wire);
                    }
                });
        fetches(large);
    }

    @Test
    void largeBlobsComeWholeWhereThereAreNoParts() {
        byte[] large = bytes(33 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        registry.on(path, (call, wire) -> wire.send(200, large));
        fetches(large);
        assertThat(registry.calls(path)).hasSize(2);
    }

    @Test
    void largeBlobsComeWholeWhereLaterPartsAreWrong() {
        byte[] large = bytes(50 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        registry.on(
                path,
                (call, wire) -> {
                    String range = call.header("range");
                    if (range.isEmpty() || range.startsWith("bytes=0-")) {
                        registry.usual(call, wire);
                    } else {
                        wire.send(206, new byte[9], "Content-Range: bytes 0-8/9");
                    }
                });
        fetches(large);
    }

    @Test
    void aWrongPartIsFoundOut() {
        byte[] large = bytes(40 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        registry.on(
                path,
                (call, wire) -> {
                    byte[] part =
                            new byte
                                    [call.header("range").startsWith("bytes=3355")
                                            ? 8 << 20
                                            : 16 << 20];
                    wire.send(
                            206,
                            part,
                            "Content-Range: "
                                    + call.header("range").replace("=", " ")
                                    + "/"
                                    + large.length);
                });
        assertThat(fails(layer(large)).kind()).isEqualTo(Kind.DIGEST_MISMATCH);
    }

    @Test
    void noMoreConnectionsThanAllowed() throws InterruptedException {
        setup.parallelism = 2;
        byte[] large = bytes(40 << 20);
        registry.blob("a/b", large);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Handler counting =
                (call, wire) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    registry.usual(call, wire);
                    now.decrementAndGet();
                };
        registry.on(PATH, counting);
        registry.on("/v2/a/b/blobs/" + Digest.sha256(large), counting);
        List<Throwable> failures = new ArrayList<>();
        try (RegistryClient client = setup.client()) {
            List<Thread> threads = new ArrayList<>();
            for (byte[] blob : List.of(large, BLOB, BLOB, BLOB)) {
                threads.add(
                        Thread.ofVirtual()
                                .uncaughtExceptionHandler((_, e) -> failures.add(e))
                                .start(() ->
                                        assertThat(fetch(client, reference, layer(blob)))
                                                .isEqualTo(blob)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(failures).isEmpty();
        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void progressIsTold() throws IOException {
        List<Long> reached = new ArrayList<>();
        try (RegistryClient client = setup.client();
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            client.blob(reference, layer(BLOB), channel, reached::add);
        }
        assertThat(reached).isSorted().endsWith((long) LENGTH);
    }

    @Test
    void aFullDiskIsSaidToBeOne() throws IOException {
        if (!Files.exists(Path.of("/dev/full"))) {
            return;
        }
        try (RegistryClient client = setup.client();
                FileChannel full =
                        FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            ImageException e =
                    refused(() -> client.blob(reference, layer(BLOB), full, reached -> {}));
            assertThat(e.kind()).isEqualTo(Kind.NO_SPACE);
        }
    }

    @Test
    void aBlobBeyondTheLimitIsNotAskedFor() {
        Descriptor huge = new Descriptor("x/y", Digest.sha256(BLOB), Long.MAX_VALUE);
        assertThat(fails(huge).kind()).isEqualTo(Kind.LIMIT_EXCEEDED);
        assertThat(registry.calls()).isEmpty();
    }

    @Test
    void whatAMirrorHasBegunTheRegistryGoesOnWith() throws IOException {
        try (FakeRegistry mirror = FakeRegistry.start()) {
            mirror.on(PATH, cutAfter(100_000));
            mirrored(mirror);
            fetches(BLOB);
            assertThat(ranges()).containsExactly("bytes=100000-299999");
        }
    }

    @Test
    void whatAMirrorHasSpoiltIsFetchedAnew() throws IOException {
        try (FakeRegistry mirror = FakeRegistry.start()) {
            mirror.on(
                    PATH,
                    (call, wire) -> {
                        wire.head(200, LENGTH);
                        wire.raw(new byte[100_000]);
                        written(100_000);
                        wire.cut();
                    });
            mirrored(mirror);
            fetches(BLOB);
            assertThat(ranges()).containsExactly("bytes=100000-299999", "");
        }
    }

    @Test
    void whatAMirrorGivesWrongTheRegistryIsAskedFor() throws IOException {
        try (FakeRegistry mirror = FakeRegistry.start()) {
            mirror.on(PATH, (call, wire) -> wire.send(200, new byte[LENGTH]));
            mirrored(mirror);
            fetches(BLOB);
            assertThat(ranges()).containsExactly("");
        }
    }

    private void mirrored(FakeRegistry mirror) {
        setup.insecure.add(mirror.name());
        setup.mirrors.put(registry.name(), List.of(mirror.name()));
    }

    @Test
    void foreignLayersComeFromElsewhere() throws IOException {
        byte[] foreign = bytes(70_000);
        try (FakeRegistry elsewhere = FakeRegistry.start()) {
            elsewhere.serve("/layer", foreign, "x/y");
            Descriptor blob =
                    new Descriptor(
                            MediaTypes.DOCKER_LAYER_GZIP,
                            Digest.sha256(foreign),
                            foreign.length,
                            Optional.empty(),
                            Map.of(),
                            List.of(
                                    "file:///etc/passwd",
                                    elsewhere.url() + "/missing",
                                    elsewhere.url() + "/layer"));
            try (RegistryClient client = setup.client()) {
                assertThat(fetch(client, reference, blob)).isEqualTo(foreign);
            }
            assertThat(elsewhere.calls())
                    .extracting(Call::path)
                    .containsExactly("/missing", "/layer");
        }
    }

    @Test
    void aMissingBlobIsNotFound() {
        assertThat(fails(layer(bytes(77))).kind()).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void whenOnePartFailsTheOthersAreGivenUpAndConnectionsGivenBack() {
        byte[] large = bytes(80 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        AtomicInteger count = new AtomicInteger();
        CountDownLatch others = new CountDownLatch(2);
        registry.on(
                path,
                (call, wire) -> {
                    switch (count.getAndIncrement()) {
                        case 0 -> registry.usual(call, wire);
                        case 1 -> {
                            await(others);
                            wire.send(404, new byte[0]);
                        }
                        case 2 -> {
                            wire.send(503, new byte[0], "Retry-After: 50");
                            others.countDown();
                        }
                        default -> {
                            others.countDown();
                            LockSupport.parkNanos(Duration.ofSeconds(100).toNanos());
                        }
                    }
                });
        long begun = System.nanoTime();
        try (RegistryClient client = setup.client()) {
            ImageException e = refused(() -> fetch(client, reference, layer(large)));
            assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(setup.timeout);
            // With all connections there again it comes in parts.
            registry.on(path, registry::usual);
            assertThat(fetch(client, reference, layer(large))).isEqualTo(large);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anInterruptEndsAllParts() {
        byte[] large = bytes(80 << 20);
        String path = "/v2/a/b/blobs/" + registry.blob("a/b", large);
        Thread caller = Thread.currentThread();
        registry.on(
                path,
                (call, wire) -> {
                    if (call.header("range").startsWith("bytes=0-")) {
                        registry.usual(call, wire);
                        return;
                    }
                    wire.head(
                            206,
                            16 << 20,
                            "Content-Range: " + call.header("range").replace('=', ' ') + "/*");
                    caller.interrupt();
                    LockSupport.parkNanos(Duration.ofSeconds(100).toNanos());
                });
        long begun = System.nanoTime();
        assertThat(fails(layer(large)).kind()).isEqualTo(Kind.INTERRUPTED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(setup.timeout);
    }
}
