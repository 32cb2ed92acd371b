package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.container.state.ContainerDirectory;
import io.bailey.sandbox.linux.container.state.StateDirectory;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.sys.Linux;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The containers of this JVM, and those of others as far as they are written down. The directory is
 * opened when the first container is made or looked for, and what dead processes have left there
 * removed.
 */
final class Ledger {
    private final Linux linux;
    private final ReentrantLock opening = new ReentrantLock();
    private final Map<String, LinuxContainer> mine = new ConcurrentHashMap<>();
    private volatile @Nullable StateDirectory directory;
    private final Engine engine;

    Ledger(Engine engine) {
        this.engine = engine;
        this.linux = engine.linux();
    }

    Linux linux() {
        return linux;
    }

    /**
     * The state directory.
     *
     * @throws SandboxException if it cannot be used
     */
    StateDirectory state() {
        StateDirectory known = directory;
        if (known != null) {
            return known;
        }
        opening.lock();
        try {
            known = directory;
            if (known == null) {
                known = StateDirectory.open(linux, StateDirectory.place(linux));
                // First the groups, in which there may be something yet to be killed.
                var _ = engine.cgroups().sweep();
                known.sweep(this::clear);
                engine.volumes().sweep();
                directory = known;
            }
            return known;
        } finally {
            opening.unlock();
        }
    }

    /** Writes a container down; once more if a cleaner has taken the directory away. */
    ContainerDirectory create(StoredContainer first) {
        StateDirectory state = state();
        try {
            return state.create(first);
        } catch (SandboxException failed) {
            if (!state.isGone()) {
                throw failed;
            }
            // Not closed: containers that are written down in it live on.
            opening.lock();
            try {
                if (directory == state) {
                    directory = null;
                }
            } finally {
                opening.unlock();
            }
            return state().create(first);
        }
    }

    void add(LinuxContainer container) {
        mine.put(container.id(), container);
    }

    void forget(LinuxContainer container) {
        mine.remove(container.id());
    }

    /** What is written of one; empty if it is gone. */
    Optional<StoredContainer> read(String id) {
        return state().read(id);
    }

    private boolean clear(StoredContainer dead) {
        return CgroupPlaces.clear(engine.cgroups(), dead) && LeftLayer.remove(linux, dead);
    }

    /** All that are not dead ones'. */
    List<StoredContainer> sweep() {
        return state().sweep(this::clear).stream().filter(stored -> !isStillborn(stored)).toList();
    }

    /** A detached container whose maker died before there was an init: it is removed. */
    private boolean isStillborn(StoredContainer stored) {
        if (!stored.info().detached() || !stored.owner().isDead(linux)) {
            return false;
        }
        ContainerDirectory its = state().directory(stored.info().id());
        DetachedReport report = DetachedReport.read(linux, its.path());
        // Who cannot look has been told so by an exception, and removes nothing.
        if (report.alive() || report.pid().isPresent()) {
            return false;
        }
        if (stored.cgroups().isEmpty() || engine.cgroups().clear(stored.cgroups())) {
            var _ = LeftLayer.removeEnded(linux, stored);
            its.remove();
        }
        return true;
    }

    /** The object of this JVM that is the container {@code id}. */
    Optional<LinuxContainer> mine(String id) {
        return Optional.ofNullable(mine.get(id));
    }

    /** What is so now: of a detached container nobody has written it down. */
    ContainerInfo now(StoredContainer stored) {
        return stored.info().detached()
                ? DetachedLife.now(linux, path(stored), DetachedNote.of(stored))
                : mine(stored.info().id()).map(LinuxContainer::info).orElse(stored.info());
    }

    /** A handle on a detached container. */
    Container attach(StoredContainer stored) {
        return new DetachedContainer(
                DetachedLife.open(engine, path(stored), DetachedNote.of(stored)));
    }

    private Path path(StoredContainer stored) {
        return state().directory(stored.info().id()).path();
    }
}
