package io.bailey.sandbox.linux.image.store;

import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;

import java.util.HashSet;
import java.util.Set;

/**
 * The real kernel of a process that is killed before one of its calls: neither that call nor any
 * later one is made, whatever finally blocks want. Not thread-safe.
 */
final class DyingKernel implements SystemCall {
    private final SystemCall real = Linux.realCalls();
    private final Set<Integer> open = new HashSet<>();
    private final int lastCall;
    private int calls;

    /** What is thrown in place of the call. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /**
     * @param lifetime how many calls are made before it dies
     */
    DyingKernel(int lifetime) {
        this.lastCall = lifetime;
    }

    @Override
    public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
        if (calls == lastCall) {
            throw new Death();
        }
        calls++;
        long result = real.invoke(sys, a, b, c, d, e, f);
        if ((sys == Sys.OPENAT || sys == Sys.OPENAT2) && result >= 0) {
            open.add((int) result);
        }
        if (sys == Sys.CLOSE) {
            open.remove((int) a);
        }
        return result;
    }

    /** How many calls were made. */
    int calls() {
        return calls;
    }

    /** What the kernel does with a dead process: closes its descriptors, and so frees its locks. */
    int bury() {
        int buried = open.size();
        open.forEach(Linux.host()::close);
        open.clear();
        return buried;
    }
}
