package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Signal;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A container as a {@link Process}. Its streams go where the command says, so here they are empty,
 * as those of a ProcessBuilder with redirects are.
 */
final class ContainerProcess extends Process {
    private final LinuxContainer container;
    private final Optional<ProcessHandle> handle;

    ContainerProcess(LinuxContainer container, Optional<ProcessHandle> handle) {
        this.container = container;
        this.handle = handle;
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() throws InterruptedException {
        return container.waitFor().exitCode();
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return container.waitFor(Duration.ofNanos(unit.toNanos(timeout))).isPresent();
    }

    @Override
    public int exitValue() {
        CompletableFuture<Result> exit = container.onExit();
        if (!exit.isDone()) {
            throw new IllegalThreadStateException("process hasn't exited");
        }
        if (exit.isCompletedExceptionally()) {
            throw LinuxContainer.failure(exit.exceptionNow());
        }
        return exit.join().exitCode();
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public void destroy() {
        container.signal(Signal.TERM);
    }

    @Override
    public Process destroyForcibly() {
        container.kill();
        return this;
    }

    @Override
    public boolean isAlive() {
        return !container.onExit().isDone();
    }

    @Override
    public long pid() {
        return container.pid();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return container.onExit().handle((result, failure) -> this);
    }

    @Override
    public ProcessHandle toHandle() {
        return handle.orElseThrow(
                () -> new UnsupportedOperationException("no handle of process " + pid()));
    }
}
