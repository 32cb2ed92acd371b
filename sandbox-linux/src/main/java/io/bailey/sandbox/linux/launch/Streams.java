package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The three standard streams of one command: the descriptors it gets, and what stands at their
 * other ends.
 */
public final class Streams implements AutoCloseable {
    /**
     * What a pipe holds by default, pipe(7): so much input is written before the command exists.
     */
    private static final int PIPE_CAPACITY = 1 << 16;

    /**
     * −1 where the command has the host's own ids: then it gets pipes even for nothing, for as root
     * it could change the mode of the host's own /dev/null through its descriptor.
     */
    private record Owner(int uid, int gid) {}

    private final Linux linux;
    private final Reactor reactor;
    private final Owner owner;
    private final Runnable onBroken;
    private final Consumer<Throwable> onFailure;
    private final List<Fd> theirs = new ArrayList<>();
    private final List<Fd> ours = new ArrayList<>();
    private final List<HostFile> closing = new ArrayList<>();
    private Optional<InputPump> input = Optional.empty();
    private Optional<OutputPump> output = Optional.empty();
    private Optional<OutputPump> error = Optional.empty();

    private Streams(
            Linux linux,
            Reactor reactor,
            Owner owner,
            Runnable onBroken,
            Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        this.onBroken = onBroken;
        this.linux = linux;
        this.reactor = reactor;
        this.owner = owner;
    }

    /** The most bytes of a stream that is captured, and of one that is handed on. */
    record OutputLimits(long captured, long handedOn) {}

    /**
     * Opens them.
     *
     * @param hostUid who owns the pipes, so that the command may reopen /dev/stdout; −1 leaves them
     *     alone
     * @param onLimit told which stream went over its limit
     * @param onFailure told what went wrong in the reactor
     * @param onBroken run when the caller's own stream or consumer has thrown
     */
    static Streams open(
            Linux linux,
            Reactor reactor,
            Command command,
            OutputLimits limits,
            int hostUid,
            int hostGid,
            Consumer<Termination.OutputLimitExceeded> onLimit,
            Runnable onBroken,
            Consumer<Throwable> onFailure) {
        Streams streams =
                new Streams(linux, reactor, new Owner(hostUid, hostGid), onBroken, onFailure);
        try {
            streams.stdin(command.input());
            streams.output =
                    streams.stdout(command.output(), limits, OutputStreamKind.STDOUT, onLimit);
            streams.error =
                    streams.stdout(command.errorOutput(), limits, OutputStreamKind.STDERR, onLimit);
            return streams;
        } catch (RuntimeException failure) {
            streams.close();
            throw failure;
        }
    }

    int stdin() {
        return theirs.get(0).number();
    }

    int stdout() {
        return theirs.get(1).number();
    }

    int stderr() {
        return theirs.get(2).number();
    }

    private Fd keep(List<Fd> list, int fd, String what) {
        Fd owned = Pipe.own(linux, fd, what);
        list.add(owned);
        return owned;
    }

    private Fd host(String path, int flags) {
        int fd = linux.openat(Linux.AT_FDCWD, path, flags, 0);
        return keep(theirs, LaunchException.check(fd, "open", path), path);
    }

    private Pipe pipe(String purpose) {
        return Pipe.open(linux, 0, purpose);
    }

    private void stdin(Input from) {
        switch (from) {
            case Input.Empty() -> {
                if (owner.uid() < 0) {
                    feed(new byte[0]);
                } else {
                    host("/dev/null", Linux.O_RDONLY);
                }
            }
            case Input.File(var path) -> {
                HostFile file = HostFile.forReading(linux, path);
                closing.add(file);
                feed(file.input(), input(), true);
            }
            case Input.Bytes bytes -> feed(bytes.content());
            case Input.Source(InputStream stream) -> feed(stream, input(), false);
        }
    }

    private Fd input() {
        Pipe pipe = pipe("stdin");
        theirs.add(pipe.readEnd());
        ours.add(pipe.writeEnd());
        own(pipe.readEnd());
        Pipe.nonBlocking(linux, pipe.writeEnd());
        return pipe.writeEnd();
    }

    private void feed(byte[] content) {
        Fd end = input();
        // A user who has many pipes gets small ones: what does not fit follows.
        int most = Math.min(content.length, PIPE_CAPACITY);
        int n = linux.write(end.number(), content, 0, most);
        if (n != -Errno.EAGAIN && n != -Errno.EINTR) {
            LaunchException.check(n, "write the input to", "stdin");
        }
        int written = Math.max(0, n);
        if (written == content.length) {
            end.close();
        } else {
            int rest = content.length - written;
            feed(new ByteArrayInputStream(content, written, rest), end, true);
        }
    }

    private void feed(InputStream stream, Fd end, boolean ours) {
        input = Optional.of(new InputPump(linux, reactor, end, stream, ours, onBroken));
    }

    private Optional<OutputPump> stdout(
            Output to,
            OutputLimits limits,
            OutputStreamKind kind,
            Consumer<Termination.OutputLimitExceeded> onLimit) {
        long limit = limits.handedOn();
        return switch (to) {
            case Output.Discard() -> {
                if (owner.uid() < 0) {
                    yield pump(() -> (bytes, resume) -> true, Long.MAX_VALUE, kind, onLimit);
                }
                host("/dev/null", Linux.O_WRONLY);
                yield Optional.empty();
            }
            case Output.Inherit() -> {
                int fd = kind == OutputStreamKind.STDOUT ? 1 : 2;
                int copy = linux.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 3);
                keep(
                        theirs,
                        LaunchException.check(copy, "inherit", kind.toString()),
                        kind.toString());
                yield Optional.empty();
            }
            case Output.Capture(var max) ->
                    pump(
                            () -> new CaptureSink(max.orElse(limits.captured())),
                            Math.max(limits.captured(), max.orElse(0)),
                            kind,
                            onLimit);
            case Output.Lines(var consumer) ->
                    pump(() -> threadSink(new LineTarget(consumer)), limit, kind, onLimit);
            case Output.Sink(OutputStream stream) ->
                    pump(
                            () -> threadSink(new StreamTarget(stream, () -> {})),
                            limit,
                            kind,
                            onLimit);
            case Output.File(var path) -> {
                HostFile file = HostFile.forWriting(linux, path);
                closing.add(file);
                yield pump(
                        () -> threadSink(new StreamTarget(file.output(), file::close)),
                        limit,
                        kind,
                        onLimit);
            }
        };
    }

    private Sink threadSink(ThreadSink.Target target) {
        return new ThreadSink(target, onBroken);
    }

    private Optional<OutputPump> pump(
            Supplier<Sink> sink,
            long limit,
            OutputStreamKind kind,
            Consumer<Termination.OutputLimitExceeded> onLimit) {
        Pipe pipe = pipe(kind.toString());
        theirs.add(pipe.writeEnd());
        ours.add(pipe.readEnd());
        own(pipe.writeEnd());
        Pipe.nonBlocking(linux, pipe.readEnd());
        return Optional.of(
                new OutputPump(
                        linux,
                        reactor,
                        pipe.readEnd(),
                        sink.get(),
                        limit,
                        () ->
                                onLimit.accept(
                                        new Termination.OutputLimitExceeded(
                                                kind, MemorySize.of(limit))),
                        onFailure));
    }

    /**
     * Docker does the same: a pipe belongs to its maker, and /proc/self/fd/1 can be opened by its
     * owner only.
     */
    private void own(Fd pipe) {
        if (owner.uid() >= 0) {
            linux.fchown(pipe.number(), owner.uid(), owner.gid());
        }
    }

    /**
     * The command has its copies: ours of its ends are closed, or we would never see the end of a
     * pipe.
     */
    void handedOver() {
        theirs.forEach(Fd::close);
        input.ifPresent(InputPump::start);
    }

    /** Leaves the output to the reactor. */
    void watch() {
        output.ifPresent(OutputPump::watch);
        error.ifPresent(OutputPump::watch);
    }

    /** The two pumps, for a thread that polls by itself. */
    List<OutputPump> pumps() {
        return Stream.of(output, error).flatMap(Optional::stream).toList();
    }

    /** What the caller's own input stream threw, if it did. */
    Optional<Throwable> inputFailure() {
        return input.flatMap(InputPump::failure);
    }

    /** See {@link Sink#cancel}. */
    void forsake() {
        pumps().forEach(pump -> pump.sink().cancel());
    }

    /** The command has ended: reads what is left and ends the sinks. */
    CompletableFuture<Void> finish(ByteBuffer buffer) {
        input.ifPresent(InputPump::close);
        CompletableFuture<?> first =
                output.map(pump -> pump.finish(buffer)).orElseGet(Streams::nothing);
        CompletableFuture<?> second =
                error.map(pump -> pump.finish(buffer)).orElseGet(Streams::nothing);
        return CompletableFuture.allOf(first, second);
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    /** Nobody waits for what a command that never ran has written. */
    private static void abandon(OutputPump pump) {
        pump.close();
        var _ = pump.sink().end();
    }

    byte[] captured(OutputStreamKind kind) {
        return of(kind).map(pump -> pump.sink().captured()).orElse(new byte[0]);
    }

    boolean truncated() {
        return Stream.of(output, error)
                .flatMap(Optional::stream)
                .anyMatch(pump -> pump.overLimit() || pump.sink().truncated());
    }

    private Optional<OutputPump> of(OutputStreamKind kind) {
        return kind == OutputStreamKind.STDOUT ? output : error;
    }

    @Override
    public void close() {
        input.ifPresent(InputPump::close);
        output.ifPresent(Streams::abandon);
        error.ifPresent(Streams::abandon);
        theirs.forEach(Fd::close);
        ours.forEach(Fd::close);
        closing.forEach(HostFile::close);
    }
}
