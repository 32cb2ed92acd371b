package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.DirectoryReader;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.TreeRemoval;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The containers of one user, as files that each process of that user writes for itself and all
 * read. There is no lock: a file is replaced in one step, and whoever finds something gone lets it
 * be gone.
 */
public final class StateDirectory implements AutoCloseable {
    /** Names another place. */
    public static final String PROPERTY = "bailey.state";

    private static final String WHAT = "state directory";
    private static final String CONTAINERS = "containers";
    private static final System.Logger LOG = System.getLogger(StateDirectory.class.getName());

    private final Linux linux;
    private final Path path;
    private final Fd containers;

    /** Said once: a list that is asked for each second would fill the log. */
    private final Set<String> complained = ConcurrentHashMap.newKeySet();

    private StateDirectory(Linux linux, Path path, Fd containers) {
        this.linux = linux;
        this.path = path;
        this.containers = containers;
    }

    /** Where it is for this process, by its user and surroundings. */
    public static Path place(Linux linux) {
        return place(
                Optional.ofNullable(System.getProperty(PROPERTY)),
                linux.geteuid(),
                Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR")));
    }

    static Path place(Optional<String> property, int uid, Optional<String> runtime) {
        if (property.isPresent()) {
            return Path.of(property.get()).toAbsolutePath();
        }
        if (uid == 0) {
            return Path.of("/run/bailey");
        }
        // The XDG specification wants a relative one ignored.
        return runtime.filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, "bailey"))
                .orElseGet(() ->
                        Path.of(System.getProperty("java.io.tmpdir"))
                                .toAbsolutePath()
                                .resolve("bailey-" + Integer.toUnsignedString(uid)));
    }

    /**
     * Opens it, and makes it if it is not there.
     *
     * @throws SandboxSetupException if it cannot be used, or somebody else could have prepared it
     */
    public static StateDirectory open(Linux linux, Path path) {
        try (Fd _ = PrivateDirectory.open(linux, path, WHAT, PROPERTY)) {
            Path below = path.resolve(CONTAINERS);
            return new StateDirectory(
                    linux, path, PrivateDirectory.open(linux, below, WHAT, PROPERTY));
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Has somebody removed it meanwhile, as a cleaner of temporary files may do? */
    public boolean isGone() {
        return linux.stat(Linux.AT_FDCWD, path.resolve(CONTAINERS).toString(), 0).inode()
                != linux.stat(containers.number(), "", Linux.AT_EMPTY_PATH).inode();
    }

    /**
     * Writes a new container down.
     *
     * @throws SandboxSetupException if it cannot be written; nothing of it is left then
     */
    public ContainerDirectory create(StoredContainer first) {
        ContainerDirectory directory = directory(first.info().id());
        directory.make(first);
        return directory;
    }

    /** The directory of a container. */
    public ContainerDirectory directory(String id) {
        return new ContainerDirectory(
                linux, containers.number(), path.resolve(CONTAINERS), checked(id));
    }

    private static String checked(String id) {
        if (id.isEmpty() || id.indexOf('/') >= 0 || id.startsWith(".")) {
            throw new IllegalArgumentException("no id of a container: \"" + id + "\"");
        }
        return id;
    }

    /**
     * Reads all that are written down, in no order. What cannot be understood, of a newer version
     * for one, is reported and left alone.
     */
    public List<StoredContainer> all() {
        List<StoredContainer> all = new ArrayList<>();
        for (String name : names()) {
            if (!name.startsWith(".")) {
                read(name).ifPresent(all::add);
            }
        }
        return all;
    }

    private List<String> names() {
        DirectoryReader.Names names = DirectoryReader.names(linux, containers.number(), ".");
        if (names.result() < 0) {
            throw StateFailure.of(
                    -names.result(), "read the " + WHAT, path.resolve(CONTAINERS), PROPERTY);
        }
        return names.names();
    }

    /** Reads one; empty if it is gone, or cannot be understood. */
    public Optional<StoredContainer> read(String id) {
        String file = id + "/" + ContainerDirectory.STATE;
        FileText text =
                KernelFile.readWhole(linux, containers.number(), file, StateDocument.MOST_BYTES);
        if (text.result() == -Errno.ENOENT || text.result() == -Errno.ENOTDIR) {
            return Optional.empty();
        }
        try {
            if (!text.isRead()) {
                throw new CorruptStateException(Errno.name(-text.result()));
            }
            StoredContainer container = StateDocument.read(text.text());
            if (!container.info().id().equals(id)) {
                throw new CorruptStateException("it is of " + container.info().id());
            }
            return Optional.of(container);
        } catch (CorruptStateException wrong) {
            complain(file, wrong);
            return Optional.empty();
        }
    }

    private void complain(String file, CorruptStateException wrong) {
        if (complained.add(file)) {
            LOG.log(
                    Level.WARNING,
                    path.resolve(CONTAINERS).resolve(file)
                            + " is left alone: "
                            + wrong.getMessage()
                            + "; remove its directory if no newer version of this library runs");
        }
    }

    /**
     * Removes what dead processes have left, but for detached containers. Several may do so at
     * once, and be killed at it.
     *
     * @param cleared removes what a dead one's container had elsewhere; false if that is still to
     *     be done, and it is to be remembered
     * @return those that are not dead
     */
    public List<StoredContainer> sweep(Predicate<StoredContainer> cleared) {
        Map<Owner, Boolean> dead = new HashMap<>();
        List<StoredContainer> rest = new ArrayList<>();
        for (String name : names()) {
            if (name.startsWith(".")) {
                sweepHidden(name, dead);
                continue;
            }
            Optional<StoredContainer> container = read(name);
            if (container.isEmpty()) {
                continue;
            }
            StoredContainer found = container.get();
            if (found.info().detached() || !isDead(found.owner(), dead)) {
                rest.add(found);
            } else if (cleared.test(found)) {
                complainOf(ContainerDirectory.remove(linux, containers.number(), name), name);
            }
        }
        return rest;
    }

    private boolean isDead(Owner owner, Map<Owner, Boolean> known) {
        return known.computeIfAbsent(owner, who -> who.isDead(linux));
    }

    private void sweepHidden(String name, Map<Owner, Boolean> dead) {
        boolean leftover =
                name.startsWith(ContainerDirectory.GONE)
                        || (name.startsWith(ContainerDirectory.NEW)
                                && maker(name).map(owner -> isDead(owner, dead)).orElse(false));
        if (leftover) {
            complainOf(TreeRemoval.remove(linux, containers.number(), name).result(), name);
        }
    }

    private static Optional<Owner> maker(String name) {
        String text = name.substring(ContainerDirectory.NEW.length());
        return Owner.parse(text.substring(0, Math.max(0, text.lastIndexOf('.'))));
    }

    private void complainOf(int result, String name) {
        // Another one at the same work may have been faster, or still be at it.
        if (result < 0 && result != -Errno.ENOTEMPTY && complained.add(name)) {
            LOG.log(
                    Level.WARNING,
                    "cannot remove "
                            + path.resolve(CONTAINERS).resolve(name)
                            + " of a dead process: "
                            + Errno.name(-result));
        }
    }

    @Override
    public void close() {
        containers.close();
    }
}
