package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.image.PullListener;

import java.util.concurrent.locks.ReentrantLock;

/** Tells a listener one event at a time, and loses what it throws, as it was promised. */
final class Listeners {
    private final PullListener listener;
    private final ReentrantLock one = new ReentrantLock();

    Listeners(PullListener listener) {
        this.listener = listener;
    }

    void tell(PullEvent event) {
        one.lock();
        try {
            listener.onEvent(event);
        } catch (RuntimeException lost) {
            // Its own trouble.
        } finally {
            one.unlock();
        }
    }
}
