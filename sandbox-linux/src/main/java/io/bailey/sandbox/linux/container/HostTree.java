package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.plan.CopyStep;
import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.plan.CopyStep.Time;
import io.bailey.sandbox.linux.sys.DirectoryEntry;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.FileStat;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads a file or a directory of the host, descriptor to descriptor, to be copied in. */
final class HostTree {
    private static final String READ = "copy in: read";
    private static final int FLAGS = Linux.O_RDONLY | Linux.O_NONBLOCK;
    private static final int PIECE = 256 << 10;

    /** From here on a file is not read, but handed over. */
    private static final long LARGE = 1 << 20;

    private final Linux linux;
    private final FileCalls calls;
    private final CopyInto into;
    private final CopyBudget budget;
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);

    HostTree(Linux linux, FileCalls calls, CopyInto into, CopyBudget budget) {
        this.linux = linux;
        this.calls = calls;
        this.into = into;
        this.budget = budget;
    }

    /**
     * Copies an open file or directory to {@code to}.
     *
     * @param from what it is called, for a person
     */
    void copy(Fd open, Place to, String from) {
        budget.entry(from);
        copyOpen(open, to, from);
    }

    private void copyOpen(Fd open, Place to, String from) {
        if (calls.fstat(open.number()).isDirectory()) {
            directory(open, to, from);
        } else {
            file(open, to, from);
        }
    }

    private void child(int dir, String name, Place to, String from) {
        FileStat stat = calls.stat(dir, name);
        CopyTrouble.check(stat.result(), READ, from);
        switch (stat.type()) {
            case FileStat.DIRECTORY -> {
                budget.entry(from);
                copyOpen(open(dir, name, Linux.O_DIRECTORY, from), to, from);
            }
            case FileStat.REGULAR -> {
                budget.entry(from);
                copyOpen(open(dir, name, 0, from), to, from);
            }
            case FileStat.LINK -> {
                budget.entry(from);
                int length = CopyTrouble.check(calls.readlinkat(dir, name), READ, from);
                into.add(new CopyStep.MakeLink(to, calls.text(length), time(stat)));
            }
            default -> {
                // Devices, pipes and sockets mean nothing elsewhere.
            }
        }
    }

    private Fd open(int dir, String name, int flags, String from) {
        int all = FLAGS | Linux.O_NOFOLLOW | flags;
        return linux.own(CopyTrouble.check(calls.openat(dir, name, all, 0), READ, from));
    }

    private void directory(Fd open, Place to, String from) {
        try (open) {
            FileStat stat = calls.fstat(open.number());
            into.add(new CopyStep.MakeDirectory(to, stat.permissions()));
            List<DirectoryEntry> names = new ArrayList<>();
            int result;
            do {
                result = CopyTrouble.check(calls.getdents(open.number(), names), READ, from);
            } while (result > 0);
            for (DirectoryEntry entry : names) {
                String shown = from + "/" + CopyPaths.shown(entry.name());
                child(open.number(), entry.name(), CopyPaths.in(to, entry.name()), shown);
            }
            into.add(new CopyStep.SetTime(to, time(stat)));
        }
    }

    /** Of a file that grows only what it had at first; of one of the kernel's, what it gives. */
    private void file(Fd open, Place to, String from) {
        boolean taken = false;
        try {
            FileStat stat = calls.fstat(open.number());
            if (stat.type() != FileStat.REGULAR) {
                return;
            }
            long size = stat.size();
            into.begin(to);
            if (size >= LARGE) {
                budget.bytes(size, from);
                into.hand(open, size);
                taken = true;
            } else {
                size = read(open.number(), size == 0 ? Long.MAX_VALUE : size, from);
            }
            into.finish(size, stat.permissions(), time(stat));
        } finally {
            if (!taken) {
                open.close();
            }
        }
    }

    private long read(int fd, long most, String from) {
        long at = 0;
        while (at < most) {
            piece.clear().limit((int) Math.min(PIECE, most - at));
            int got = CopyTrouble.check(calls.read(fd, piece, at), READ, from);
            if (got == 0) {
                break;
            }
            budget.bytes(got, from);
            into.write(at, piece.flip());
            at += got;
        }
        return at;
    }

    private static Time time(FileStat stat) {
        return new Time(stat.seconds(), stat.nanos());
    }
}
