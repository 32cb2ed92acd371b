package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxProcess;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A command as a {@link ProcessHandle}: what it is, the process of the host that stands for it
 * says; it is ended as the {@link Process} is. By a signal to the process of the host it would not
 * be, for the kernel keeps SIGTERM from the first process of a PID namespace that has no handler
 * for it, pid_namespaces(7).
 */
final class CommandHandle implements ProcessHandle {
    private final SandboxProcess process;
    private final ProcessHandle host;

    CommandHandle(SandboxProcess process, ProcessHandle host) {
        this.process = process;
        this.host = host;
    }

    @Override
    public long pid() {
        return host.pid();
    }

    @Override
    public Optional<ProcessHandle> parent() {
        return host.parent();
    }

    @Override
    public Stream<ProcessHandle> children() {
        return host.children();
    }

    @Override
    public Stream<ProcessHandle> descendants() {
        return host.descendants();
    }

    @Override
    public Info info() {
        return host.info();
    }

    @Override
    public CompletableFuture<ProcessHandle> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    @Override
    public boolean supportsNormalTermination() {
        return process.supportsNormalTermination();
    }

    @Override
    public boolean destroy() {
        boolean alive = process.isAlive();
        process.destroy();
        return alive;
    }

    @Override
    public boolean destroyForcibly() {
        boolean alive = process.isAlive();
        process.destroyForcibly();
        return alive;
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public int compareTo(ProcessHandle other) {
        return Long.compare(pid(), other.pid());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CommandHandle handle && host.equals(handle.host);
    }

    @Override
    public int hashCode() {
        return host.hashCode();
    }

    @Override
    public String toString() {
        return host.toString();
    }
}
