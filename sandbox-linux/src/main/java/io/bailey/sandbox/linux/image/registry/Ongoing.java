package io.bailey.sandbox.linux.image.registry;

import java.util.HashSet;
import java.util.Set;

/**
 * What is being waited for, so that it can be given up together. Not by interrupts: a thread that
 * writes to a file would close it.
 */
final class Ongoing {
    private final Set<Runnable> endings = new HashSet<>();
    private boolean cancelled;

    /** Remembers how to end something; ends it at once if all has been given up. */
    synchronized void add(Runnable ending) {
        endings.add(ending);
        if (cancelled) {
            ending.run();
        }
    }

    synchronized void remove(Runnable ending) {
        endings.remove(ending);
    }

    synchronized void cancel() {
        cancelled = true;
        endings.forEach(Runnable::run);
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }
}
