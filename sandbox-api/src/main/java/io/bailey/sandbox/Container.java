package io.bailey.sandbox;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One living instance of a {@link Sandbox}: a command, its processes, its cgroup and its mounts.
 * They all die together.
 *
 * <p>Thread-safe. Close it when done; a JVM that dies takes its containers with it, but for {@link
 * Sandbox#startDetached detached} ones.
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
     * @throws IllegalStateException if it has not been started yet
     */
    long pid();

    /**
     * Returns the container in the JDK's own terms. Its {@code destroy()} is {@code SIGTERM} to the
     * command, {@code destroyForcibly()} is {@link #kill()}, and its exit value is {@link
     * Result#exitCode()}. Its streams are connected where the {@link Command} says so, see {@link
     * SandboxProcess}.
     *
     * @return a view of this container; the same each time until it is started again
     * @throws IllegalStateException if it has not been started yet
     */
    SandboxProcess process();

    /**
     * Starts a container that was {@link Sandbox#create(Command) created} or has stopped. What it
     * wrote to its root is there again where its writable layer is kept: for an {@link
     * io.bailey.sandbox.image.Image} under a root JVM, and with {@link
     * Sandbox.Builder#writableLayer}; otherwise it begins with an empty one. It has the limits that
     * it had last, see {@link #update}. One that has stopped is started again even if its sandbox
     * is closed.
     *
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of setting up the sandbox failed
     * @throws IllegalStateException if it runs already, is {@link Sandbox#startDetached detached},
     *     is closed, or has not been started and its sandbox is closed
     */
    void start();

    /**
     * Stops the container, if it runs, as {@link #stop} does, and starts it again, as {@link
     * #start()} does.
     *
     * @param grace how long the command has to end by itself; zero or negative for none
     * @throws CommandException if the command is not found or not executable any more
     * @throws SandboxSetupException if a step of setting up the sandbox failed
     * @throws IllegalStateException if it is closed; or {@link Sandbox#startDetached detached}:
     *     then it goes on
     * @throws InterruptedException if the thread was interrupted; the sandbox has been killed by
     *     then
     */
    void restart(Duration grace) throws InterruptedException;

    /**
     * Stops the container, if it runs, with ten seconds of grace, and starts it again.
     *
     * @throws CommandException if the command is not found or not executable any more
     * @throws SandboxSetupException if a step of setting up the sandbox failed
     * @throws IllegalStateException if it is closed; or {@link Sandbox#startDetached detached}:
     *     then it goes on
     * @throws InterruptedException if the thread was interrupted; the sandbox has been killed by
     *     then
     */
    default void restart() throws InterruptedException {
        restart(Duration.ofSeconds(10));
    }

    /**
     * Freezes every process of the container: none of them makes any progress until {@link
     * #resume()}. Returns when all are frozen. Limits of time go on. Does nothing, and is no event,
     * if it is paused.
     *
     * @throws SandboxUnavailableException if this host has no freezer
     * @throws SandboxSetupException if they do not freeze
     * @throws IllegalStateException if it does not run
     */
    void pause();

    /**
     * Lets frozen processes run again, whoever has frozen them. Does nothing, and is no event, if
     * it is not paused.
     *
     * @throws SandboxSetupException if the kernel refuses it
     * @throws IllegalStateException if it does not run
     */
    void resume();

    /**
     * Changes the limits while it runs. They become exactly these: what is empty in them is lifted.
     * {@code container.update(container.limits().toBuilder().memory("1G").build())} changes one. If
     * one of them cannot be set, those set before it are set back. They hold in the next life too,
     * and of a {@link Sandbox#startDetached detached} container every process is told them.
     *
     * @param limits the new limits
     * @throws SandboxConfigException if the kernel refuses a value
     * @throws SandboxUnavailableException if this host cannot give one of them
     * @throws SandboxSetupException if a step failed, for memory in use that is more than the new
     *     limit, say
     * @throws IllegalStateException if it does not run
     */
    void update(Limits limits);

    /**
     * Returns the limits that hold now.
     *
     * @return the recipe's, or what they were {@link #update updated} to
     */
    Limits limits();

    /**
     * Reads what the container uses.
     *
     * @return a snapshot; the last one if it has stopped
     * @throws IllegalStateException if it has not been started yet; of one that was {@link
     *     Containers#find found}, if it had stopped by then and its last reading is nobody's any
     *     more
     */
    Stats stats();

    /**
     * Reads what the container uses, again and again until it ends, at least once.
     *
     * @param interval from one reading to the next, at least 1 ms
     * @param consumer takes each, on a thread of the library; while it is busy readings are left
     *     out. What it throws ends the reading
     * @return what ends it before
     * @throws IllegalStateException if it does not run
     * @throws SandboxConfigException if the interval is shorter
     */
    Subscription stats(Duration interval, Consumer<Stats> consumer);

    /**
     * Returns what has happened to the container.
     *
     * @return the events, oldest first, of many the last 1,000
     */
    List<ContainerEvent> events();

    /**
     * Hands over each further event, in order.
     *
     * @param consumer takes each, on a thread of the library; what it throws is logged
     * @return what ends it
     */
    Subscription onEvent(Consumer<ContainerEvent> consumer);

    /**
     * Returns what the container has written. What further commands in it write is theirs ({@link
     * #exec}), and not among it.
     *
     * @return its log, of all its lives
     */
    Logs logs();

    /**
     * Copies a file or directory of the host into the container, as {@code cp -r} does: into {@code
     * target} if that is a directory there, else to that name. Modes, times and symbolic links are
     * kept, though a link that is {@code source} itself is followed; what is made belongs to the
     * sandbox's root. Devices, pipes and sockets are left out, and of several names of a file each
     * becomes a file. Links to directories in the container are followed within its root, never out
     * of it; a file there, or a link to one, is replaced, and a directory keeps its mode.
     *
     * <p>The container runs, or has stopped and its writable layer is kept: that is so for an
     * {@link io.bailey.sandbox.image.Image} under a root JVM, and with {@link
     * Sandbox.Builder#writableLayer}. Then its root is put together once more for the copy, without
     * a command in it. One that has not been started yet has no root.
     *
     * @param source a path on the host
     * @param target an absolute path inside
     * @param limits how much at most
     * @throws SandboxConfigException if the source is not there or the target no such path
     * @throws SandboxSetupException if a step failed, also for a limit; what was copied by then
     *     stays
     * @throws IllegalStateException if it has not been started yet, is paused, has stopped and its
     *     root is gone, is closed, or was {@link Containers#find found}, having been started by
     *     another process
     */
    void copyIn(Path source, String target, CopyLimits limits);

    /**
     * Copies a file or directory of the host into the container, within {@link
     * CopyLimits#standard()}.
     *
     * @param source a path on the host
     * @param target an absolute path inside
     * @throws SandboxConfigException if the source is not there or the target no such path
     * @throws SandboxSetupException if a step failed; what was copied by then stays
     * @throws IllegalStateException if it has not been started yet, is paused, has stopped and its
     *     root is gone, is closed, or was {@link Containers#find found}, having been started by
     *     another process
     */
    default void copyIn(Path source, String target) {
        copyIn(source, target, CopyLimits.standard());
    }

    /**
     * Unpacks an archive in the container, running or stopped as for {@link #copyIn(Path, String,
     * CopyLimits)}. What it makes belongs to the sandbox's root, whatever the archive says;
     * extended attributes are not set. What is there already is treated as {@link #copyIn(Path,
     * String, CopyLimits)} does.
     *
     * @param tar a tar archive, not compressed; read to its end, not closed
     * @param directory an absolute path inside, of a directory that is there
     * @param limits how much at most
     * @throws SandboxConfigException if the directory is no such path
     * @throws SandboxSetupException if a step failed, also for a limit; what was copied by then
     *     stays
     * @throws IllegalStateException if it has not been started yet, is paused, has stopped and its
     *     root is gone, is closed, or was {@link Containers#find found}, having been started by
     *     another process
     */
    void copyIn(InputStream tar, String directory, CopyLimits limits);

    /**
     * Unpacks an archive in the container, within {@link CopyLimits#standard()}.
     *
     * @param tar a tar archive, not compressed; read to its end, not closed
     * @param directory an absolute path inside, of a directory that is there
     * @throws SandboxConfigException if the directory is no such path
     * @throws SandboxSetupException if a step failed; what was copied by then stays
     * @throws IllegalStateException if it has not been started yet, is paused, has stopped and its
     *     root is gone, is closed, or was {@link Containers#find found}, having been started by
     *     another process
     */
    default void copyIn(InputStream tar, String directory) {
        copyIn(tar, directory, CopyLimits.standard());
    }

    /**
     * Copies a file or directory out of the container, as {@code cp -r} does: into {@code target}
     * if that is a directory, else to that name. Modes, times and symbolic links are kept, the
     * latter as they are, but not the set-user-ID and set-group-ID bits; a link that is {@code
     * source} itself is followed, within the container's root. What is made belongs to this JVM's
     * user, and replaces files and links of the same name. Devices, pipes and sockets are left out,
     * and of several names of a file each becomes a file.
     *
     * <p>The container runs or is paused, or has stopped and its writable layer is kept, as for
     * {@link #copyIn(Path, String, CopyLimits)}.
     *
     * <p>A link that is copied may lead anywhere, for it leads from where it lies now: who opens
     * what came out of an untrusted container does not follow links.
     *
     * @param source an absolute path inside
     * @param target a path on the host
     * @param limits how much at most
     * @throws SandboxConfigException if the source is not there or no such path
     * @throws SandboxSetupException if a step failed, also for a limit; what was copied by then
     *     stays
     * @throws IllegalStateException if it has not been started yet, has stopped and its root is
     *     gone, is closed, or was {@link Containers#find found}, having been started by another
     *     process
     */
    void copyOut(String source, Path target, CopyLimits limits);

    /**
     * Copies a file or directory out of the container, within {@link CopyLimits#standard()}.
     *
     * @param source an absolute path inside
     * @param target a path on the host
     * @throws SandboxConfigException if the source is not there or no such path
     * @throws SandboxSetupException if a step failed; what was copied by then stays
     * @throws IllegalStateException if it has not been started yet, has stopped and its root is
     *     gone, is closed, or was {@link Containers#find found}, having been started by another
     *     process
     */
    default void copyOut(String source, Path target) {
        copyOut(source, target, CopyLimits.standard());
    }

    /**
     * Writes a file or directory of the container, running, paused or stopped as for {@link
     * #copyOut(String, Path, CopyLimits)}, as a tar archive.
     *
     * @param source an absolute path inside
     * @param tar takes the archive; not closed
     * @param limits how much at most
     * @throws SandboxConfigException if the source is not there or no such path
     * @throws SandboxSetupException if a step failed, also for a limit
     * @throws IllegalStateException if it has not been started yet, has stopped and its root is
     *     gone, is closed, or was {@link Containers#find found}, having been started by another
     *     process
     */
    void copyOut(String source, OutputStream tar, CopyLimits limits);

    /**
     * Writes a file or directory of the container as a tar archive, within {@link
     * CopyLimits#standard()}.
     *
     * @param source an absolute path inside
     * @param tar takes the archive; not closed
     * @throws SandboxConfigException if the source is not there or no such path
     * @throws SandboxSetupException if a step failed
     * @throws IllegalStateException if it has not been started yet, has stopped and its root is
     *     gone, is closed, or was {@link Containers#find found}, having been started by another
     *     process
     */
    default void copyOut(String source, OutputStream tar) {
        copyOut(source, tar, CopyLimits.standard());
    }

    /**
     * Describes the container.
     *
     * @return what {@link Containers#list} lists
     */
    ContainerInfo info();

    /**
     * Describes the container for people and programs.
     *
     * @return what {@link #info()} says, the recipe and, while it runs, its cgroup and process
     *     numbers, as one JSON object
     */
    String inspect();

    /**
     * Sends a signal to the command. Does nothing once it has ended.
     *
     * @param signal the signal
     * @throws SandboxException if the kernel refuses it
     * @throws IllegalStateException if it has not been started yet
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
     * @throws IllegalStateException if the container does not run: it has not been started yet, is
     *     paused or has ended; or was {@link Containers#find found}, having been started by another
     *     process
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
     * @throws IllegalStateException if the container does not run: it has not been started yet, is
     *     paused or has ended; or was {@link Containers#find found}, having been started by another
     *     process
     * @throws InterruptedException if the thread was interrupted; the command has been killed by
     *     then
     */
    Result exec(Command command) throws InterruptedException;

    /**
     * Runs a further command in this container without waiting for it.
     *
     * @param command the command
     * @return a future of what {@link #exec(Command)} returns or throws, {@code
     *     IllegalStateException} included; {@code cancel(true)} kills the command
     */
    CompletableFuture<Result> execAsync(Command command);

    /**
     * Starts a further command in this container, as {@link ProcessBuilder#start()} does: its
     * streams are pipes where the command says nothing else.
     *
     * @param command the program and its arguments
     * @return the process
     * @throws SandboxConfigException if this is not a command
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of entering the sandbox failed
     * @throws IllegalStateException if the container does not run: it has not been started yet, is
     *     paused or has ended; or was {@link Containers#find found}, having been started by another
     *     process
     */
    default SandboxProcess startExec(String... command) {
        return startExec(Command.of(command));
    }

    /**
     * Starts a further command in this container, as {@link ProcessBuilder#start()} does: where its
     * input is {@link Input#empty()} and its outputs are {@link Output#capture()}, as they are if
     * nothing was said, they are {@link Input#pipe()} and {@link Output#pipe()}. For an interactive
     * shell give it a {@link Command#terminal}.
     *
     * @param command the command
     * @return the process
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of entering the sandbox failed
     * @throws IllegalStateException if the container does not run: it has not been started yet, is
     *     paused or has ended; or was {@link Containers#find found}, having been started by another
     *     process
     */
    SandboxProcess startExec(Command command);

    /**
     * Runs a further command on the terminal of this JVM until it ends: every key goes to it, its
     * size follows, and the terminal is as before afterwards. For a shell in a sandbox.
     *
     * @param command the command; its streams are of no account
     * @return what came of it
     * @throws SandboxConfigException if this JVM's standard input is no terminal
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of entering the sandbox failed
     * @throws IllegalStateException if the container does not run: it has not been started yet, is
     *     paused or has ended; or was {@link Containers#find found}, having been started by another
     *     process
     * @throws InterruptedException if the thread was interrupted; the command has been killed by
     *     then
     */
    Result interact(Command command) throws InterruptedException;

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
     * Waits for the end. An interrupt ends the waiting, not the container. One that has not been
     * started yet is waited for until it has been, and has ended.
     *
     * @return the result
     * @throws CommandException if the command could not be executed
     * @throws SandboxException if the sandbox failed in a way that left no result, or it was closed
     *     before it was started
     * @throws IllegalStateException if this is a handle that {@link Containers#find} gave, and is
     *     closed
     * @throws InterruptedException if the thread was interrupted
     */
    Result waitFor() throws InterruptedException;

    /**
     * Waits for the end for a limited time. An interrupt ends the waiting, not the container.
     *
     * @param timeout how long to wait; zero or negative to look once
     * @return the result, or empty if the container has not ended by then
     * @throws CommandException if the command could not be executed
     * @throws SandboxException if the sandbox failed in a way that left no result, or it was closed
     *     before it was started
     * @throws IllegalStateException if this is a handle that {@link Containers#find} gave, and is
     *     closed
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<Result> waitFor(Duration timeout) throws InterruptedException;

    /**
     * Returns a future of the result. It completes when nothing of the sandbox is left; with what
     * {@link #waitFor()} throws if there is none.
     *
     * @return a new future at each call; completing or canceling it does nothing to the container
     */
    CompletableFuture<Result> onExit();

    /**
     * Returns the recipe this container was made from.
     *
     * @return the same as that of its sandbox
     * @throws IllegalStateException if it was {@link Containers#find found}, having been started by
     *     another process: only that has it
     */
    SandboxSpec spec();

    /**
     * Kills what is still alive and returns when everything is gone: processes, cgroup, mounts,
     * file descriptors, state and log. May be called again, to no effect. Not cut short by an
     * interrupt, which stays set.
     *
     * <p>A {@link Sandbox#startDetached detached} container goes on: only this handle is let go of.
     * {@link #kill()} and {@link Containers#remove} end it. Of a handle that is closed nothing is
     * learned any more: whoever waits with it is given an {@code IllegalStateException}.
     *
     * @throws SandboxException if something could not be removed; the message names it
     */
    @Override
    void close();

    /**
     * Something that goes on until it is closed.
     *
     * @since 0.1
     */
    interface Subscription extends AutoCloseable {

        /** Ends it. May be called again, to no effect. */
        @Override
        void close();
    }
}
