package io.bailey.sandbox;

import java.util.concurrent.CompletableFuture;

/**
 * A command in a sandbox as a {@link Process}, usable wherever one is expected: its streams, its
 * exit value ({@link Result#exitCode()}), {@code onExit()}, {@code destroy()} and {@code
 * toHandle()}.
 *
 * <p>{@code getOutputStream()} and {@code getInputStream()} are connected where the command's
 * streams are {@link Input#pipe()} and {@link Output#pipe()}, or its {@link Command#terminal};
 * otherwise they discard what is written and are at their end, as those of a {@link ProcessBuilder}
 * with redirects. {@code pid()} is that of the process of the host that stands for the command: its
 * init or watcher, or itself where there is none. {@code toHandle()} describes that process, and
 * ends the command as this does: {@code destroy()} by {@code SIGTERM} to the command itself. A
 * handle that was come by in another way, {@link ProcessHandle#of}, sends the signal to the init,
 * which the kernel keeps it from.
 *
 * @since 0.1
 */
public abstract class SandboxProcess extends Process {

    /** For engines. */
    protected SandboxProcess() {}

    /**
     * Tells the command's terminal how large it is now; the command is sent {@code SIGWINCH}. Does
     * nothing once it has ended.
     *
     * @param columns the width in characters, 1 to 65,535
     * @param rows the height in lines, 1 to 65,535
     * @throws SandboxConfigException if a size is out of range
     * @throws IllegalStateException if the command has no {@link Command#terminal}
     */
    public abstract void resize(int columns, int rows);

    /**
     * Returns a future of the result. Completing or canceling it does nothing to the command.
     *
     * @return a new future at each call
     */
    public abstract CompletableFuture<Result> onResult();

    /**
     * Sends a signal to the command. Does nothing once it has ended.
     *
     * @param signal the signal
     * @throws SandboxException if the kernel refuses it
     */
    public abstract void signal(Signal signal);
}
