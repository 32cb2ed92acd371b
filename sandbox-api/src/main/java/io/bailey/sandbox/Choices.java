package io.bailey.sandbox;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The settings whose defaults depend on one another. Each is empty until the caller says a word
 * about it, for only a word can be contradicted; a default gives way.
 */
final class Choices {

    private static final MemorySize DEFAULT_WRITABLE_ROOT_SIZE = MemorySize.of(256L << 20);

    Optional<Rootfs> rootfs = Optional.empty();
    Optional<WritableRoot> writableRoot = Optional.empty();
    Optional<MemorySize> writableRootSize = Optional.empty();
    Optional<Path> writableLayer = Optional.empty();
    Optional<RootChange> rootChange = Optional.empty();
    Optional<Network> network = Optional.empty();
    Optional<Set<Namespace>> namespaces = Optional.empty();
    Optional<IdMap> idMap = Optional.empty();
    Optional<Isolation> isolation = Optional.empty();

    /** What an earlier builder made of its own choices: the defaults of a derived one. */
    private final Optional<SandboxSpec> inherited;

    Choices(Optional<SandboxSpec> inherited) {
        this.inherited = inherited;
    }

    /**
     * Finds the contradictions that only words can make; those between values are found by {@link
     * SandboxSpec}.
     */
    void check() {
        if (effectiveIsolation() == Isolation.UNPRIVILEGED) {
            checkUnprivileged();
        }
        if (namespaces.isPresent()) {
            checkNamespaces(namespaces.get());
        }
        if (!effectiveNamespaces().contains(Namespace.MOUNT)) {
            checkUnused("rootfs", rootfs.filter(root -> !onlyTheHost(root)));
            checkUnused("writableRoot", writableRoot);
            checkUnused("writableRootSize", writableRootSize);
            checkUnused("writableLayer", writableLayer);
            checkUnused("rootChange", rootChange);
        }
        if (writableRootSize.isPresent() && effectiveWritableRoot() != WritableRoot.OVERLAY) {
            throw new SandboxConfigException(
                    "writableRootSize: "
                            + writableRootSize.get()
                            + " bounds the writable layer of OVERLAY, but writableRoot is "
                            + effectiveWritableRoot());
        }
        if (writableRootSize.isPresent() && writableLayer.isPresent()) {
            throw new SandboxConfigException(
                    "writableRootSize: "
                            + writableRootSize.get()
                            + " bounds a writable layer in memory, but writableLayer is "
                            + writableLayer.get());
        }
    }

    private void checkNamespaces(Set<Namespace> chosen) {
        if (network.equals(Optional.of(Network.NONE)) && !chosen.contains(Namespace.NETWORK)) {
            throw new SandboxConfigException(
                    "network: NONE needs the NETWORK namespace, but namespaces are "
                            + chosen
                            + "; to share the host's network leave network(...) out or say"
                            + " network(HOST)");
        }
        if (idMap.equals(Optional.of(IdMap.HOST)) && chosen.contains(Namespace.USER)) {
            throw new SandboxConfigException(
                    "idMap: HOST is to have no user namespace, but namespaces are "
                            + chosen
                            + "; leave USER out of them");
        }
        if (idMap.isPresent() && idMap.get() != IdMap.HOST && !chosen.contains(Namespace.USER)) {
            throw new SandboxConfigException(
                    "idMap: "
                            + idMap.get()
                            + " needs the USER namespace, but namespaces are "
                            + chosen
                            + "; to share the host's ids say idMap(HOST)");
        }
    }

    /** No namespace is what UNPRIVILEGED means; a word for one contradicts it. */
    private void checkUnprivileged() {
        if (namespaces.isPresent() && !namespaces.get().isEmpty()) {
            throw new SandboxConfigException(
                    "namespaces: "
                            + namespaces.get()
                            + " contradict isolation UNPRIVILEGED, which has none");
        }
        if (idMap.isPresent() && idMap.get() != IdMap.HOST) {
            throw new SandboxConfigException(
                    "idMap: "
                            + idMap.get()
                            + " contradicts isolation UNPRIVILEGED, which has no user namespace");
        }
    }

    /** The host's tree is what UNPRIVILEGED has anyway. */
    private boolean onlyTheHost(Rootfs root) {
        return effectiveIsolation() == Isolation.UNPRIVILEGED && root instanceof Rootfs.Host;
    }

    private void checkUnused(String field, Optional<?> choice) {
        if (choice.isPresent()) {
            throw new SandboxConfigException(
                    field
                            + ": "
                            + choice.get()
                            + " needs the MOUNT namespace, but the namespaces are "
                            + effectiveNamespaces());
        }
    }

    Rootfs effectiveRootfs() {
        return rootfs.or(() -> inherited.map(SandboxSpec::rootfs)).orElseGet(Rootfs::host);
    }

    WritableRoot effectiveWritableRoot() {
        return writableRoot
                .or(() -> inherited.map(SandboxSpec::writableRoot))
                .orElse(
                        effectiveRootfs() instanceof Rootfs.Host
                                ? WritableRoot.READ_ONLY
                                : WritableRoot.OVERLAY);
    }

    MemorySize effectiveWritableRootSize() {
        return writableRootSize
                .or(() -> inherited.map(SandboxSpec::writableRootSize))
                .orElse(DEFAULT_WRITABLE_ROOT_SIZE);
    }

    /** A word for a size is one for memory. */
    Optional<Path> effectiveWritableLayer() {
        return writableLayer.or(() ->
                inherited
                        .flatMap(SandboxSpec::writableLayer)
                        .filter(layer ->
                                writableRootSize.isEmpty()
                                        && effectiveWritableRoot() == WritableRoot.OVERLAY));
    }

    RootChange effectiveRootChange() {
        return rootChange
                .or(() -> inherited.map(SandboxSpec::rootChange))
                .orElse(RootChange.PIVOT_ROOT);
    }

    /**
     * The chosen ones, and what the words about network and ids make of those that were not chosen.
     */
    Set<Namespace> effectiveNamespaces() {
        if (effectiveIsolation() == Isolation.UNPRIVILEGED) {
            return EnumSet.noneOf(Namespace.class);
        }
        Set<Namespace> effective = EnumSet.noneOf(Namespace.class);
        effective.addAll(
                namespaces
                        .or(() -> inherited.map(SandboxSpec::namespaces))
                        .orElseGet(Namespace::all));
        network.ifPresent(word -> set(effective, Namespace.NETWORK, word != Network.HOST));
        idMap.ifPresent(word -> set(effective, Namespace.USER, word != IdMap.HOST));
        return effective;
    }

    Isolation effectiveIsolation() {
        return isolation
                .or(() -> inherited.map(spec -> spec.security().isolation()))
                .orElse(Isolation.FULL);
    }

    Network effectiveNetwork() {
        if (effectiveIsolation() == Isolation.UNPRIVILEGED) {
            return network.or(() -> inherited.map(SandboxSpec::network)).orElse(Network.NONE);
        }
        return effectiveNamespaces().contains(Namespace.NETWORK) ? Network.NONE : Network.HOST;
    }

    IdMap effectiveIdMap() {
        if (!effectiveNamespaces().contains(Namespace.USER)) {
            return IdMap.HOST;
        }
        return idMap.or(() -> inherited.map(SandboxSpec::idMap).filter(map -> map != IdMap.HOST))
                .orElse(IdMap.AUTO);
    }

    private static void set(Set<Namespace> namespaces, Namespace namespace, boolean present) {
        if (present) {
            namespaces.add(namespace);
        } else {
            namespaces.remove(namespace);
        }
    }
}
