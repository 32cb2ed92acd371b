package io.bailey.sandbox.linux.testing;

import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The real kernel with one call that fails, and a record of the descriptors that went through it.
 * Several threads may use it.
 */
public final class FaultyKernel implements SystemCall {
    private final SystemCall real = Linux.realCalls();
    private final Predicate<Sys> which;
    private final int errno;
    private final Set<Integer> open = new HashSet<>();
    private final List<Sys> calls = new ArrayList<>();
    private int until = Integer.MAX_VALUE;

    private FaultyKernel(Predicate<Sys> which, int errno) {
        this.which = which;
        this.errno = errno;
    }

    /**
     * A kernel whose calls {@code which} can be made to fail with {@code errno}, once, by {@link
     * #failAfter}.
     */
    public static FaultyKernel failing(Predicate<Sys> which, int errno) {
        return new FaultyKernel(which, errno);
    }

    /** From now on {@code successes} of the chosen calls are let through, then one fails. */
    public synchronized void failAfter(int successes) {
        until = successes;
        open.clear();
        calls.clear();
    }

    /** Has the failure been served? */
    public synchronized boolean hasFailed() {
        return until < 0;
    }

    /** Descriptors that openat(2) gave and nobody closed. */
    public synchronized Set<Integer> leaked() {
        return Set.copyOf(open);
    }

    /** What was called, in order. */
    public synchronized List<Sys> calls() {
        return List.copyOf(calls);
    }

    @Override
    public synchronized long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        calls.add(sys);
        if (which.test(sys) && until-- == 0) {
            return -errno;
        }
        long result = real.invoke(sys, a, b, c, d, e, f);
        if (sys == Sys.OPENAT && result >= 0) {
            open.add((int) result);
        }
        if (sys == Sys.CLOSE) {
            open.remove((int) a);
        }
        return result;
    }
}
