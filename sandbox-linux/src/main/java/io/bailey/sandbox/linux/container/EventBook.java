package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.SandboxListener;
import io.bailey.sandbox.linux.launch.Workers;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What has happened to one container, and who is told: each consumer sees all events, in order, on
 * a worker's thread, and holds nobody up.
 */
final class EventBook {
    private static final int KEPT = 1_000;
    private static final System.Logger LOG = System.getLogger(EventBook.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<ContainerEvent> kept = new ArrayDeque<>();
    private final Deque<ContainerEvent> undelivered = new ArrayDeque<>();
    private final List<Subscriber> consumers = new CopyOnWriteArrayList<>();
    private boolean delivering;

    /** One object a subscription: the same consumer may be there twice. */
    private static final class Subscriber {
        private final Consumer<ContainerEvent> consumer;

        Subscriber(Consumer<ContainerEvent> consumer) {
            this.consumer = consumer;
        }
    }

    static EventBook of(List<SandboxListener> listeners) {
        EventBook book = new EventBook();
        listeners.forEach(listener -> book.subscribe(listener::happened));
        return book;
    }

    void add(ContainerEvent event) {
        lock.lock();
        try {
            kept.addLast(event);
            if (kept.size() > KEPT) {
                kept.removeFirst();
            }
            if (consumers.isEmpty()) {
                return;
            }
            undelivered.addLast(event);
            if (delivering) {
                return;
            }
            delivering = true;
        } finally {
            lock.unlock();
        }
        Workers.execute(this::deliver);
    }

    List<ContainerEvent> all() {
        lock.lock();
        try {
            return new ArrayList<>(kept);
        } finally {
            lock.unlock();
        }
    }

    Container.Subscription subscribe(Consumer<ContainerEvent> consumer) {
        Subscriber own = new Subscriber(consumer);
        consumers.add(own);
        return () -> consumers.remove(own);
    }

    private void deliver() {
        while (true) {
            ContainerEvent next;
            lock.lock();
            try {
                if (undelivered.isEmpty()) {
                    delivering = false;
                    return;
                }
                next = undelivered.removeFirst();
            } finally {
                lock.unlock();
            }
            consumers.forEach(subscriber -> tell(subscriber.consumer, next));
        }
    }

    private static void tell(Consumer<ContainerEvent> consumer, ContainerEvent event) {
        try {
            consumer.accept(event);
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.WARNING, "a listener failed at " + event, failure);
        }
    }
}
