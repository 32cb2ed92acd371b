package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
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

    private record Owner(int uid, int gid) {}

    private final Linux linux;
    private final Reactor reactor;
    private final Owner owner;
    private final Runnable onBroken;
    private final List<Fd> theirs = new ArrayList<>();
    private final List<Fd> ours = new ArrayList<>();
    private Optional<InputPump> input = Optional.empty();
    private Optional<OutputPump> output = Optional.empty();
    private Optional<OutputPump> error = Optional.empty();

    private Streams(Linux linux, Reactor reactor, Owner owner, Runnable onBroken) {
        this.onBroken = onBroken;
        this.linux = linux;
        this.reactor = reactor;
        this.owner = owner;
    }

    /**
     * Opens them.
     *
     * @param hostUid who owns the pipes, so that the command may reopen /dev/stdout; −1 leaves them
     *     alone
     * @param onLimit told which stream went over {@code outputLimit} bytes
     * @param onBroken run when the caller's own consumer has thrown
     */
    static Streams open(
            Linux linux,
            Reactor reactor,
            Command command,
            long outputLimit,
            int hostUid,
            int hostGid,
            Consumer<OutputStreamKind> onLimit,
            Runnable onBroken) {
        Streams streams = new Streams(linux, reactor, new Owner(hostUid, hostGid), onBroken);
        try {
            streams.stdin(command.input());
            streams.output =
                    streams.stdout(command.output(), outputLimit, OutputStreamKind.STDOUT, onLimit);
            streams.error =
                    streams.stdout(
                            command.errorOutput(), outputLimit, OutputStreamKind.STDERR, onLimit);
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
            case Input.Empty() -> host("/dev/null", Linux.O_RDONLY);
            case Input.File(var path) -> host(path.toString(), Linux.O_RDONLY);
            case Input.Bytes bytes -> feed(bytes.content());
            case Input.Source(InputStream stream) -> feed(stream, input());
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
        if (content.length <= PIPE_CAPACITY) {
            LaunchException.check(
                    linux.writeAll(end.number(), content), "write the input to", "stdin");
            end.close();
        } else {
            feed(new ByteArrayInputStream(content), end);
        }
    }

    private void feed(InputStream stream, Fd end) {
        input = Optional.of(new InputPump(linux, reactor, end, stream));
    }

    private Optional<OutputPump> stdout(
            Output to, long limit, OutputStreamKind kind, Consumer<OutputStreamKind> onLimit) {
        return switch (to) {
            case Output.Discard() -> {
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
                            new CaptureSink(max.orElse(limit)),
                            Math.max(limit, max.orElse(limit)),
                            kind,
                            onLimit);
            case Output.Lines(var consumer) ->
                    pump(threadSink(new LineTarget(consumer), kind), limit, kind, onLimit);
            case Output.Sink(OutputStream stream) ->
                    pump(threadSink(new StreamTarget(stream, false), kind), limit, kind, onLimit);
            case Output.File(var path) -> {
                try {
                    OutputStream file = Files.newOutputStream(path);
                    yield pump(
                            threadSink(new StreamTarget(file, true), kind), limit, kind, onLimit);
                } catch (IOException e) {
                    throw new SandboxSetupException(
                            "open the output file",
                            e.toString(),
                            path.toString(),
                            "choose a path this process may write",
                            e);
                }
            }
        };
    }

    private Sink threadSink(ThreadSink.Target target, OutputStreamKind kind) {
        return new ThreadSink(target, kind.toString().toLowerCase(Locale.ROOT), onBroken);
    }

    private Optional<OutputPump> pump(
            Sink sink, long limit, OutputStreamKind kind, Consumer<OutputStreamKind> onLimit) {
        Pipe pipe = pipe(kind.toString());
        theirs.add(pipe.writeEnd());
        ours.add(pipe.readEnd());
        own(pipe.writeEnd());
        Pipe.nonBlocking(linux, pipe.readEnd());
        return Optional.of(
                new OutputPump(
                        linux, reactor, pipe.readEnd(), sink, limit, () -> onLimit.accept(kind)));
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
    }
}
