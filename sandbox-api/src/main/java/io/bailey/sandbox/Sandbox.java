package io.bailey.sandbox;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.spi.SandboxProvider;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A recipe for isolated commands: which files, which limits, which namespaces. Immutable,
 * thread-safe and reusable; a {@link Container} is one living instance of it, and each run is one
 * of its own.
 *
 * {@snippet :
 * try (Sandbox sandbox = Sandbox.builder().memory("256M").pids(64).timeout(Duration.ofSeconds(10)).build()) {
 *     Result result = sandbox.run("sh", "-c", "echo hi");
 *     System.out.println(result.stdout());
 * }
 * }
 *
 * <p>What is asked for and cannot be given is an error that names the cause and the fix, never a
 * weaker sandbox. Unless told otherwise a sandbox has no network, an empty environment, empty
 * input, no privileges, and the files of the host read-only.
 *
 * @apiNote Methods that run something block without holding on to a carrier of virtual threads. An
 *     interrupt during {@code run} kills what was started; when {@link InterruptedException} is
 *     thrown it is gone.
 * @since 0.1
 */
public interface Sandbox extends AutoCloseable {

    /**
     * Returns a builder with the defaults.
     *
     * @return a new builder
     */
    static Builder builder() {
        return new SandboxBuilder();
    }

    /**
     * Examines this host: what works here, what does not, and the fix.
     *
     * @return the findings; {@link HostReport#toString()} is a table
     * @throws SandboxUnavailableException if there is no engine to ask
     */
    static HostReport doctor() {
        return SandboxProvider.find().doctor();
    }

    /**
     * Moves this JVM into a cgroup of its own, {@code bailey-jvm}, below the one it is in, so that
     * controllers can be given to groups beside that: cgroup v2 lets a group that has processes
     * give none ("no internal processes", cgroup-v2.rst). Only for a JVM alone in a delegated
     * group, as {@code systemd-run --user --scope -p Delegate=yes} makes one. {@link #doctor()}
     * says whether it is needed. Nothing does it unasked.
     *
     * @return whether it was moved; false if nothing was in the way
     * @throws SandboxUnavailableException if it cannot be done: other processes in the group, no
     *     right to, no cgroup v2
     */
    static boolean enterLeafCgroup() {
        return SandboxProvider.find().enterLeafCgroup();
    }

    /**
     * Runs a command in a container of its own and waits until nothing of it is left.
     *
     * @param command the program and its arguments, see {@link Command#of(String...)}; none for
     *     what the image that is the root would run, {@link Image#command(String...)}
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if this is not a command
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     * @throws SandboxSetupException if a step of the setup failed
     * @throws CommandException if the command is not found or not executable
     * @throws InterruptedException if the thread was interrupted; the container is gone by then
     * @throws IllegalStateException if this sandbox is closed
     */
    default Result run(String... command) throws InterruptedException {
        return run(OneShot.command(spec().rootfs(), command));
    }

    /**
     * Runs a command in a container of its own and waits until nothing of it is left.
     *
     * @param command the command
     * @return what came of it; a command that fails is an answer too
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     * @throws SandboxSetupException if a step of the setup failed
     * @throws CommandException if the command is not found or not executable
     * @throws InterruptedException if the thread was interrupted; the container is gone by then
     * @throws IllegalStateException if this sandbox is closed
     */
    Result run(Command command) throws InterruptedException;

    /**
     * Runs a command in a container of its own, without waiting.
     *
     * @param command the command
     * @return a future that completes when nothing of the container is left: with the result, or
     *     with what {@link #run(Command)} would throw. {@code cancel(true)} and {@code
     *     cancel(false)} kill the container
     * @throws IllegalStateException if this sandbox is closed
     */
    CompletableFuture<Result> runAsync(Command command);

    /**
     * Starts a command in a container of its own and returns once it is executed. Input and output
     * are those of {@link Command#of(String...)}: empty and captured, of the output the first 1 MiB
     * of each stream where there is no {@link Builder#outputLimit(MemorySize)}, and the rest thrown
     * away; see {@link Container#logs()} for what was said last.
     *
     * @param command the program and its arguments; none for what the image runs
     * @return the running container; the caller closes it
     * @throws SandboxConfigException if this is not a command
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     * @throws SandboxSetupException if a step of the setup failed
     * @throws CommandException if the command is not found or not executable
     * @throws IllegalStateException if this sandbox is closed
     */
    default Container start(String... command) {
        return start(OneShot.command(spec().rootfs(), command));
    }

    /**
     * Starts a command in a container of its own and returns once it is executed. It is not ended
     * for how much it says, unless there is an {@link Builder#outputLimit(MemorySize)} or {@link
     * Output#capture(long)}.
     *
     * @param command the command
     * @return the running container; the caller closes it
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     * @throws SandboxSetupException if a step of the setup failed
     * @throws CommandException if the command is not found or not executable
     * @throws IllegalStateException if this sandbox is closed
     */
    Container start(Command command);

    /**
     * Makes a container without starting it, see {@link Container#start()}.
     *
     * @param command the program and its arguments
     * @return the container, {@link ContainerState#CREATED}
     * @throws SandboxConfigException if this is not a command
     * @throws SandboxException if its state cannot be written down
     * @throws IllegalStateException if this sandbox is closed
     */
    default Container create(String... command) {
        return create(OneShot.command(spec().rootfs(), command));
    }

    /**
     * Makes a container without starting it, see {@link Container#start()}.
     *
     * @param command the command
     * @return the container, {@link ContainerState#CREATED}
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws SandboxException if its state cannot be written down
     * @throws IllegalStateException if this sandbox is closed
     */
    Container create(Command command);

    /**
     * Starts a command that survives this JVM and this sandbox. {@link Containers#find} finds it
     * again, from any process of the same user; its init keeps its log, on disk, and its exit
     * status until {@link Containers#remove}.
     *
     * <p>What only a JVM can do does not last beyond it: {@link Builder#timeout}, {@link
     * Builder#cpuTime} and outputs other than {@link Output#log()}, {@link Output#discard()} and
     * the default are refused, as is input other than {@link Input#empty()}. It is started once:
     * {@link Container#start} and {@link Container#restart} are refused, and end nothing.
     *
     * @param command the command
     * @return the container
     * @throws CommandException if the command is not found or not executable
     * @throws SandboxSetupException if a step of setting up the sandbox failed
     * @throws SandboxConfigException if command and recipe contradict each other, or ask for what
     *     cannot last
     * @throws SandboxException if its state cannot be written down
     * @throws IllegalStateException if this sandbox is closed
     */
    Container startDetached(Command command);

    /**
     * Starts a command that survives this JVM and this sandbox, see {@link
     * #startDetached(Command)}.
     *
     * @param command the program and its arguments
     * @return the container
     */
    default Container startDetached(String... command) {
        return startDetached(OneShot.command(spec().rootfs(), command));
    }

    /**
     * Prepares sandboxes of this recipe that wait for their command, with every default of {@link
     * PoolOptions}. Returns at once; they are made in the background.
     *
     * @param size the most that wait at one time, 1 to {@value PoolOptions#MOST}
     * @return the pool; the caller closes it
     * @throws SandboxConfigException if the size is out of its range
     * @throws IllegalStateException if this sandbox is closed
     */
    default Pool pool(int size) {
        return pool(PoolOptions.ofSize(size));
    }

    /**
     * Prepares sandboxes of this recipe that wait for their command. Returns at once; they are made
     * in the background. That one cannot be made is told by the first command that would have
     * needed it.
     *
     * @param options how many, and how they are kept
     * @return the pool; the caller closes it
     * @throws IllegalStateException if this sandbox is closed
     */
    Pool pool(PoolOptions options);

    /**
     * Shows what running a command would do: the system calls, one a line. Nothing is run.
     *
     * @param command the program and its arguments; none for what the image runs
     * @return lines separated by {@code \n}
     * @throws SandboxConfigException if this is not a command
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     */
    default String explain(String... command) {
        return explain(OneShot.command(spec().rootfs(), command));
    }

    /**
     * Shows what running a command would do: the system calls, one a line. Nothing is run.
     *
     * @param command the command
     * @return lines separated by {@code \n}
     * @throws SandboxConfigException if command and recipe contradict each other
     * @throws SandboxUnavailableException if this host cannot give what the recipe asks for
     */
    String explain(Command command);

    /**
     * Returns the recipe as plain data.
     *
     * @return the recipe with all its defaults
     */
    SandboxSpec spec();

    /**
     * Returns a builder that begins with every value of this recipe, its defaults included: whoever
     * changes the root file system of a recipe for {@link Rootfs#host()} still has {@link
     * WritableRoot#READ_ONLY}. A value carried over gives way to what is set: each limit may be set
     * once more, and the namespaces follow a new word about network or id map.
     *
     * @return a new builder; this sandbox is not changed by it
     */
    default Builder toBuilder() {
        return new SandboxBuilder(spec());
    }

    /**
     * Kills every container of this sandbox that is still alive, but for detached ones, and returns
     * when they are gone. After that no further command can be run, and no container be made. Those
     * that have stopped can still be started again, until they are closed; those that were created
     * and never started are closed, and not listed any more. May be called again, to no effect. Not
     * cut short by an interrupt, which stays set.
     *
     * @throws SandboxException if something could not be removed; the message names it
     */
    @Override
    void close();

    /**
     * Makes a {@link Sandbox}. Each setter fails at the call, with a {@link SandboxConfigException}
     * that names the setting and the value; {@link #build()} finds what does not go together. A
     * string with a NUL or an unpaired surrogate is refused everywhere.
     *
     * <p>A limit can be set once: a second value is an error that names both. Any other setting may
     * be set again and the last value holds. Not thread-safe.
     *
     * @since 0.1
     */
    interface Builder {

        /**
         * Sets the root file system. The default is {@link Rootfs#host()}.
         *
         * @param rootfs the root file system
         * @return this
         */
        Builder rootfs(Rootfs rootfs);

        /**
         * Sets a directory of this host as the root file system, see {@link
         * Rootfs#directory(Path)}.
         *
         * @param directory the directory; made absolute
         * @return this
         * @throws SandboxConfigException if it is {@code /}, or not in the default file system
         */
        default Builder rootfs(Path directory) {
            return rootfs(Rootfs.directory(directory));
        }

        /**
         * Sets what happens to writes below the root. The default is {@link WritableRoot#OVERLAY},
         * but {@link WritableRoot#READ_ONLY} for {@link Rootfs#host()}, with which {@link
         * WritableRoot#DIRECT} is refused.
         *
         * @param writableRoot the rule
         * @return this
         */
        Builder writableRoot(WritableRoot writableRoot);

        /**
         * Sets how much the writable layer of {@link WritableRoot#OVERLAY} holds. It is in memory
         * ({@code tmpfs(5)}) and counts against {@link #memory(MemorySize)} too. The default is 256
         * MiB.
         *
         * @param size the most it holds, positive
         * @return this
         * @throws SandboxConfigException if the size is zero, or one was set before
         */
        Builder writableRootSize(MemorySize size);

        /**
         * Sets how much the writable layer of {@link WritableRoot#OVERLAY} holds, see {@link
         * #writableRootSize(MemorySize)}.
         *
         * @param size the most it holds, as {@link MemorySize#parse(String)} reads it, positive
         * @return this
         * @throws SandboxConfigException if this is not a positive size, or one was set before
         */
        Builder writableRootSize(String size);

        /**
         * Puts the writable layer of {@link WritableRoot#OVERLAY} on a disk instead of into memory,
         * for commands that write much. It is not bounded then but by the disk ({@link
         * #writableRootSize} goes with memory only), and is removed with the sandbox all the same.
         * Nothing in it is ever synced ({@code volatile}, overlayfs): an {@code fsync} of the
         * command returns at once.
         *
         * @param directory a directory of this host in which each container makes one of its own;
         *     on a file system that can hold an overlay's upper layer, such as ext4 or XFS, not on
         *     an overlay
         * @return this
         * @throws SandboxConfigException if it is not in the default file system
         */
        Builder writableLayer(Path directory);

        /**
         * Sets how the host's root is left. The default is {@link RootChange#PIVOT_ROOT}.
         *
         * @param rootChange the way
         * @return this
         */
        Builder rootChange(RootChange rootChange);

        /**
         * Limits the memory in use ({@code memory.max} of cgroup v2): the sum over all processes,
         * page cache and writable layers included. Beyond it the kernel kills, and the result is
         * {@link Termination.OutOfMemory}. The default is no limit.
         *
         * @param limit at least one page, 4,096 bytes; an engine may ask for more, that of Linux
         *     for the 512 KiB below which no program starts
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder memory(MemorySize limit);

        /**
         * Limits the memory in use, see {@link #memory(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it, such as {@code "256M"}; at
         *     least 4,096 bytes
         * @return this
         * @throws SandboxConfigException if this is not a size, it is out of range, or a limit was
         *     set before
         */
        Builder memory(String limit);

        /**
         * Sets from how much memory on the sandbox is slowed down and made to give memory back
         * ({@code memory.high} of cgroup v2), without being killed. The default is not at all.
         *
         * @param limit at least one page, 4,096 bytes, and not above {@link #memory(MemorySize)}
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder memoryHigh(MemorySize limit);

        /**
         * Sets from how much memory on the sandbox is slowed down, see {@link
         * #memoryHigh(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it; at least 4,096 bytes
         * @return this
         * @throws SandboxConfigException if this is not a size, it is out of range, or a limit was
         *     set before
         */
        Builder memoryHigh(String limit);

        /**
         * Limits the swap in use ({@code memory.swap.max} of cgroup v2), on top of {@link
         * #memory(MemorySize)}, not including it. The default is none at all if there is a limit on
         * memory, and no limit if there is not.
         *
         * @param limit the most swap; zero for none
         * @return this
         * @throws SandboxConfigException if a limit was set before
         */
        Builder memorySwap(MemorySize limit);

        /**
         * Limits the swap in use, see {@link #memorySwap(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it; {@code "0"} for none
         * @return this
         * @throws SandboxConfigException if this is not a size, or a limit was set before
         */
        Builder memorySwap(String limit);

        /**
         * Sets the memory that is not taken from the sandbox while others have more ({@code
         * memory.low} of cgroup v2). The default is none.
         *
         * @param amount zero or more, not above {@link #memory(MemorySize)}
         * @return this builder
         * @throws SandboxConfigException if an amount was set before
         */
        Builder memoryLow(MemorySize amount);

        /**
         * Sets the memory that is not taken from the sandbox while others have more, see {@link
         * #memoryLow(MemorySize)}.
         *
         * @param amount as {@link MemorySize#parse(String)} reads it
         * @return this builder
         * @throws SandboxConfigException if it is no size, or an amount was set before
         */
        default Builder memoryLow(String amount) {
            return memoryLow(MemorySize.parse("memoryLow", amount));
        }

        /**
         * Limits the processes and threads alive at one time ({@code pids.max}). The sandbox's own
         * init is not counted among them. Beyond it {@code fork(2)} fails with {@code EAGAIN}. The
         * default is no limit.
         *
         * @param limit 1 to 4,194,304
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder pids(int limit);

        /**
         * Limits the processor time per second ({@code cpu.max} of cgroup v2); beyond it the
         * sandbox waits. The default is no limit.
         *
         * @param limit in CPUs, 0.01 to 8,192: 1.5 is one and a half of them
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder cpus(double limit);

        /**
         * Sets how much unused time of {@link #cpus(double)} may be saved up for a peak ({@code
         * cpu.max.burst} of cgroup v2, Linux 5.14). The default is none.
         *
         * @param time zero to what {@code cpus} give in 100 ms, which {@link #build()} checks: it
         *     needs {@code cpus}
         * @return this builder
         * @throws SandboxConfigException if a time was set before
         */
        Builder cpuBurst(Duration time);

        /**
         * Sets the share of the processors while they are contended ({@code cpu.weight} of cgroup
         * v2). The default is the kernel's, 100.
         *
         * @param weight 1 to 10,000
         * @return this
         * @throws SandboxConfigException if the weight is out of range, or one was set before
         */
        Builder cpuWeight(int weight);

        /**
         * Sets the CPUs to run on ({@code cpuset.cpus}). The default is all that this JVM may use.
         *
         * @param list numbers from 0 to 8,191 and ranges of them, separated by commas, such as
         *     {@code "0-3,8"}, without blanks, see {@code cpuset(7)}; normalized to ascending,
         *     joined ranges
         * @return this
         * @throws SandboxConfigException if this is not such a list, or one was set before
         */
        Builder cpuset(String list);

        /**
         * Sets the share of disks under contention ({@code io.weight} of cgroup v2). The default is
         * the kernel's, 100.
         *
         * @param weight 1 to 10,000
         * @return this builder
         * @throws SandboxConfigException if it is out of range, or a weight was set before
         */
        Builder ioWeight(int weight);

        /**
         * Sets the most that may be read from and written to a disk ({@code io.max} of cgroup v2);
         * once for each path. The default is no limit.
         *
         * @param limit the path of a file or directory on that disk, and how much
         * @return this builder
         * @throws SandboxConfigException if one was set for this path before
         */
        Builder ioMax(IoMax limit);

        /**
         * Sets the most huge pages in use, see the kernel's hugetlb.rst; once for each size of
         * them. The default is no limit.
         *
         * @param page the size of a page as the kernel writes it, such as {@code 2MB}
         * @param limit the most of them, in bytes
         * @return this builder
         * @throws SandboxConfigException if it is no such size, or a limit was set for it before
         */
        Builder hugetlb(String page, MemorySize limit);

        /**
         * Sets the most huge pages in use, see {@link #hugetlb(String, MemorySize)}.
         *
         * @param page the size of a page as the kernel writes it, such as {@code 2MB}
         * @param limit the most of them, as {@link MemorySize#parse(String)} reads it
         * @return this builder
         * @throws SandboxConfigException if one of the two is no such size, or a limit was set for
         *     it before
         */
        default Builder hugetlb(String page, String limit) {
            return hugetlb(page, MemorySize.parse("hugetlb", limit));
        }

        /**
         * Sets a resource limit of each process, soft and hard alike, see {@code setrlimit(2)}. The
         * default is what the processes of this JVM have.
         *
         * @param resource the resource
         * @param value in the unit of the resource, not negative; {@link Rlimit#INFINITY} for no
         *     limit
         * @return this
         * @throws SandboxConfigException if the value is negative, or one was set before for this
         *     resource
         */
        Builder rlimit(Rlimit resource, long value);

        /**
         * Limits the time a command may run, by the wall clock. Then everything is killed, and the
         * result is {@link Termination.TimedOut}. The default is no limit. {@link Command#timeout}
         * can only tighten it.
         *
         * @param limit positive, at most some 292 years
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder timeout(Duration limit);

        /**
         * Limits the processor time of the whole sandbox, user and system, all processes together.
         * Then everything is killed, and the result is {@link Termination.CpuTimeExceeded}. The
         * default is no limit. For one process see {@link Rlimit#CPU}.
         *
         * @param limit positive, at most some 292 years
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder cpuTime(Duration limit);

        /**
         * Limits what each of the two output streams may carry through this JVM: captured, line by
         * line, to a stream or to a file, see {@link Output}. Beyond it everything is killed, and
         * the result is {@link Termination.OutputLimitExceeded}. By default 1 MiB may be captured,
         * and is kept of what a container says, see {@link Output#capture()}; what is handed on is
         * not bounded.
         *
         * @param limit 1 byte to 2,147,483,639 bytes
         * @return this
         * @throws SandboxConfigException if the limit is out of range, or one was set before
         */
        Builder outputLimit(MemorySize limit);

        /**
         * Limits what each output stream may carry, see {@link #outputLimit(MemorySize)}.
         *
         * @param limit as {@link MemorySize#parse(String)} reads it, 1 byte to 2,147,483,639 bytes
         * @return this
         * @throws SandboxConfigException if this is not a size, it is out of range, or a limit was
         *     set before
         */
        Builder outputLimit(String limit);

        /**
         * Adds a mount. Mounts are made in the order they are added.
         *
         * @param mount the mount
         * @return this
         * @throws SandboxConfigException if there is a mount on the same target already
         */
        Builder mount(Mount mount);

        /**
         * Sets an environment variable. Nothing is taken over from this JVM.
         *
         * @param name the name, not empty, without {@code =}
         * @param value the value, may be empty; with the name at most 131,070 bytes of UTF-8
         * @return this
         * @throws SandboxConfigException if one of the two is not as described; the value is not in
         *     the message
         */
        Builder env(String name, String value);

        /**
         * Sets where commands start. The default is {@code /}.
         *
         * @param path an absolute path inside the sandbox without {@code .}, {@code ..} and empty
         *     parts, at most 4,095 bytes
         * @return this
         * @throws SandboxConfigException if the path is not as described
         */
        Builder workdir(String path);

        /**
         * Sets who commands run as inside the sandbox. The default is root, which is an
         * unprivileged user of the host, see {@link #idMap(IdMap)}.
         *
         * @param user {@code name}, {@code uid}, {@code name:group} or {@code uid:gid}, see {@link
         *     User}
         * @return this
         * @throws SandboxConfigException if this is not a user
         */
        Builder user(String user);

        /**
         * Sets who commands run as inside the sandbox.
         *
         * @param uid the user id, not negative
         * @param gid the group id, not negative
         * @return this
         * @throws SandboxConfigException if one of them is negative
         */
        Builder user(int uid, int gid);

        /**
         * Sets the host name that the sandbox sees, see {@code sethostname(2)}. The engine picks
         * the default.
         *
         * @param hostname 1 to 64 bytes of UTF-8 without blanks and control characters
         * @return this
         * @throws SandboxConfigException if this is not such a name
         */
        Builder hostname(String hostname);

        /**
         * Sets the network. The default is {@link Network#NONE}. {@link Network#HOST} leaves {@link
         * Namespace#NETWORK} out of the namespaces, whatever {@link #namespaces} says.
         *
         * @param network the network
         * @return this
         */
        Builder network(Network network);

        /**
         * Sets the namespaces that the sandbox has of its own; the others it shares with the host.
         * The default is {@link Namespace#all()}.
         *
         * <p>Each one left out weakens the sandbox, as the caller says by leaving it out: without
         * {@link Namespace#NETWORK} the network is {@link Network#HOST}, without {@link
         * Namespace#USER} the ids are {@link IdMap#HOST}, without {@link Namespace#MOUNT} the root
         * file system is the host's just as it is. {@link #build()} refuses words that contradict
         * this.
         *
         * @param namespaces the namespaces; copied
         * @return this
         */
        Builder namespaces(Set<Namespace> namespaces);

        /**
         * Shifts the clocks of the sandbox, see {@link TimeOffsets}. The default is no shift.
         *
         * @param monotonic added to {@code CLOCK_MONOTONIC}; may be negative
         * @param boottime added to {@code CLOCK_BOOTTIME}; may be negative
         * @return this
         * @throws SandboxConfigException if one is more than 146 years either way
         */
        Builder timeOffsets(Duration monotonic, Duration boottime);

        /**
         * Sets which ids of the host stand behind those of the sandbox. The default is {@link
         * IdMap#AUTO}. {@link IdMap#HOST} means no {@link Namespace#USER}.
         *
         * @param idMap the way
         * @return this
         */
        Builder idMap(IdMap idMap);

        /**
         * Sets what happens to a limit that this host cannot give. The default is {@link
         * Enforcement#STRICT}.
         *
         * @param enforcement the rule
         * @return this
         */
        Builder enforcement(Enforcement enforcement);

        /**
         * Sets whether a small init of the library is the first process of the sandbox. It reaps
         * orphans, which a command that is the first process itself would have to do, and lets
         * signals have their usual effect on the command, see {@code pid_namespaces(7)}. The
         * default is true.
         *
         * @param init false to make the command the first process
         * @return this
         */
        Builder init(boolean init);

        /**
         * Sets how the sandbox is walled in. The default is {@link Isolation#FULL}. {@link
         * Isolation#UNPRIVILEGED} has no namespaces, so nothing may be set that needs one.
         *
         * @param isolation the way
         * @return this
         */
        Builder isolation(Isolation isolation);

        /**
         * Sets the capabilities that processes of the sandbox may have. The default is none. Root
         * of the sandbox has them permitted and effective; for another user they are inheritable
         * and ambient too, or no program would ever have them. The bounding set has no others, and
         * {@code no_new_privs} is set whatever is given here, so no program can gain any.
         *
         * @param capabilities the capabilities; none for {@link Capability#NONE}
         * @return this
         */
        default Builder capabilities(Capability... capabilities) {
            return capabilities(Set.of(capabilities));
        }

        /**
         * Sets the capabilities that processes of the sandbox may have, see {@link
         * #capabilities(Capability...)}.
         *
         * @param capabilities the capabilities, such as {@link Capability#DOCKER}; copied
         * @return this
         */
        Builder capabilities(Set<Capability> capabilities);

        /**
         * Sets which system calls the sandbox may make. The default is {@link
         * SeccompProfile#standard()}.
         *
         * @param profile the profile
         * @return this
         */
        Builder seccomp(SeccompProfile profile);

        /**
         * Sets whether Landlock is a second wall. The default is {@link Landlock#REQUIRED}.
         *
         * @param landlock the rule
         * @return this
         */
        Builder landlock(Landlock landlock);

        /**
         * Adds a device of the host, see {@link Device}; at most 100.
         *
         * <p>When the sandbox is built, it must be a character or block device, its target not be
         * one that every sandbox has ({@code null}, {@code pts}, {@code stdin} and so on), no mount
         * be on it or on {@code /dev}, and the sandbox have a mount namespace. A device that is not
         * writable must be enforceable here, and must not be writable under another name.
         *
         * @param device the device
         * @return this
         * @throws SandboxConfigException if there is one at the same place already
         */
        Builder device(Device device);

        /**
         * Adds a device of the host for reading and writing, under the name it has there.
         *
         * @param node the node, directly in {@code /dev}, such as {@code /dev/fuse}
         * @return this
         * @throws SandboxConfigException if it is not directly in {@code /dev}, or there already
         */
        default Builder device(Path node) {
            return device(Device.of(node));
        }

        /**
         * Names the containers of this sandbox. The default is no name, and {@link
         * Container#name()} the id. A name need not be free: several containers may have it, and
         * {@link Containers#find} finds by it the only one that lives.
         *
         * @param name 1 to 128 of {@code A-Z a-z 0-9 _ . -}, beginning with a letter or digit
         * @return this
         * @throws SandboxConfigException if this is not such a name
         */
        Builder name(String name);

        /**
         * Sets a label, which the library keeps and does not interpret.
         *
         * @param key 1 to 255 bytes of UTF-8
         * @param value at most 4,096 bytes of UTF-8
         * @return this
         * @throws SandboxConfigException if one of the two is not as described
         */
        Builder label(String key, String value);

        /**
         * Sets the cgroup beneath which those of the containers are made. The default is one that
         * the engine picks, beneath the JVM's own. On cgroup v2 neither it nor a group between it
         * and the root may have {@code memory.oom.group} set unless the JVM is in it too: what is
         * being started shares the JVM's memory for a moment, and the kernel would kill both.
         *
         * @param path a path without {@code .}, {@code ..} and empty parts, at most 4,095 bytes;
         *     with a slash at the start it begins at the root of the cgroup file system, without
         *     one at the JVM's own cgroup
         * @return this
         * @throws SandboxConfigException if the path is not as described
         */
        Builder cgroupParent(String path);

        /**
         * Sets where the output of containers is remembered, for {@link Container#logs()}. The
         * default is {@link LogPolicy#standard()}.
         *
         * @param policy where, and how much
         * @return this builder
         */
        Builder logs(LogPolicy policy);

        /**
         * Adds a listener, told of what happens to the containers and commands of this sandbox.
         *
         * @param listener the listener
         * @return this builder
         */
        Builder listener(SandboxListener listener);

        /**
         * Makes the sandbox, after checking that the settings go together and that this host can
         * give them.
         *
         * @return a sandbox; the caller closes it
         * @throws SandboxConfigException if two settings contradict each other; the message names
         *     both
         * @throws SandboxUnavailableException if there is no engine, or this host cannot give what
         *     is asked for
         */
        Sandbox build();

        /**
         * Builds, runs a command and closes: {@link #build()} and {@link Sandbox#run(String...)},
         * with the exceptions of both.
         *
         * @param command the program and its arguments; none for what the image runs
         * @return what came of it
         * @throws InterruptedException if the thread was interrupted; the container is gone by then
         */
        default Result run(String... command) throws InterruptedException {
            return run(Command.of(command));
        }

        /**
         * Builds, runs a command and closes: {@link #build()} and {@link Sandbox#run(Command)},
         * with the exceptions of both.
         *
         * @param command the command
         * @return what came of it
         * @throws InterruptedException if the thread was interrupted; the container is gone by then
         */
        default Result run(Command command) throws InterruptedException {
            try (Sandbox sandbox = build()) {
                return sandbox.run(command);
            }
        }

        /**
         * Builds and starts a command: {@link #build()} and {@link Sandbox#start(String...)}, with
         * the exceptions of both. The sandbox is closed when the container has ended.
         *
         * @param command the program and its arguments; none for what the image runs
         * @return the running container; the caller closes it
         */
        default Container start(String... command) {
            return start(Command.of(command));
        }

        /**
         * Builds and starts a command: {@link #build()} and {@link Sandbox#start(Command)}, with
         * the exceptions of both. The sandbox is closed when the container has ended.
         *
         * @param command the command
         * @return the running container; the caller closes it
         */
        default Container start(Command command) {
            return OneShot.start(build(), command);
        }

        /**
         * Builds, shows what running a command would do, and closes: {@link #build()} and {@link
         * Sandbox#explain(String...)}, with the exceptions of both.
         *
         * @param command the program and its arguments; none for what the image runs
         * @return the system calls, lines separated by {@code \n}
         */
        default String explain(String... command) {
            return explain(Command.of(command));
        }

        /**
         * Builds, shows what running a command would do, and closes: {@link #build()} and {@link
         * Sandbox#explain(Command)}, with the exceptions of both.
         *
         * @param command the command
         * @return the system calls, lines separated by {@code \n}
         */
        default String explain(Command command) {
            try (Sandbox sandbox = build()) {
                return sandbox.explain(command);
            }
        }
    }
}
