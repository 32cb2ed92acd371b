package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Makes files on the host. Beneath its top no link is followed that is there or was planted, and
 * nothing but a directory is opened that was there before.
 */
final class HostSink implements CopySink, AutoCloseable {
    private static final String STEP = "copy out: ";
    private static final int DIRECTORY = Linux.O_RDONLY | Linux.O_DIRECTORY | Linux.O_NOFOLLOW;
    private static final int NEW = Linux.O_WRONLY | Linux.O_CREAT | Linux.O_EXCL | Linux.O_NOFOLLOW;

    /**
     * Not set-user-ID, not set-group-ID: what an enemy has written would be this user's, for anyone
     * to run.
     */
    private static final int MODES = 01777;

    private final Linux linux;
    private final FileCalls calls;
    private final Deque<Fd> open = new ArrayDeque<>();

    HostSink(Linux linux, FileCalls calls, Fd top) {
        this.linux = linux;
        this.calls = calls;
        open.push(top);
    }

    private int here() {
        return open.element().number();
    }

    private static int check(int result, String what, Shown shown) {
        return CopyTrouble.check(result, STEP + what, shown);
    }

    /** With no name it is the top itself. */
    @Override
    public void enter(String name, FileStat stat, Shown shown) {
        String made = name.isEmpty() ? "." : name;
        int result = name.isEmpty() ? 0 : calls.mkdirat(here(), name, 0700);
        if (result != -Errno.EEXIST) {
            check(result, "make a directory for", shown);
        }
        int fd = check(calls.openat(here(), made, DIRECTORY, 0), "open the directory for", shown);
        open.push(linux.own(fd));
    }

    @Override
    public void leave(FileStat stat, Shown shown) {
        try (Fd whole = open.pop()) {
            finish(whole, stat, shown);
        }
    }

    @Override
    public void link(String name, String target, FileStat stat, Shown shown) {
        makeWay(name, shown);
        check(calls.symlinkat(target, here(), name), "make a link for", shown);
        check(
                calls.utimensat(here(), name, stat.seconds(), stat.nanos()),
                "set the time of",
                shown);
    }

    private void makeWay(String name, Shown shown) {
        int result = calls.unlinkat(here(), name, 0);
        if (result != -Errno.ENOENT) {
            check(result, "replace what has the name of", shown);
        }
    }

    @Override
    public void begin(String name, FileStat stat, Shown shown) {
        makeWay(name, shown);
        open.push(linux.own(check(calls.openat(here(), name, NEW, 0600), "create", shown)));
    }

    @Override
    public void content(long position, ByteBuffer piece, Shown shown) {
        check(calls.write(here(), piece, position), "write", shown);
    }

    @Override
    public void end(FileStat stat, long size, Shown shown) {
        leave(stat, shown);
    }

    private void finish(Fd whole, FileStat stat, Shown shown) {
        check(calls.fchmod(whole.number(), stat.permissions() & MODES), "set the mode of", shown);
        check(
                calls.futimens(whole.number(), stat.seconds(), stat.nanos()),
                "set the time of",
                shown);
    }

    @Override
    public boolean takesMore() {
        return true;
    }

    @Override
    public void close() {
        open.forEach(Fd::close);
    }
}
