package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code state.json}: what is written of a container. Members that this version does not know are
 * passed over; what it could not understand has another {@code version}.
 */
public final class StateDocument {
    /** To be raised when older versions would misunderstand what is written. */
    static final long VERSION = 1;

    /** What is longer is not read: a command may have a great many arguments, but not all. */
    static final int MOST_BYTES = 8 << 20;

    /** What a container is written with later: cgroups, times, how it ended. */
    private static final int GROWTH = 64 << 10;

    private StateDocument() {}

    /**
     * As {@link #write}, of a container that is new.
     *
     * @throws SandboxConfigException if there is more to write than is read again
     */
    static byte[] writeFirst(StoredContainer container) {
        byte[] document = write(container);
        if (document.length > MOST_BYTES - GROWTH) {
            throw new SandboxConfigException(
                    "command: with its arguments and labels it takes "
                            + document.length
                            + " bytes to write the container down, and "
                            + (MOST_BYTES - GROWTH)
                            + " are the most; hand it the rest in a file or by stdin");
        }
        return document;
    }

    static byte[] write(StoredContainer container) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("version", VERSION);
        tree.putAll(tree(container.info()));
        tree.put("owner", tree(container.owner()));
        container.pidStarted().ifPresent(ticks -> tree.put("pidStarted", ticks));
        tree.put("cgroups", container.cgroups());
        tree.put("volumes", container.volumes());
        tree.put("more", container.more());
        return StateJson.bytes(tree);
    }

    /** What a description has to say. */
    public static Map<String, Object> tree(ContainerInfo info) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", info.id());
        tree.put("name", info.name());
        tree.put("state", info.state().name());
        tree.put("root", info.root());
        info.image().ifPresent(image -> tree.put("image", image));
        tree.put("command", info.command());
        tree.put("created", info.created());
        info.started().ifPresent(time -> tree.put("started", time));
        info.finished().ifPresent(time -> tree.put("finished", time));
        info.exitCode().ifPresent(code -> tree.put("exitCode", code));
        info.termination().ifPresent(how -> tree.put("termination", how));
        info.pid().ifPresent(pid -> tree.put("pid", pid));
        tree.put("limits", LimitsDocument.tree(info.limits()));
        tree.put("mounts", info.mounts());
        tree.put("labels", info.labels());
        tree.put("detached", info.detached());
        return tree;
    }

    private static Map<String, Object> tree(Owner owner) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("pid", owner.pid());
        tree.put("started", owner.started());
        tree.put("pidNamespace", owner.pidNamespace());
        tree.put("boot", owner.boot());
        return tree;
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws CorruptStateException if it is anything else
     */
    static StoredContainer read(String text) {
        StateNode node = new StateNode(StateJson.read(text));
        long version = node.number("version");
        if (version != VERSION) {
            throw new CorruptStateException(
                    "it has version " + version + ", and this is for version " + VERSION);
        }
        try {
            return container(node);
        } catch (SandboxException | IllegalArgumentException wrong) {
            throw new CorruptStateException(String.valueOf(wrong.getMessage()));
        }
    }

    private static StoredContainer container(StateNode node) {
        Owner owner = owner(node.node("owner"));
        return new StoredContainer(
                info(node, owner.pid()),
                owner,
                node.optionalNumber("pidStarted"),
                node.texts("cgroups"),
                node.texts("volumes"),
                node.map("more"));
    }

    private static Owner owner(StateNode node) {
        return new Owner(
                node.number("pid"),
                node.number("started"),
                node.number("pidNamespace"),
                node.text("boot"));
    }

    private static ContainerInfo info(StateNode node, long owner) {
        return new ContainerInfo(
                node.text("id"),
                node.text("name"),
                node.text("root"),
                node.optional("image"),
                node.texts("command"),
                ContainerState.valueOf(node.text("state")),
                node.optionalInt("exitCode"),
                node.optional("termination"),
                node.time("created"),
                node.optionalTime("started"),
                node.optionalTime("finished"),
                node.optionalNumber("pid"),
                LimitsDocument.read(node.node("limits")),
                node.texts("mounts"),
                node.map("labels"),
                node.truth("detached"),
                owner);
    }
}
