package io.bailey.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One living instance of a {@link Sandbox}: a command, its processes, its cgroup and its mounts.
 * They all die together.
 *
 * <p>Thread-safe. Close it when done; a JVM that dies takes its containers with it.
 *
 * {@snippet :
 * try (Container container = sandbox.start("sleep", "60")) {
 *     container.waitFor(Duration.ofSeconds(1)).ifPresent(result -> System.out.println(result.termination()));
 * }
 * }
 *
 * @since 0.1
 */
public interface Container extends AutoCloseable {

    /**
     * Returns the id of this container, unique on this host.
     *
     * @return lower-case hexadecimal digits
     */
    String id();

    /**
     * Returns the name of this container.
     *
     * @return what was given with {@link Sandbox.Builder#name}; the id if nothing was
     */
    String name();

    /**
     * Returns what the container is doing at this moment.
     *
     * @return the state
     */
    ContainerState state();

    /**
     * Returns the process number, as the host sees it, of the sandbox's first process: its init, or
     * the command where there is no init. Once the container is stopped the kernel may give that
     * number to another process.
     *
     * @return a process number of the host
     */
    long pid();

    /**
     * Returns the container in the JDK's own terms. Its {@code destroy()} is {@code SIGTERM} to the
     * command, {@code destroyForcibly()} is {@link #kill()}, and its exit value is {@link
     * Result#exitCode()}. Its streams are at their end or discard what is written: input and output
     * go where the {@link Command} says.
     *
     * @return a view of this container, the same each time
     */
    Process process();

    /**
     * Sends a signal to the command. Does nothing once it has ended.
     *
     * @param signal the signal
     * @throws SandboxException if the kernel refuses it
     */
    void signal(Signal signal);

    /**
     * Runs a further command in this container, beside the one it was started with, and waits for
     * it.
     *
     * @param command the program and its arguments
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if this is not a command
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of entering the sandbox failed
     * @throws IllegalStateException if the container has ended
     * @throws InterruptedException if the thread was interrupted; the command has been killed by
     *     then
     */
    default Result exec(String... command) throws InterruptedException {
        return exec(Command.of(command));
    }

    /**
     * Runs a further command in this container, beside the one it was started with, and waits for
     * it. It has the same walls: user, capabilities, seccomp profile, Landlock, limits. It ends
     * with the container, the container not with it; the container's time limits do not end it
     * alone, {@link Command#timeout} does. Its {@link Result#usage()} is of its own processes, as
     * far as they were waited for.
     *
     * <p>It is the user the container was started as, unless it names another; names are looked up
     * in the recipe's root. Environment and working directory are the recipe's and its own, not
     * those of the first command. Of a limit of processes it takes two while it runs: itself and
     * the one that watches it.
     *
     * <p>A timeout, an output limit or an interrupt kills the command. What it has started by then
     * belongs to the container and ends with it, at the latest. If the container ends first, the
     * command is killed: its result is then the reason of ours that ended the container, such as
     * {@link Termination.Cancelled}, or {@link Termination.Signaled} by {@code SIGKILL} if that had
     * none.
     *
     * @param command the command
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of entering the sandbox failed
     * @throws IllegalStateException if the container has ended
     * @throws InterruptedException if the thread was interrupted; the command has been killed by
     *     then
     */
    Result exec(Command command) throws InterruptedException;

    /**
     * Kills every process of the sandbox at once. Does not wait. Does nothing once the container is
     * stopped; otherwise the result is {@link Termination.Cancelled}.
     */
    void kill();

    /**
     * Sends {@code SIGTERM} to the command (what the image that is the root says instead, if it
     * does: {@code StopSignal}), waits for at most {@code grace} for it to end, then kills every
     * process of the sandbox. Returns when the container is stopped: by the command's own end if
     * that came within the grace, else by {@link Termination.Cancelled}. If the thread is
     * interrupted the rest of the grace is left out.
     *
     * @param grace how long the command has to end by itself; zero or negative for none
     * @throws InterruptedException if the thread was interrupted; the sandbox has been killed by
     *     then
     */
    void stop(Duration grace) throws InterruptedException;

    /**
     * Waits for the end. An interrupt ends the waiting, not the container.
     *
     * @return the result
     * @throws CommandException if the command could not be executed
     * @throws SandboxException if the sandbox failed in a way that left no result
     * @throws InterruptedException if the thread was interrupted
     */
    Result waitFor() throws InterruptedException;

    /**
     * Waits for the end for a limited time. An interrupt ends the waiting, not the container.
     *
     * @param timeout how long to wait; zero or negative to look once
     * @return the result, or empty if the container has not ended by then
     * @throws CommandException if the command could not be executed
     * @throws SandboxException if the sandbox failed in a way that left no result
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<Result> waitFor(Duration timeout) throws InterruptedException;

    /**
     * Returns a future of the result. It completes when nothing of the sandbox is left.
     *
     * @return a new future at each call; completing or canceling it does nothing to the container
     */
    CompletableFuture<Result> onExit();

    /**
     * Returns the recipe this container was made from.
     *
     * @return the same as that of its sandbox
     */
    SandboxSpec spec();

    /**
     * Kills what is still alive and returns when everything is gone: processes, cgroup, mounts,
     * file descriptors. May be called again, to no effect. Not cut short by an interrupt, which
     * stays set.
     *
     * @throws SandboxException if something could not be removed; the message names it
     */
    @Override
    void close();
}
