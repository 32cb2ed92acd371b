package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.plan.Bindings;
import io.bailey.sandbox.linux.plan.CopyStep;
import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.plan.CopyStep.Time;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gathers what is to be copied into a container and has it carried out, some hundred entries at a
 * time. What is small, or comes by, goes through a file in memory; a large file of the host is
 * handed over itself.
 */
final class CopyInto implements AutoCloseable {
    private static final int MOST_STEPS = 1024;
    private static final int MOST_FILES = 32;
    private static final long MOST_SPOOLED = 8L << 20;
    private static final int SEEK_SET = 0;
    private static final Binding SPOOL = Bindings.copied(0);

    private final CopyPlace place;
    private final Linux linux;
    private final FileCalls calls;
    private final Fd spool;
    private final List<CopyStep> steps = new ArrayList<>();
    private final Map<Binding, Fd> handed = new HashMap<>();
    private long spooled;
    private Optional<Place> open = Optional.empty();

    CopyInto(CopyPlace place, FileCalls calls) {
        this.place = place;
        this.linux = place.engine().linux();
        this.calls = calls;
        int fd = linux.memfdCreate("bailey-copy", Linux.MFD_CLOEXEC);
        CopyTrouble.check(fd, "copy in: memfd_create", "");
        this.spool = linux.own(fd);
    }

    /** Takes a step that is one for itself. */
    void add(CopyStep step) {
        if (steps.size() >= MOST_STEPS) {
            flush();
        }
        steps.add(step);
    }

    /** A new file; what follows is its content. */
    void begin(Place at) {
        add(new CopyStep.MakeFile(at));
        open = Optional.of(at);
    }

    /** Content of the file that was begun. */
    void write(long position, ByteBuffer piece) {
        long at = position;
        while (piece.hasRemaining()) {
            // Before anything is held: what is held goes with the step that takes it.
            if (spooled == MOST_SPOOLED || steps.size() >= MOST_STEPS) {
                flush();
            }
            int length = (int) Math.min(piece.remaining(), MOST_SPOOLED - spooled);
            ByteBuffer part = piece.slice(piece.position(), length);
            CopyTrouble.check(
                    calls.write(spool.number(), part, spooled),
                    "copy in: hold in memory",
                    open.orElseThrow().shown());
            fill(SPOOL, at, length);
            piece.position(piece.position() + length);
            spooled += length;
            at += length;
        }
    }

    /** Pieces that follow one another are one. */
    private void fill(Binding from, long position, long length) {
        CopyStep last = steps.getLast();
        if (last instanceof CopyStep.Fill before
                && before.from().equals(from)
                && before.position() + before.length() == position) {
            steps.set(
                    steps.size() - 1,
                    new CopyStep.Fill(
                            before.at(), from, before.position(), before.length() + length));
        } else {
            steps.add(new CopyStep.Fill(open.orElseThrow(), from, position, length));
        }
    }

    /** The first {@code length} bytes of {@code file}, which is taken over, as all its content. */
    void hand(Fd file, long length) {
        if (handed.size() >= MOST_FILES || steps.size() >= MOST_STEPS) {
            flush();
        }
        Binding binding = Bindings.copied(handed.size() + 1);
        handed.put(binding, file);
        steps.add(new CopyStep.Fill(open.orElseThrow(), binding, 0, length));
    }

    /** The file that was begun is whole. */
    void finish(long size, int mode, Time time) {
        // Not by add: between a file's content and its end there is always room.
        steps.add(new CopyStep.FinishFile(open.orElseThrow(), size, mode, time));
        open = Optional.empty();
    }

    /** Has it done. */
    void flush() {
        if (!steps.isEmpty()) {
            Map<Binding, Integer> sources = new HashMap<>();
            sources.put(SPOOL, spool.number());
            handed.forEach((binding, fd) -> sources.put(binding, fd.number()));
            calls.lseek(spool.number(), 0, SEEK_SET);
            place.carryOut(steps, sources);
        }
        steps.clear();
        forget();
        spooled = 0;
        CopyTrouble.check(calls.ftruncate(spool.number(), 0), "copy in: hold in memory", "");
        open.ifPresent(at -> steps.add(new CopyStep.OpenFile(at)));
    }

    private void forget() {
        handed.values().forEach(Fd::close);
        handed.clear();
    }

    @Override
    public void close() {
        forget();
        spool.close();
    }
}
