package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.Volume;
import io.bailey.sandbox.linux.container.state.Owner;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.container.state.VolumeDirectory;
import io.bailey.sandbox.spi.ContainerStore;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The containers and volumes of this user, whichever process they are of. */
final class LinuxContainerStore implements ContainerStore {
    private final Ledger ledger;
    private final VolumeDirectory volumes;

    LinuxContainerStore(Ledger ledger, VolumeDirectory volumes) {
        this.ledger = ledger;
        this.volumes = volumes;
    }

    @Override
    public List<ContainerInfo> list(boolean all) {
        return ledger.sweep().stream()
                .map(ledger::now)
                .filter(info -> all || isAlive(info))
                .sorted(
                        Comparator.comparing(ContainerInfo::created)
                                .thenComparing(ContainerInfo::id))
                .toList();
    }

    private static boolean isAlive(ContainerInfo info) {
        return info.state() == ContainerState.RUNNING || info.state() == ContainerState.PAUSED;
    }

    @Override
    public Optional<Container> find(String idOrName) {
        return stored(idOrName).map(this::handle);
    }

    private Container handle(StoredContainer stored) {
        Optional<LinuxContainer> mine = ledger.mine(stored.info().id());
        if (mine.isEmpty() && stored.info().detached()) {
            return ledger.attach(stored);
        }
        return mine.orElseThrow(() -> foreign(stored));
    }

    private static IllegalStateException foreign(StoredContainer stored) {
        Owner owner = stored.owner();
        boolean here = owner.pidNamespace() == Owner.self().pidNamespace();
        return new IllegalStateException(
                "container "
                        + stored.info().name()
                        + " belongs to process "
                        + owner.pid()
                        + (here ? "" : " of another PID namespace")
                        + ", which is alive; only that process can work with it");
    }

    /** The whole id or name comes before the beginning of an id, as with docker. */
    private Optional<StoredContainer> stored(String idOrName) {
        if (idOrName.isEmpty()) {
            throw new IllegalArgumentException("the id or name of a container is empty");
        }
        List<StoredContainer> all = ledger.sweep();
        return Stream.<Predicate<ContainerInfo>>of(
                        info -> info.id().equals(idOrName),
                        info -> info.name().equals(idOrName),
                        info -> info.id().startsWith(idOrName))
                .map(wanted -> all.stream().filter(one -> wanted.test(one.info())).toList())
                .filter(found -> !found.isEmpty())
                .findFirst()
                .map(found -> only(found, idOrName));
    }

    /** Of several of one name, the one that lives: names are given again and again. */
    private StoredContainer only(List<StoredContainer> all, String idOrName) {
        List<StoredContainer> living =
                all.size() == 1
                        ? List.of()
                        : all.stream().filter(one -> isAlive(ledger.now(one))).toList();
        List<StoredContainer> found = living.size() == 1 ? living : all;
        if (found.size() > 1) {
            throw new IllegalArgumentException(
                    "\""
                            + idOrName
                            + "\" is not one container but "
                            + found.size()
                            + ": "
                            + found.stream().map(one -> one.info().id()).limit(10).toList());
        }
        return found.getFirst();
    }

    @Override
    public boolean remove(String idOrName) {
        Optional<StoredContainer> found = stored(idOrName);
        found.ifPresent(this::remove);
        return found.isPresent();
    }

    private void remove(StoredContainer stored) {
        ContainerInfo info = ledger.now(stored);
        Optional<LinuxContainer> mine = ledger.mine(info.id());
        if (!info.detached() && mine.isEmpty()) {
            throw foreign(stored);
        }
        if (isAlive(info)) {
            throw new IllegalStateException(
                    "container " + info.name() + " lives; kill() or stop() it first");
        }
        mine.ifPresent(LinuxContainer::close);
        if (mine.isEmpty() || info.detached()) {
            if (!CgroupPlaces.clear(stored) || !LeftLayer.removeEnded(ledger.linux(), stored)) {
                throw new SandboxException(
                        "container "
                                + info.name()
                                + " has stopped, but somebody holds what is left of it: "
                                + stored.cgroups()
                                + stored.more().values()
                                + "; remove it again");
            }
            ledger.state().directory(info.id()).remove();
        }
    }

    @Override
    public List<Volume> volumes() {
        List<Volume> all = volumes.list();
        return all.isEmpty() ? all : all.stream().map(this::withDetached).toList();
    }

    /** A detached container has no process of ours that could hold a lock for it. */
    private Volume withDetached(Volume volume) {
        return volume.inUse() || !isMountedDetached(volume.name())
                ? volume
                : new Volume(volume.name(), volume.path(), volume.created(), true);
    }

    private boolean isMountedDetached(String volume) {
        return ledger.sweep().stream()
                .filter(stored -> stored.info().detached() && stored.volumes().contains(volume))
                .anyMatch(stored -> isAlive(ledger.now(stored)));
    }

    @Override
    public Volume createVolume(String name) {
        return volumes.create(name);
    }

    @Override
    public boolean removeVolume(String name) {
        if (isMountedDetached(name)) {
            throw new IllegalStateException(
                    "volume " + name + " is in use: a detached container has it mounted");
        }
        return volumes.remove(name);
    }
}
