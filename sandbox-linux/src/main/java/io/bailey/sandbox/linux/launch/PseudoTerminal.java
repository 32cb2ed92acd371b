package io.bailey.sandbox.linux.launch;

import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.linux.launch.LaunchRequest.HostTerminal;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * This JVM's side of a command's terminal, pty(7). Made in the sandbox, of whose devpts it is, it
 * comes by a socket; only where the sandbox has none it is one of the host's.
 */
final class PseudoTerminal implements AutoCloseable {
    private static final String PTMX = "/dev/ptmx";

    private final Linux linux;
    private final TerminalCalls calls;
    private final Reactor reactor;
    private final Fd theirs;
    private final Fd ours;
    private final boolean socket;
    private final ReentrantLock lock = new ReentrantLock();
    private Consumer<Fd> onArrival = master -> master.close();
    private Optional<Long> key = Optional.empty();
    private boolean over;

    private PseudoTerminal(Linux linux, Reactor reactor, Fd theirs, Fd ours, boolean socket) {
        this.linux = linux;
        this.calls = new TerminalCalls(linux);
        this.reactor = reactor;
        this.theirs = theirs;
        this.ours = ours;
        this.socket = socket;
    }

    /** One that the command makes and sends. */
    static PseudoTerminal ofSandbox(Linux linux, Reactor reactor) {
        int[] ends = new TerminalCalls(linux).socketpair();
        LaunchException.check(ends[0], "socketpair", "for the terminal");
        return new PseudoTerminal(
                linux,
                reactor,
                Pipe.own(linux, ends[0], "for the terminal"),
                Pipe.own(linux, ends[1], "for the terminal"),
                true);
    }

    /**
     * One that is made here.
     *
     * @param user who may open it by its name
     */
    static PseudoTerminal ofHost(
            Linux linux, Reactor reactor, Terminal terminal, HostTerminal user) {
        TerminalCalls calls = new TerminalCalls(linux);
        int fd = linux.openat(Linux.AT_FDCWD, PTMX, Linux.O_RDWR | TerminalCalls.O_NOCTTY, 0);
        Fd master = Pipe.own(linux, LaunchException.check(fd, "open", PTMX), PTMX);
        try {
            int number = master.number();
            LaunchException.check(calls.unlock(number), "ioctl(TIOCSPTLCK)", PTMX);
            var size = new TerminalCalls.Size(terminal.columns(), terminal.rows());
            LaunchException.check(calls.resize(number, size), "ioctl(TIOCSWINSZ)", PTMX);
            if (terminal.raw()) {
                calls.attributes(number)
                        .ifPresent(now -> calls.setAttributes(number, TerminalCalls.raw(now)));
            }
            giveTo(user, linux, calls.number(number));
            int copy = linux.fcntl(number, Linux.F_DUPFD_CLOEXEC, 3);
            LaunchException.check(copy, "fcntl(F_DUPFD_CLOEXEC)", PTMX);
            return new PseudoTerminal(linux, reactor, master, linux.own(copy), false);
        } catch (RuntimeException failure) {
            master.close();
            throw failure;
        }
    }

    /** As with pipes: what belongs to its maker can be opened by its owner only. */
    private static void giveTo(HostTerminal user, Linux linux, int number) {
        int side =
                linux.openat(
                        Linux.AT_FDCWD, "/dev/pts/" + number, Linux.O_PATH | Linux.O_NOFOLLOW, 0);
        if (side >= 0) {
            linux.fchown(side, user.uid(), user.gid());
            linux.close(side);
        }
    }

    /** What stands where the command's three streams will be. */
    Fd theirs() {
        return theirs;
    }

    /**
     * Who takes the descriptor, once, on the reactor's thread or in that of {@link #watch}. If none
     * comes there is none to take.
     */
    void onArrival(Consumer<Fd> taker) {
        onArrival = taker;
    }

    /** Waits for it in the reactor. */
    void watch(Consumer<Throwable> onFailure) {
        lock.lock();
        try {
            look();
            if (!over) {
                long mine = reactor.newKey();
                key = Optional.of(mine);
                reactor.add(mine, ours.number(), Linux.EPOLLIN, events -> look(), onFailure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Is it there? The command sends it before its exec. */
    void look() {
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (!socket) {
                over = true;
                arrived(ours);
                return;
            }
            int fd = calls.receive(ours.number());
            if (fd == -Errno.EAGAIN) {
                return;
            }
            close();
            if (fd >= 0) {
                arrived(Pipe.own(linux, fd, "the terminal"));
            }
        } finally {
            lock.unlock();
        }
    }

    private void arrived(Fd master) {
        if (!calls.isMaster(master.number())) {
            // An enemy's file system may take its time with that, too.
            Workers.execute(master::close);
            throw new LaunchException("receive", "the command's terminal", Errno.ENOTTY);
        }
        Pipe.nonBlocking(linux, master);
        onArrival.accept(master);
    }

    /** Of the terminal itself its taker lets go. */
    @Override
    public void close() {
        lock.lock();
        try {
            theirs.close();
            if (!over) {
                over = true;
                key.ifPresent(mine -> reactor.remove(mine, ours.number()));
                ours.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
