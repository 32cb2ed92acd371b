package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxProcess;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command of a container, its first or a further one, as a {@link Process}. Where its streams go
 * elsewhere they are empty here, as those of a ProcessBuilder with redirects are.
 */
final class ContainerProcess extends SandboxProcess {
    private static final int MAX_SIZE = 65_535;

    private final Running running;
    private final Optional<ProcessHandle> handle;
    private final CompletableFuture<Result> exit;

    /**
     * @param exit completes when nothing of it is left
     */
    ContainerProcess(
            Running running, Optional<ProcessHandle> handle, CompletableFuture<Result> exit) {
        this.running = running;
        this.handle = handle;
        this.exit = exit;
    }

    @Override
    public OutputStream getOutputStream() {
        return running.session().toCommand();
    }

    @Override
    public InputStream getInputStream() {
        return running.session().fromCommand(OutputStreamKind.STDOUT);
    }

    @Override
    public InputStream getErrorStream() {
        return running.session().fromCommand(OutputStreamKind.STDERR);
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return exit.get().exitCode();
        } catch (ExecutionException failed) {
            throw LinuxContainer.failure(failed.getCause());
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            exit.get(timeout, unit);
            return true;
        } catch (TimeoutException stillRunning) {
            return false;
        } catch (ExecutionException failed) {
            throw LinuxContainer.failure(failed.getCause());
        }
    }

    @Override
    public int exitValue() {
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
        signal(Signal.TERM);
    }

    @Override
    public Process destroyForcibly() {
        if (!exit.isDone()) {
            running.end(new Termination.Cancelled());
        }
        return this;
    }

    @Override
    public boolean isAlive() {
        return !exit.isDone();
    }

    @Override
    public long pid() {
        return running.pid();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return exit.handle((result, failure) -> this);
    }

    @Override
    public ProcessHandle toHandle() {
        return handle.map(host -> new CommandHandle(this, host))
                .orElseThrow(
                        () -> new UnsupportedOperationException("no handle of process " + pid()));
    }

    @Override
    public void resize(int columns, int rows) {
        check("columns", columns);
        check("rows", rows);
        running.session().resize(new TerminalCalls.Size(columns, rows));
    }

    private static void check(String field, int value) {
        if (value < 1 || value > MAX_SIZE) {
            throw new SandboxConfigException(
                    "terminal " + field + ": " + value + " is not 1 to " + MAX_SIZE);
        }
    }

    @Override
    public CompletableFuture<Result> onResult() {
        return exit.copy();
    }

    @Override
    public void signal(Signal signal) {
        int result = running.signal(signal);
        if (result < 0 && result != -Errno.ESRCH && result != -Errno.EPIPE) {
            throw new SandboxSetupException(
                    "send " + signal,
                    Errno.name(-result),
                    "the command",
                    "the sandbox takes no more signals; kill() needs none");
        }
    }
}
