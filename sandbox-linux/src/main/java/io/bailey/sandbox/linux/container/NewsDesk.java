package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupNews;
import io.bailey.sandbox.linux.flight.Flight;
import io.bailey.sandbox.linux.launch.LaunchException;
import io.bailey.sandbox.linux.launch.Launcher;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Listens to the limits of one living container and writes down what they do. */
final class NewsDesk implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NewsDesk.class.getName());

    private final String id;
    private final CgroupNews news;
    private final EventBook events;
    private final List<Launcher.Watch> watches = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private NewsDesk(String id, CgroupNews news, EventBook events) {
        this.id = id;
        this.news = news;
        this.events = events;
    }

    /** Opens one, which hears nothing where the kernel tells nothing. */
    static NewsDesk open(Launcher launcher, String id, Cgroup cgroup, EventBook events) {
        NewsDesk desk = new NewsDesk(id, cgroup.news().orElse(Silence.INSTANCE), events);
        try {
            for (Map.Entry<Integer, Integer> one : desk.news.descriptors().entrySet()) {
                desk.watches.add(launcher.watch(one.getKey(), one.getValue(), desk::read));
            }
            return desk;
        } catch (LaunchException failure) {
            desk.close();
            throw failure;
        }
    }

    private enum Silence implements CgroupNews {
        INSTANCE;

        @Override
        public Map<Integer, Integer> descriptors() {
            return Map.of();
        }

        @Override
        public List<Change> read() {
            return List.of();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** On the reactor's thread, or at the end: what came since. */
    private void read() {
        lock.lock();
        try {
            if (!closed) {
                news.read().forEach(this::tell);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tell(CgroupNews.Change change) {
        switch (change) {
            case CgroupNews.OomKills(var kills, var limit, var cgroup) -> {
                var told = new ContainerEvent.OutOfMemory(id, Instant.now(), kills, limit, cgroup);
                events.add(told);
                Flight.limit(told);
            }
            case CgroupNews.Reached(var limit, var times, var cgroup) -> {
                var told = new ContainerEvent.LimitReached(id, Instant.now(), limit, times, cgroup);
                events.add(told);
                Flight.limit(told);
            }
        }
    }

    /** A last look, before the group goes; then silence. */
    @Override
    public void close() {
        read();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            watches.forEach(Launcher.Watch::close);
            news.close();
        } catch (RuntimeException failure) {
            LOG.log(Level.WARNING, "the news of " + id + " could not be closed", failure);
        } finally {
            lock.unlock();
        }
    }
}
