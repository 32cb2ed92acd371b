package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Termination;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What a command reads from its standard input, for every kind of {@link Input}. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class StdinTest {
    private static final int TEN_MEGABYTES = 10_000_000;

    /** What a pipe and the pump may hold of a stream that nobody reads; generously. */
    private static final long AHEAD = 1 << 20;

    /** As many pipes of 16 pages as one user may have, pipe(7): later ones are small. */
    private static final int PIPES_OF_A_USER = 1100;

    @TempDir Path temporary;

    /** The three ways to give the same bytes. */
    enum Kind {
        BYTES {
            @Override
            Input of(byte[] content, Path file) {
                return Input.of(content);
            }
        },
        FILE {
            @Override
            Input of(byte[] content, Path file) throws IOException {
                return Input.of(Files.write(file, content));
            }
        },
        STREAM {
            @Override
            Input of(byte[] content, Path file) {
                return Input.of(new ByteArrayInputStream(content));
            }
        };

        abstract Input of(byte[] content, Path file) throws IOException;
    }

    /** A stream of single answers: bytes, an exception, or the end when there is no more. */
    private static final class Scripted extends InputStream {
        private final Deque<Object> answers = new ArrayDeque<>();
        private final AtomicBoolean closed = new AtomicBoolean();

        Scripted(Object... answers) {
            this.answers.addAll(List.of(answers));
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("nobody reads single bytes");
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return switch (answers.poll()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case String text -> {
                    byte[] bytes = text.getBytes(UTF_8);
                    System.arraycopy(bytes, 0, into, from, bytes.length);
                    yield bytes.length;
                }
                case null, default -> -1;
            };
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] cat(Input input) throws InterruptedException {
        return host().outputLimit("16M")
                .run(Command.of("cat").stdin(input))
                .orThrow()
                .stdoutBytes();
    }

    @Test
    void nothingIsTheEndOfTheFileAtOnce() throws InterruptedException {
        assertThat(host().run("cat").orThrow().stdoutBytes()).isEmpty();
        assertThat(cat(Input.empty())).isEmpty();
        assertThat(cat(Input.of(""))).isEmpty();
        assertThat(cat(Input.of(new byte[0]))).isEmpty();
        assertThat(cat(Input.of(InputStream.nullInputStream()))).isEmpty();
    }

    @Test
    void aTextArrivesInUtf8AndAsItIs() throws InterruptedException {
        String text = "ü€𝄞\r\n\0 no line end";

        assertThat(cat(Input.of(text))).isEqualTo(text.getBytes(UTF_8));
    }

    /** Around the sizes where a pipe is full, and where the input gets a pump of its own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_073})
    void everySizeArrivesByteForByte(int size) throws Exception {
        byte[] content = noise(size);

        for (Kind kind : Kind.values()) {
            assertThat(cat(kind.of(content, temporary.resolve("input")))).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tenMegabytesArrive(Kind kind) throws Exception {
        byte[] content = noise(TEN_MEGABYTES);
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        Path file = temporary.resolve("input");

        for (boolean init : new boolean[] {true, false}) {
            Sandbox.Builder sandbox = host().init(init).outputLimit("16M");
            Command cat = Command.of("cat").stdin(kind.of(content, file));
            assertThat(sandbox.run(cat).orThrow().stdoutBytes()).isEqualTo(content);
            assertThat(told(sandbox, kind.of(content, file), "sha256sum")).startsWith(digest + " ");
            assertThat(told(sandbox, kind.of(content, file), "wc", "-c"))
                    .isEqualTo(TEN_MEGABYTES + "\n");
        }
    }

    private static String told(Sandbox.Builder sandbox, Input input, String... command)
            throws InterruptedException {
        return sandbox.run(Command.of(command).stdin(input)).orThrow().stdout();
    }

    @ParameterizedTest
    @EnumSource
    void aCommandThatNeverReadsIsNoError(Kind kind) throws Exception {
        byte[] content = noise(TEN_MEGABYTES);
        Path file = temporary.resolve("input");

        for (String script : List.of("exit 4", "exec 0<&-; exit 4", "head -c 1 >&2; exit 4")) {
            assertThat(
                            host().run(Command.of("sh", "-c", script).stdin(kind.of(content, file)))
                                    .termination())
                    .isEqualTo(new Termination.Exited(4));
        }
    }

    @Test
    void aStreamIsReadNoFurtherThanTheCommandReads() throws InterruptedException {
        AtomicLong taken = new AtomicLong();
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        taken.incrementAndGet();
                        return 'x';
                    }
                };

        Result result = host().run(Command.of("head", "-c", "100000").stdin(Input.of(endless)));

        assertThat(result.stdout()).isEqualTo("x".repeat(100_000));
        assertThat(taken.get()).isBetween(100_000L, 100_000 + AHEAD);
    }

    @Test
    void aStreamThatNeverAnswersDoesNotKeepTheRun() throws InterruptedException {
        AtomicReference<Thread> reader = new AtomicReference<>();
        BlockingQueue<Integer> nothing = new LinkedBlockingQueue<>();
        InputStream silent =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        reader.set(Thread.currentThread());
                        try {
                            return nothing.take();
                        } catch (InterruptedException stopped) {
                            throw new IOException(stopped);
                        }
                    }
                };

        Command command = Command.of("sh", "-c", "exit 6").stdin(Input.of(silent));
        assertThat(host().run(command).termination()).isEqualTo(new Termination.Exited(6));

        // It may not even have begun to read; if it has, it does not go on.
        assertThat(Sandboxes.eventually(() -> reader.get() == null || !reader.get().isAlive()))
                .isTrue();
    }

    /** Each answer is the next question's condition: a byte held back would hold everything up. */
    @Test
    void aSlowStreamArrivesAsItComes() throws InterruptedException {
        int rounds = 50;
        BlockingQueue<String> questions = new LinkedBlockingQueue<>(List.of("0\n"));
        List<String> answers = new ArrayList<>();
        InputStream slow =
                new InputStream() {
                    @Override
                    public int read() {
                        throw new UnsupportedOperationException("nobody reads single bytes");
                    }

                    @Override
                    public int read(byte[] into, int from, int length) throws IOException {
                        byte[] bytes = next(questions).getBytes(UTF_8);
                        System.arraycopy(bytes, 0, into, from, bytes.length);
                        return bytes.length == 0 ? -1 : bytes.length;
                    }
                };

        Command echo =
                Command.of("sh", "-c", "while read x; do echo got $x; done; echo end")
                        .stdin(Input.of(slow))
                        .stdout(
                                Output.lines(line -> {
                                    answers.add(line);
                                    int n = answers.size();
                                    questions.add(n < rounds ? n + "\n" : "");
                                }));
        host().run(echo).orThrow();

        assertThat(answers).hasSize(rounds + 1).startsWith("got 0", "got 1").endsWith("end");
    }

    private static String next(BlockingQueue<String> queue) throws IOException {
        try {
            String next = queue.poll(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return next == null ? "" : next;
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    @Test
    void aStreamIsNotClosed() throws InterruptedException {
        Scripted stream = new Scripted("one", "two");

        assertThat(cat(Input.of(stream))).isEqualTo("onetwo".getBytes(UTF_8));
        assertThat(stream.closed).isFalse();
    }

    /** Half an input must not look like a whole one. */
    @Test
    void aStreamThatThrowsEndsTheCommandAndReachesTheCaller() {
        IOException gone = new IOException("gone");

        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> cat(Input.of(new Scripted("half", gone, "rest"))))
                .withMessageContaining("input could not be read")
                .withCause(gone);
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> cat(Input.of(new Scripted(gone))))
                .withCause(gone);
    }

    /** The host application's handler is not where a library's thread ends. */
    @Test
    void aStreamWithABugReachesTheCallerAndNobodyElse() throws InterruptedException {
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.set(failure));
        try {
            RuntimeException bug = new UncheckedIOException(new IOException("a bug"));

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> cat(Input.of(new Scripted("half", bug))))
                    .withCause(bug);

            // The thread is done with the bug soon after the command has ended.
            Sandboxes.eventually(Duration.ofMillis(200), () -> uncaught.get() != null);
            assertThat(uncaught).hasNullValue();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    @Test
    void aFileIsOpenedWhenTheCommandStarts() throws Exception {
        Path file = temporary.resolve("later");
        Command cat = Command.of("cat").stdin(Input.of(file));

        Files.writeString(file, "first");
        assertThat(host().run(cat).stdout()).isEqualTo("first");
        Files.writeString(file, "second");
        assertThat(host().run(cat).stdout()).isEqualTo("second");
    }

    /** What is given to be read is not given to be written: not by its name in /proc either. */
    @Test
    void aFileCannotBeWrittenThroughItsDescriptor() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "mine");

        host().run(
                        Command.of("sh", "-c", "echo x >&0; echo y > /proc/self/fd/0")
                                .stdin(Input.of(file)));

        assertThat(file).hasContent("mine");
    }

    @Test
    void aMissingFileIsNamedWithItsErrno() {
        Path none = temporary.resolve("none");

        SandboxSetupException failure =
                catchThrowableOfType(SandboxSetupException.class, () -> cat(Input.of(none)));

        assertThat(failure.step()).isEqualTo("open");
        assertThat(failure.object()).isEqualTo(none.toString());
        assertThat(failure.errno()).isEqualTo("ENOENT");
        assertThat(failure).hasMessageContaining("does not exist");
    }

    /** runAsync: the future completes with what run would throw. */
    @Test
    void aMissingFileReachesTheFuture() {
        try (Sandbox sandbox = host().build()) {
            Future<Result> future =
                    sandbox.runAsync(Command.of("cat").stdin(Input.of(temporary.resolve("none"))));

            assertThat(catchThrowableOfType(ExecutionException.class, future::get))
                    .hasCauseInstanceOf(SandboxSetupException.class);
        }
    }

    /** pipe(7): a user with many pipes gets small ones. A privileged one never does. */
    @Test
    void inputFitsThroughASmallPipe() throws Exception {
        byte[] content = noise(60_000);
        List<Pipe> pipes = new ArrayList<>();
        try {
            for (int i = 0; i < PIPES_OF_A_USER; i++) {
                pipes.add(Pipe.open());
            }
            assertThat(cat(Input.of(content))).isEqualTo(content);
        } finally {
            for (Pipe pipe : pipes) {
                pipe.source().close();
                pipe.sink().close();
            }
        }
    }
}
