package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.launch.Destinations.Destination;
import io.bailey.sandbox.linux.launch.LaunchRequest.HostTerminal;
import io.bailey.sandbox.linux.launch.LaunchRequest.OutputBounds;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The three standard streams of one command: the descriptors it gets, and what stands at their
 * other ends. A terminal is all three.
 */
public final class Streams implements AutoCloseable {
    /**
     * What a pipe holds by default, pipe(7): so much input is written before the command exists.
     */
    private static final int PIPE_CAPACITY = 1 << 16;

    /**
     * Who owns the pipes, so that the command may reopen /dev/stdout.
     *
     * @param uid −1 where the command has the host's own ids: then it gets pipes even for nothing,
     *     for as root it could change the mode of the host's own /dev/null through its descriptor
     */
    record Owner(int uid, int gid) {}

    /**
     * Who is told of what happens to them.
     *
     * @param tap sees what passes through
     * @param onLimit told which stream went over its limit
     * @param delivery runs the caller's own streams and consumers
     * @param onFailure told what went wrong in the reactor
     */
    record Listeners(
            OutputTap tap,
            Consumer<Termination.OutputLimitExceeded> onLimit,
            Delivery delivery,
            Consumer<Throwable> onFailure) {}

    private final Linux linux;
    private final Reactor reactor;
    private final Owner owner;
    private final Listeners listeners;
    private Destinations destinations;
    private final List<Fd> theirs = new ArrayList<>();
    private final List<Fd> ours = new ArrayList<>();
    private Optional<Ends> waiting = Optional.empty();
    private OutputTap tap;
    private Optional<HostFile> file = Optional.empty();
    private Optional<InputPipe> typed = Optional.empty();
    private Optional<PseudoTerminal> terminal = Optional.empty();
    private volatile Optional<Sink> unconnected = Optional.empty();
    private volatile Optional<InputPump> input = Optional.empty();
    private volatile Optional<OutputPump> output = Optional.empty();
    private Optional<OutputPump> error = Optional.empty();

    private Streams(
            Linux linux, Reactor reactor, OutputBounds bounds, Owner owner, Listeners listeners) {
        this.linux = linux;
        this.reactor = reactor;
        this.owner = owner;
        this.listeners = listeners;
        this.tap = listeners.tap();
        this.destinations = new Destinations(linux, bounds, listeners.delivery());
    }

    /**
     * Opens them.
     *
     * @param hostTerminal see {@link LaunchRequest}
     */
    static Streams open(
            Linux linux,
            Reactor reactor,
            Command command,
            Optional<HostTerminal> hostTerminal,
            OutputBounds bounds,
            Owner owner,
            Listeners listeners) {
        Streams streams = new Streams(linux, reactor, bounds, owner, listeners);
        try {
            if (command.terminal().isPresent()) {
                streams.terminal(command, command.terminal().get(), hostTerminal);
            } else {
                streams.stdin(command.input());
                streams.output = streams.stdout(command.output(), OutputStreamKind.STDOUT);
                streams.error = streams.stdout(command.errorOutput(), OutputStreamKind.STDERR);
            }
            return streams;
        } catch (RuntimeException failure) {
            streams.close();
            throw failure;
        }
    }

    /** Our ends of the pipes of a command that is not known yet. */
    private record Ends(Fd stdin, Fd stdout, Fd stderr) {}

    /** Opens pipes for a command that is not known yet, to be connected when it is. */
    static Streams park(
            Linux linux, Reactor reactor, OutputBounds bounds, Owner owner, Listeners listeners) {
        Streams streams = new Streams(linux, reactor, bounds, owner, listeners);
        try {
            streams.waiting =
                    Optional.of(
                            new Ends(
                                    streams.openInput(),
                                    streams.openOutput(OutputStreamKind.STDOUT),
                                    streams.openOutput(OutputStreamKind.STDERR)));
            return streams;
        } catch (RuntimeException failure) {
            streams.close();
            throw failure;
        }
    }

    /**
     * Whether {@link #connect} cannot fail for {@code command}, so that it can be on its way by
     * then: what it is to find or to leave is in this JVM.
     */
    static boolean isAtHand(Command command) {
        return command.input() instanceof Input.Empty
                && command.output() instanceof Output.Capture
                && command.errorOutput() instanceof Output.Capture;
    }

    /**
     * Says where the pipes lead to: input that is at hand is written, and everything else flows
     * from {@link #begin} on. Terminals, and what is inherited, are no pipes.
     */
    void connect(Command command, OutputBounds bounds, OutputTap watching) {
        Ends ends = waiting.orElseThrow();
        tap = watching;
        destinations = new Destinations(linux, bounds, listeners.delivery());
        if (command.input() instanceof Input.Empty) {
            ends.stdin().close();
        } else {
            stdin(command.input());
        }
        output =
                Optional.of(
                        pumpOf(
                                ends.stdout(),
                                destinations.of(command.output(), OutputStreamKind.STDOUT),
                                OutputStreamKind.STDOUT));
        error =
                Optional.of(
                        pumpOf(
                                ends.stderr(),
                                destinations.of(command.errorOutput(), OutputStreamKind.STDERR),
                                OutputStreamKind.STDERR));
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

    boolean onTerminal() {
        return terminal.isPresent();
    }

    private void host(String path, int flags) {
        int fd = linux.openat(Linux.AT_FDCWD, path, flags, 0);
        theirs.add(Pipe.own(linux, LaunchException.check(fd, "open", path), path));
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
            case Input.File(var path) -> feed(open(path).input(), input(), true);
            case Input.Bytes bytes -> feed(bytes.content());
            case Input.Source(InputStream stream) -> feed(stream, input(), false);
            case Input.Pipe() -> {
                InputPump pump = pumpOf(input(), InputStream.nullInputStream(), true);
                InputPipe pipe = new InputPipe(new byte[0]);
                pipe.connect(pump);
                input = Optional.of(pump);
                typed = Optional.of(pipe);
            }
        }
    }

    private HostFile open(Path path) {
        HostFile opened = HostFile.forReading(linux, path);
        file = Optional.of(opened);
        return opened;
    }

    private Fd input() {
        return waiting.map(Ends::stdin).orElseGet(this::openInput);
    }

    private Fd openInput() {
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
        input = Optional.of(pumpOf(end, stream, ours));
    }

    private InputPump pumpOf(Fd end, InputStream stream, boolean ours) {
        return new InputPump(linux, reactor, end, stream, ours, listeners.delivery());
    }

    private Optional<OutputPump> stdout(Output to, OutputStreamKind kind) {
        if (to instanceof Output.Inherit) {
            int copy =
                    linux.fcntl(kind == OutputStreamKind.STDOUT ? 1 : 2, Linux.F_DUPFD_CLOEXEC, 3);
            String name = kind.toString();
            theirs.add(Pipe.own(linux, LaunchException.check(copy, "inherit", name), name));
            return Optional.empty();
        }
        if (to instanceof Output.Discard && owner.uid() >= 0) {
            host("/dev/null", Linux.O_WRONLY);
            return Optional.empty();
        }
        // Before the pipe is there: a file that cannot be opened needs none.
        Destination destination = destinations.of(to, kind);
        return Optional.of(pumpOf(openOutput(kind), destination, kind));
    }

    private Fd openOutput(OutputStreamKind kind) {
        Pipe pipe = pipe(kind.toString());
        theirs.add(pipe.writeEnd());
        ours.add(pipe.readEnd());
        own(pipe.writeEnd());
        Pipe.nonBlocking(linux, pipe.readEnd());
        return pipe.readEnd();
    }

    private OutputPump pumpOf(Fd end, Destination destination, OutputStreamKind kind) {
        OutputPump pump = pumpOf(end, destination.sink().get(), destination.limit(), kind);
        destinations.pipeOf(kind).ifPresent(read -> read.onClose(pump::close));
        return pump;
    }

    private OutputPump pumpOf(Fd end, Sink sink, long limit, OutputStreamKind kind) {
        return new OutputPump(
                linux,
                reactor,
                end,
                sink,
                bytes -> tap.wrote(kind, bytes),
                limit,
                () ->
                        listeners
                                .onLimit()
                                .accept(
                                        new Termination.OutputLimitExceeded(
                                                kind, MemorySize.of(limit))),
                listeners.onFailure());
    }

    private void terminal(Command command, Terminal wanted, Optional<HostTerminal> hostTerminal) {
        Destination destination = destinations.of(command.output(), OutputStreamKind.STDOUT);
        PseudoTerminal made =
                hostTerminal
                        .map(user -> PseudoTerminal.ofHost(linux, reactor, wanted, user))
                        .orElseGet(() -> PseudoTerminal.ofSandbox(linux, reactor));
        terminal = Optional.of(made);
        theirs.addAll(Collections.nCopies(3, made.theirs()));
        // Input that ends is ended by a character, which means nothing to a raw one.
        InputStream source = typed(command.input(), wanted.raw());
        Sink sink = destination.sink().get();
        unconnected = Optional.of(sink);
        boolean theCallers = command.input() instanceof Input.Source;
        made.onArrival(master -> {
            OutputPump reading = pumpOf(master, sink, destination.limit(), OutputStreamKind.STDOUT);
            output = Optional.of(reading);
            unconnected = Optional.empty();
            type(source, !theCallers, master);
            reading.watch();
        });
    }

    private InputStream typed(Input from, boolean raw) {
        InputStream source =
                switch (from) {
                    case Input.Empty() -> InputStream.nullInputStream();
                    case Input.File(var path) -> open(path).input();
                    case Input.Bytes bytes -> new ByteArrayInputStream(bytes.content());
                    case Input.Source(InputStream stream) -> stream;
                    case Input.Pipe() -> {
                        typed = Optional.of(new InputPipe(raw ? new byte[0] : TypedInput.end()));
                        yield InputStream.nullInputStream();
                    }
                };
        return raw ? source : new TypedInput(source);
    }

    /** By a descriptor of its own, for whoever types may be done before the output is. */
    private void type(InputStream source, boolean ours, Fd master) {
        int copy = linux.fcntl(master.number(), Linux.F_DUPFD_CLOEXEC, 3);
        LaunchException.check(copy, "fcntl(F_DUPFD_CLOEXEC)", "the terminal");
        InputPump writing = pumpOf(linux.own(copy), source, ours);
        input = Optional.of(writing);
        if (typed.isPresent()) {
            typed.get().connect(writing);
        } else {
            writing.start();
        }
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
        begin();
    }

    /** The command is there to read its input. */
    void begin() {
        if (typed.isEmpty()) {
            input.ifPresent(InputPump::start);
        }
    }

    /** Leaves the output to the reactor. */
    void watch() {
        output.ifPresent(OutputPump::watch);
        error.ifPresent(OutputPump::watch);
        terminal.ifPresent(made -> made.watch(listeners.onFailure()));
    }

    /** The command's exec has succeeded: its terminal was there before. */
    void started() {
        terminal.ifPresent(PseudoTerminal::look);
    }

    /** The two pumps, for a thread that polls by itself. */
    List<OutputPump> pumps() {
        if (output.isPresent() && error.isPresent()) {
            return List.of(output.get(), error.get());
        }
        return output.or(() -> error).map(List::of).orElse(List.of());
    }

    /** What is written to it is the command's input; nobody's if that does not come from here. */
    OutputStream toCommand() {
        return typed.<OutputStream>map(pipe -> pipe).orElseGet(OutputStream::nullOutputStream);
    }

    /** What is read from it is the command's output; nothing if that goes elsewhere. */
    InputStream fromCommand(OutputStreamKind kind) {
        return destinations
                .pipeOf(kind)
                .<InputStream>map(pipe -> pipe)
                .orElseGet(InputStream::nullInputStream);
    }

    /** Does nothing if the command has ended. */
    void resize(TerminalCalls.Size size) {
        if (terminal.isEmpty()) {
            throw new IllegalStateException("the command has no terminal");
        }
        TerminalCalls calls = new TerminalCalls(linux);
        output.ifPresent(pump -> pump.use(master -> calls.resize(master, size)));
    }

    /** What the caller's own input stream threw, if it did. */
    Optional<Throwable> inputFailure() {
        return input.flatMap(InputPump::failure);
    }

    /** See {@link Sink#cancel}. */
    void forsake() {
        unconnected.ifPresent(Sink::cancel);
        pumps().forEach(pump -> pump.sink().cancel());
    }

    /** The command has ended: reads what is left and ends the sinks. */
    CompletableFuture<Void> finish(ByteBuffer buffer) {
        typed.ifPresent(InputPipe::disconnect);
        terminal.ifPresent(this::lastLook);
        input.ifPresent(InputPump::close);
        CompletableFuture<?> first =
                output.map(pump -> pump.finish(buffer))
                        .or(() -> unconnected.map(Sink::end))
                        .orElseGet(Streams::nothing);
        CompletableFuture<?> second =
                error.map(pump -> pump.finish(buffer)).orElseGet(Streams::nothing);
        return CompletableFuture.allOf(first, second);
    }

    private void lastLook(PseudoTerminal made) {
        try {
            made.look();
        } catch (LaunchException failure) {
            listeners.onFailure().accept(failure);
        }
        made.close();
        if (unconnected.isPresent()) {
            file.ifPresent(HostFile::close);
        }
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
        return isTruncated(output) || isTruncated(error);
    }

    private static boolean isTruncated(Optional<OutputPump> pump) {
        return pump.isPresent() && (pump.get().overLimit() || pump.get().sink().truncated());
    }

    private Optional<OutputPump> of(OutputStreamKind kind) {
        return kind == OutputStreamKind.STDOUT ? output : error;
    }

    @Override
    public void close() {
        terminal.ifPresent(PseudoTerminal::close);
        typed.ifPresent(InputPipe::disconnect);
        input.ifPresent(InputPump::close);
        output.ifPresent(Streams::abandon);
        error.ifPresent(Streams::abandon);
        unconnected.ifPresent(sink -> {
            var _ = sink.end();
        });
        theirs.forEach(Fd::close);
        ours.forEach(Fd::close);
        file.ifPresent(HostFile::close);
        destinations.close();
    }
}
