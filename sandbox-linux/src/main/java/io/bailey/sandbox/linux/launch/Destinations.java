package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.linux.launch.LaunchRequest.OutputBounds;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Where the output of one command goes once it has come to this JVM. */
final class Destinations implements AutoCloseable {
    private final Linux linux;
    private final Delivery delivery;
    private final OutputBounds bounds;
    private final List<HostFile> closing = new ArrayList<>();
    private final Map<OutputStreamKind, OutputPipe> pipes = new EnumMap<>(OutputStreamKind.class);

    /**
     * One of them.
     *
     * @param sink makes it, once there is something for it to end with
     * @param limit of its bytes
     */
    record Destination(Supplier<Sink> sink, long limit) {}

    /**
     * @param delivery runs the caller's own streams and consumers
     */
    Destinations(Linux linux, OutputBounds bounds, Delivery delivery) {
        this.linux = linux;
        this.bounds = bounds;
        this.delivery = delivery;
    }

    Destination of(Output to, OutputStreamKind kind) {
        long limit = bounds.handedOn();
        return switch (to) {
            case Output.Discard(), Output.Log() ->
                    new Destination(() -> (bytes, resume) -> true, Long.MAX_VALUE);
            case Output.Pipe() -> new Destination(() -> pipe(kind), limit);
            case Output.Capture(var max) ->
                    new Destination(
                            () -> new CaptureSink(max.orElse(bounds.captured())),
                            max.isPresent()
                                    ? Math.max(bounds.captured(), max.getAsLong())
                                    : bounds.ending());
            case Output.Lines(var consumer) ->
                    new Destination(() -> threadSink(new LineTarget(consumer)), limit);
            case Output.Sink(OutputStream stream) -> stream(stream, () -> {});
            case Output.Inherit() -> stream(own(kind), () -> {});
            case Output.File(var path) -> {
                HostFile file = HostFile.forWriting(linux, path);
                closing.add(file);
                yield stream(file.output(), file::close);
            }
        };
    }

    private Destination stream(OutputStream stream, Runnable release) {
        return new Destination(
                () -> threadSink(new StreamTarget(stream, release)), bounds.handedOn());
    }

    private static OutputStream own(OutputStreamKind kind) {
        return new FileOutputStream(
                kind == OutputStreamKind.STDOUT ? FileDescriptor.out : FileDescriptor.err);
    }

    private Sink threadSink(ThreadSink.Target target) {
        return new ThreadSink(target, delivery);
    }

    private Sink pipe(OutputStreamKind kind) {
        OutputPipe pipe = new OutputPipe();
        pipes.put(kind, pipe);
        return pipe;
    }

    /** What is to be read from the process, if {@code kind} is. */
    Optional<OutputPipe> pipeOf(OutputStreamKind kind) {
        return Optional.ofNullable(pipes.get(kind));
    }

    @Override
    public void close() {
        closing.forEach(HostFile::close);
    }
}
