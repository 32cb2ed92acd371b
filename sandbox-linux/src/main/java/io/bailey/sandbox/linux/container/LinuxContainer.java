package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.Committable;
import io.bailey.sandbox.linux.image.archive.UpperLayer;
import io.bailey.sandbox.linux.launch.Workers;
import io.bailey.sandbox.linux.sys.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A handle on a running command. */
final class LinuxContainer implements Container, Committable {
    private final SandboxSpec spec;
    private final Command command;
    private final Running running;
    private final CompletableFuture<Result> result;
    private final Process process;
    private final Entrance entrance;

    /**
     * @param handle of the first process, taken before anybody could have reaped it
     */
    LinuxContainer(
            SandboxSpec spec,
            Command command,
            Running running,
            CompletableFuture<Result> result,
            Optional<ProcessHandle> handle,
            Entrance entrance) {
        this.entrance = entrance;
        this.process = new ContainerProcess(this, handle);
        this.spec = spec;
        this.command = command;
        this.running = running;
        this.result = result;
    }

    @Override
    public String id() {
        return running.id();
    }

    @Override
    public String name() {
        return spec.name().orElse(running.id());
    }

    @Override
    public ContainerState state() {
        return result.isDone() ? ContainerState.STOPPED : ContainerState.RUNNING;
    }

    @Override
    public long pid() {
        return running.pid();
    }

    @Override
    public Process process() {
        return process;
    }

    @Override
    public SandboxSpec spec() {
        return spec;
    }

    @Override
    public void signal(Signal signal) {
        int result =
                spec.init()
                        ? running.session().signalCommand(signal.number())
                        : running.session().signalInit(signal.number());
        if (result < 0 && result != -Errno.ESRCH && result != -Errno.EPIPE) {
            throw new SandboxSetupException(
                    "send " + signal,
                    Errno.name(-result),
                    "the command",
                    "the sandbox takes no more signals; kill() needs none");
        }
    }

    @Override
    public Result exec(Command further) throws InterruptedException {
        return entrance.exec(further);
    }

    @Override
    public void kill() {
        running.end(new Termination.Cancelled());
    }

    @Override
    public void stop(Duration grace) throws InterruptedException {
        signal(stopSignal());
        try {
            if (waitFor(grace).isEmpty()) {
                close();
            }
        } catch (InterruptedException interrupted) {
            close();
            throw interrupted;
        }
    }

    /** An image may want to be told in its own way, as Docker does it. */
    private Signal stopSignal() {
        return spec.rootfs() instanceof Image image
                ? image.config().stopSignal().flatMap(Signal::parse).orElse(Signal.TERM)
                : Signal.TERM;
    }

    @Override
    public Result waitFor() throws InterruptedException {
        try {
            return result.get();
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        }
    }

    @Override
    public Optional<Result> waitFor(Duration timeout) throws InterruptedException {
        try {
            return Optional.of(
                    result.get(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS));
        } catch (TimeoutException stillRunning) {
            return Optional.empty();
        } catch (ExecutionException failed) {
            throw failure(failed.getCause());
        }
    }

    static SandboxException failure(@Nullable Throwable cause) {
        return cause instanceof SandboxException ours
                ? ours
                : new SandboxException("the container failed: " + cause);
    }

    @Override
    public CompletableFuture<Result> onExit() {
        return result.copy();
    }

    @Override
    public Image below() {
        if (spec.rootfs() instanceof Image image && spec.writableRoot() == WritableRoot.OVERLAY) {
            return image;
        }
        throw notCommittable("its root is no image with a writable layer", "");
    }

    @Override
    public UpperLayer.Written write(FileChannel into, ImageLimits limits) {
        WritableLayer layer =
                running.sandbox()
                        .layer()
                        .filter(WritableLayer::isKept)
                        .orElseThrow(() ->
                                notCommittable(
                                        "its writable layer cannot be looked into: it is closed, or this"
                                                + " process may not mount",
                                        "commit before close(); in a JVM that is not root's, give the"
                                                + " container a writableLayer on a disk"));
        return layer.write(running.compiled().who().maps(), into, limits);
    }

    private ImageException notCommittable(String why, String fix) {
        return new ImageException(ImageException.Kind.UNSUPPORTED, "commit", toString(), why, fix);
    }

    @Override
    public void close() {
        running.end(new Termination.Cancelled());
        // Its own consumer would wait for itself.
        if (!Workers.isDelivering()) {
            result.handle((r, failure) -> r).join();
        }
        running.sandbox().layer().ifPresent(WritableLayer::close);
    }

    @Override
    public String toString() {
        return "Container[" + name() + ", " + state() + ", " + command + "]";
    }
}
