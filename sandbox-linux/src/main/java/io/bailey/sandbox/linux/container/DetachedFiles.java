package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.launch.LaunchRequest.Lasting;
import io.bailey.sandbox.linux.launch.Pipe;
import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.Detachment;
import io.bailey.sandbox.linux.plan.Detachment.Kept;
import io.bailey.sandbox.linux.plan.Report;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Shortage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the init of a detached container is given in place of the JVM, in the container's state
 * directory:
 *
 * <pre>
 *   control   a named pipe; a byte written to it is a signal for the command
 *   report    how the command ended ({@link Report}); locked as long as the init lives
 *   output.0, output.1   what it said; the older of them is emptied when the newer is full
 * </pre>
 */
final class DetachedFiles implements AutoCloseable {
    static final String CONTROL = "control";
    static final String REPORT = "report";
    static final String LOG = "output.0";
    static final String OLDER_LOG = "output.1";

    private static final int S_IFIFO = 0010000;
    private static final int SECRET = 0600;
    private static final int O_APPEND = 02000;

    private final Linux linux;
    private final Path directory;
    private final Kept output;
    private final Kept error;
    private final long most;
    private final Map<Binding, Fd> theirs = new HashMap<>();
    private final Map<Binding, Fd> commands = new HashMap<>();
    private final List<Integer> leases = new ArrayList<>();
    private final List<Fd> handedOver = new ArrayList<>();
    private final List<Runnable> atEnd = new ArrayList<>();
    private Consumer<List<String>> beforePlaced = places -> {};
    private Consumer<List<String>> whenPlaced = cgroups -> {};

    /**
     * @param most how long the log may be, in bytes
     */
    private DetachedFiles(Linux linux, Path directory, Kept output, Kept error, long most) {
        this.linux = linux;
        this.directory = directory;
        this.output = output;
        this.error = error;
        this.most = most;
    }

    /**
     * Makes them.
     *
     * @throws SandboxSetupException if that fails
     */
    static DetachedFiles make(Linux linux, Path directory, Kept output, Kept error, long most) {
        DetachedFiles files = new DetachedFiles(linux, directory, output, error, most);
        try {
            files.fill();
            return files;
        } catch (RuntimeException failure) {
            files.close();
            throw failure;
        }
    }

    private void fill() {
        check(linux.mknodat(Linux.AT_FDCWD, path(CONTROL), S_IFIFO | SECRET, 0), CONTROL);
        Fd report = create(REPORT, Linux.O_RDWR);
        theirs.put(Bindings.REPORT, report);
        // Now, while there is room: the init writes over it.
        check(linux.writeAll(report.number(), new byte[Report.FILE_BYTES]), REPORT);
        check(linux.lock(report.number(), 0, 1), REPORT);
        stream(output, Bindings.OUTPUT, Bindings.STDOUT);
        stream(error, Bindings.ERROR, Bindings.STDERR);
        if (output == Kept.LOGGED || error == Kept.LOGGED) {
            theirs.put(Bindings.LOG, create(LOG, Linux.O_WRONLY | O_APPEND));
            theirs.put(Bindings.OLDER_LOG, create(OLDER_LOG, Linux.O_WRONLY | O_APPEND));
        }
    }

    /**
     * The init's end is one to write to as well: then it never comes to an end, and a command that
     * closes its streams is nothing to be told of.
     */
    private void stream(Kept kept, Binding read, Binding write) {
        if (kept == Kept.NOT_SEEN) {
            return;
        }
        Pipe pipe = Pipe.open(linux, 0, read.name());
        commands.put(write, pipe.writeEnd());
        try (Fd end = pipe.readEnd()) {
            String again = "/proc/self/fd/" + end.number();
            int flags = Linux.O_RDWR | Linux.O_NONBLOCK;
            int fd = linux.openat(Linux.AT_FDCWD, again, flags, 0);
            theirs.put(read, Pipe.own(linux, check(fd, again), read.name()));
        }
    }

    private Fd create(String name, int flags) {
        int all = flags | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;
        return open(name, all);
    }

    private Fd open(String name, int flags) {
        int fd = linux.openat(Linux.AT_FDCWD, path(name), flags, SECRET);
        return Pipe.own(linux, check(fd, name), name);
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private int check(int result, String name) {
        if (result < 0) {
            throw new SandboxSetupException(
                    "make the files of a detached container",
                    Errno.name(-result),
                    path(name),
                    Shortage.or(
                            -result,
                            "the state directory must be one this process may write to; the system"
                                    + " property bailey.state names another"));
        }
        return result;
    }

    /** Holds what {@code fd} locks as long as the container lives. */
    void lease(Fd fd) {
        lease(fd.number());
        handedOver.add(fd);
    }

    /** The same, but the JVM's own is closed by somebody else. */
    void lease(int fd) {
        leases.add(fd);
    }

    /** Wants to know where the container's cgroup is, before anything is in it. */
    void whenPlaced(Consumer<List<String>> consumer) {
        whenPlaced = consumer;
    }

    /** Wants to know where the container's cgroup may come to be, before it is made. */
    void beforePlaced(Consumer<List<String>> consumer) {
        beforePlaced = consumer;
    }

    void placing(List<String> places) {
        beforePlaced.accept(places);
    }

    void placed(List<String> cgroups) {
        whenPlaced.accept(cgroups);
    }

    /** Runs {@code task} when the container has ended, if this JVM is still there. */
    void atEnd(Runnable task) {
        atEnd.add(task);
    }

    /** What the plan has to know. */
    Detachment detachment() {
        return Detachment.of(output, error, most, leases.size());
    }

    /** Adds what is handed over. */
    void bind(Map<Binding, Integer> numbers, int hostUid, int hostGid) {
        for (Fd pipe : commands.values()) {
            if (hostUid >= 0) {
                // As for any command: /proc/self/fd/1 can be opened by its owner only.
                linux.fchown(pipe.number(), hostUid, hostGid);
            }
        }
        commands.forEach((binding, fd) -> numbers.put(binding, fd.number()));
        theirs.forEach((binding, fd) -> numbers.put(binding, fd.number()));
        for (int i = 0; i < leases.size(); i++) {
            numbers.put(Bindings.lease(i), leases.get(i));
        }
    }

    /** The way to the command. The session takes it over. */
    Lasting lasting() {
        Fd child = open(CONTROL, Linux.O_RDWR | Linux.O_NONBLOCK);
        try {
            Fd ours = open(CONTROL, Linux.O_WRONLY | Linux.O_NONBLOCK);
            return new Lasting(new Pipe(child, ours), detachment().descriptors());
        } catch (RuntimeException failure) {
            child.close();
            throw failure;
        }
    }

    /** The init has its copies: the report is locked by it alone from now on. */
    void handOver() {
        theirs.values().forEach(Fd::close);
        commands.values().forEach(Fd::close);
        handedOver.forEach(Fd::close);
    }

    @Override
    public synchronized void close() {
        handOver();
        atEnd.forEach(Runnable::run);
        atEnd.clear();
    }
}
