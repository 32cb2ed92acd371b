package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.Signal;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A detached container as a {@link Process}: its streams are its log. */
final class DetachedProcess extends SandboxProcess {
    private final DetachedContainer container;

    DetachedProcess(DetachedContainer container) {
        this.container = container;
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
    public void destroy() {
        container.signal(Signal.TERM);
    }

    @Override
    public Process destroyForcibly() {
        container.kill();
        return this;
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
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
        return ProcessHandle.of(pid())
                .map(host -> new CommandHandle(this, host))
                .orElseThrow(
                        () -> new UnsupportedOperationException("no handle of process " + pid()));
    }

    @Override
    public void resize(int columns, int rows) {
        throw new IllegalStateException("a detached container has no terminal");
    }

    @Override
    public CompletableFuture<Result> onResult() {
        return container.onExit();
    }

    @Override
    public void signal(Signal signal) {
        container.signal(signal);
    }
}
