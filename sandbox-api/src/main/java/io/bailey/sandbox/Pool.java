package io.bailey.sandbox;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sandboxes of one recipe that are prepared up to the last step: namespaces, root, limits, user,
 * privileges and filter are in place, and a process waits in each for nothing but its command. A
 * run takes one, and costs little more than the {@code execve(2)} of the command.
 *
 * {@snippet :
 * try (Sandbox sandbox = Sandbox.builder().memory("256M").pids(64).build();
 *         Pool pool = sandbox.pool(16)) {
 *     Result result = pool.run("sh", "-c", "echo hi");
 * }
 * }
 *
 * <p>What runs in a taken sandbox is isolated as in one that {@link Sandbox#run(Command)} makes: it
 * is the same plan, stopped before its end. Each is used once and never again, so nothing of one
 * command is there for the next. Replacements are made in the background.
 *
 * <p>Some commands cannot be served by what waits, and start as {@link Sandbox#run(Command)} starts
 * them, whatever {@link PoolOptions#whenEmpty()} says; {@link PoolStats#cold()} counts them:
 *
 * <ul>
 *   <li>those with a terminal, or with {@link Output#inherit()};
 *   <li>those of another {@link Command#user(String) user} than the sandbox's;
 *   <li>those whose arguments and environment together are larger than about 250 KiB, or larger
 *       than 4 KiB where the kernel lets this user have no more pipes of full size ({@code
 *       pipe-user-pages-soft}, pipe(7));
 *   <li>containers, unless the pool was made {@link PoolOptions.Builder#containers(boolean) for
 *       them}.
 * </ul>
 *
 * <p>A command from a pool has a pipe for its input and each of its outputs, also where one that is
 * started cold has {@code /dev/null}. Wall time, and limits of it, count from the taking; of {@link
 * Timings} {@code setup} is zero. Processor time counts the making too, as it does in a sandbox
 * that is started cold.
 *
 * <p>When {@code run} returns, no process of the sandbox is alive but its init, on its way out. Its
 * mounts, its cgroup and this JVM's descriptors of it are let go of some milliseconds later, in the
 * background; {@link #close()} and {@link Sandbox#close()} wait for that.
 *
 * <p>Thread-safe. When the JVM ends, in whatever way, so do all that wait.
 *
 * @since 0.1
 */
public interface Pool extends AutoCloseable {

    /**
     * Runs a command in a sandbox of the pool and waits until nothing of it is left.
     *
     * @param command the program and its arguments; none for what the image runs
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if this is not a command
     * @throws CommandException if the command is not found or not executable
     * @throws PoolExhaustedException if none waits, and the pool was told not to start cold
     * @throws SandboxSetupException if one was started cold and a step of the setup failed
     * @throws InterruptedException if the thread was interrupted; the sandbox is gone by then
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    default Result run(String... command) throws InterruptedException {
        return run(OneShot.command(sandbox().spec().rootfs(), command));
    }

    /**
     * Runs a command in a sandbox of the pool and waits until nothing of it is left.
     *
     * @param command the command
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws CommandException if the command is not found or not executable
     * @throws PoolExhaustedException if none waits, and the pool was told not to start cold
     * @throws SandboxSetupException if one was started cold and a step of the setup failed
     * @throws InterruptedException if the thread was interrupted; the sandbox is gone by then
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    Result run(Command command) throws InterruptedException;

    /**
     * Runs a command in a sandbox of the pool, without waiting: for one to be ready neither.
     *
     * @param command the command
     * @return a future that completes when nothing of the sandbox is left: with the result, or with
     *     what {@link #run(Command)} would throw. {@code cancel(true)} and {@code cancel(false)}
     *     kill the sandbox
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    CompletableFuture<Result> runAsync(Command command);

    /**
     * Starts a command in a sandbox of the pool and returns once it is executed.
     *
     * @param command the program and its arguments; none for what the image runs
     * @return the running container; the caller closes it
     * @throws SandboxConfigException if this is not a command
     * @throws CommandException if the command is not found or not executable
     * @throws PoolExhaustedException if none waits, and the pool was told not to start cold
     * @throws SandboxSetupException if one was started cold and a step of the setup failed
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    default Container start(String... command) {
        return start(OneShot.command(sandbox().spec().rootfs(), command));
    }

    /**
     * Starts a command in a sandbox of the pool and returns once it is executed. The container is
     * like any other; it outlives this pool, not its sandbox. Started again, it starts cold.
     *
     * @param command the command
     * @return the running container; the caller closes it
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws CommandException if the command is not found or not executable
     * @throws PoolExhaustedException if none waits, and the pool was told not to start cold
     * @throws SandboxSetupException if one was started cold and a step of the setup failed
     * @throws SandboxException if interrupted while waiting for one; the interrupt stays set
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    Container start(Command command);

    /**
     * Returns the sandbox whose recipe is followed.
     *
     * @return the sandbox that made this pool
     */
    Sandbox sandbox();

    /**
     * Returns the most that wait at one time.
     *
     * @return {@link PoolOptions#size()}
     */
    int size();

    /**
     * Returns how this pool was set.
     *
     * @return its options
     */
    PoolOptions options();

    /**
     * Counts.
     *
     * @return what waits, and what has happened up to now
     */
    PoolStats stats();

    /**
     * Waits until {@link #size()} sandboxes are ready, or as many as can be.
     *
     * @param patience the longest to wait; what is longer than 292 years is as long as that
     * @return whether the pool was full
     * @throws SandboxException what the last attempt to prepare one threw, if the time is over and
     *     it has failed
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if this pool or its sandbox is closed
     */
    boolean awaitFull(Duration patience) throws InterruptedException;

    /**
     * Ends all that wait and returns when nothing of them is left. What runs goes on; it belongs to
     * the sandbox. May be called again, to no effect. {@link Sandbox#close()} does it too.
     */
    @Override
    void close();
}
