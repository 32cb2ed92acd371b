package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.User;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.host.SubordinateIds;
import io.bailey.sandbox.linux.host.TakenIds;
import io.bailey.sandbox.linux.launch.IdMaps;
import io.bailey.sandbox.linux.launch.IdMaps.Extent;
import io.bailey.sandbox.linux.launch.Launcher;
import io.bailey.sandbox.linux.plan.Site;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who the sandbox's ids are on the host. One range for all sandboxes of a JVM, so that idmapped
 * mounts can be shared.
 */
final class Identities {
    private static final int RANGE = 1 << 16;

    /**
     * systemd's range for containers, 524288 to 1879048191: above a machine's own users, below what
     * overflows signed 32 bits.
     */
    private static final int FIRST_RANGE = 8;

    private static final int LAST_RANGE = 28671;
    private static final int MOST_TRIES = 1_000;

    /** nobody, for a JVM that may change its user but not map ids: root of a container. */
    private static final int NOBODY = 65534;

    private static final String NO_RANGE =
            "; leave the user out, or give the sandbox a range of ids: run the JVM as root, or have"
                    + " ranges for its user in /etc/subuid and /etc/subgid";

    private final HostFacts facts;
    private final Launcher launcher;
    private final RangeLease lease;
    private final long base;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Fd> userns = Optional.empty();

    Identities(Linux linux, HostFacts facts, Launcher launcher) {
        this.facts = facts;
        this.launcher = launcher;
        this.lease = RangeLease.open(linux);
        this.base = pick(TakenIds.read(linux), lease);
    }

    /**
     * At random, so that JVMs that cannot know of each other rarely meet. Never among the host's
     * own ids. Without a lease if none is to be had: whoever may read /etc/subuid can hold a read
     * lock on all of it, and shall not keep every JVM of the host from starting. The lease protects
     * from accidents between JVMs, not from such a process.
     */
    static long pick(TakenIds taken, RangeLease lease) {
        OptionalLong unleased = OptionalLong.empty();
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            long base = anyRange();
            if (!taken.meets(base, RANGE)) {
                if (lease.take(base, RANGE)) {
                    return base;
                }
                unleased = OptionalLong.of(base);
            }
        }
        return unleased.orElseThrow(Identities::noneFree);
    }

    private static long anyRange() {
        int slots = LAST_RANGE - FIRST_RANGE + 1;
        return (long) (FIRST_RANGE + ThreadLocalRandom.current().nextInt(slots)) * RANGE;
    }

    private static SandboxUnavailableException noneFree() {
        return new SandboxUnavailableException(
                List.of(
                        new Finding(
                                "range of ids",
                                Finding.Status.MISSING,
                                MOST_TRIES
                                        + " ranges of 65,536 ids, picked at random from 524,288 on, all meet ids that /etc/passwd,"
                                        + " /etc/subuid or /etc/subgid give to somebody",
                                "give out fewer in those files; or share the host's ids: IdMap.HOST")));
    }

    /**
     * The maps for a sandbox, or empty for the host's own ids.
     *
     * @param uid who the command runs as: the one id of a single map
     */
    Optional<IdMaps> maps(IdMap wanted, int uid, int gid) {
        return switch (wanted) {
            case HOST -> Optional.empty();
            case AUTO -> Optional.of(facts.privileged() ? range() : single(uid, gid));
            case SINGLE -> Optional.of(single(uid, gid));
            case SUBORDINATE -> Optional.of(facts.privileged() ? range() : subordinate());
        };
    }

    /** Whether {@code wanted} maps a whole range, so that names and many users mean something. */
    boolean isRange(IdMap wanted) {
        return wanted == IdMap.SUBORDINATE || (wanted == IdMap.AUTO && facts.privileged());
    }

    /** What keeps this JVM's range from others as long as it is open, where it can be kept. */
    Optional<Fd> shareRange() {
        return lease.share(base, RANGE);
    }

    private IdMaps range() {
        List<Extent> extent = List.of(new Extent(0, base, RANGE));
        return new IdMaps(extent, extent, false, List.of());
    }

    private IdMaps single(int uid, int gid) {
        // An unprivileged id for a privileged JVM, the user's own for everyone else: nobody may map
        // another's.
        long hostUid = facts.privileged() ? base : Integer.toUnsignedLong(facts.euid());
        long hostGid = facts.privileged() ? base : Integer.toUnsignedLong(facts.egid());
        return new IdMaps(
                List.of(new Extent(Integer.toUnsignedLong(uid), hostUid, 1)),
                List.of(new Extent(Integer.toUnsignedLong(gid), hostGid, 1)),
                !facts.privileged(),
                List.of());
    }

    private IdMaps subordinate() {
        SubordinateIds ids = facts.subordinate();
        if (!ids.usable()) {
            throw new SandboxUnavailableException(
                    List.of(
                            new Finding(
                                    "subordinate ids",
                                    Finding.Status.MISSING,
                                    "IdMap.SUBORDINATE needs newuidmap, newgidmap and a range in /etc/subuid and /etc/subgid; found "
                                            + ids,
                                    "install the package uidmap and add \"USER:100000:65536\" to /etc/subuid and /etc/subgid, or use"
                                            + " IdMap.SINGLE")));
        }
        var uids = ids.uids().orElseThrow();
        var gids = ids.gids().orElseThrow();
        return new IdMaps(
                List.of(new Extent(0, uids.start(), Math.min(RANGE, uids.count()))),
                List.of(new Extent(0, gids.start(), Math.min(RANGE, gids.count()))),
                false,
                List.of(ids.newuidmap().orElseThrow(), ids.newgidmap().orElseThrow()));
    }

    /**
     * Who a command without a user namespace is: never root, whatever the JVM is, as far as it can
     * help it.
     */
    Site.RunAs onTheHost(Optional<User> wanted, Accounts accounts) {
        if (!facts.mayChangeUser()) {
            return itself(wanted, accounts);
        }
        if (wanted.isEmpty()) {
            int id = facts.privileged() ? (int) base : NOBODY;
            return new Site.RunAs(id, id, List.of(), "/");
        }
        Site.RunAs user = accounts.resolve(wanted);
        if (user.uid() == 0 || user.gid() == 0) {
            throw new SandboxConfigException(
                    "user: "
                            + wanted.get()
                            + " is root on the host, for isolation UNPRIVILEGED has no ids of its own;"
                            + " name another, or none");
        }
        return user;
    }

    private Site.RunAs itself(Optional<User> wanted, Accounts accounts) {
        User own =
                User.parse(
                        Integer.toUnsignedString(facts.euid())
                                + ":"
                                + Integer.toUnsignedString(facts.egid()));
        Site.RunAs user = accounts.resolve(Optional.of(own));
        if (wanted.isPresent() && accounts.resolve(wanted).uid() != user.uid()) {
            throw new SandboxConfigException(
                    "user: "
                            + wanted.get()
                            + " is not this JVM's own, and it may not become another; leave it out");
        }
        return user;
    }

    static void requireMapped(IdMaps maps, int uid, int gid) {
        if (maps.hostUid(uid) == -1) {
            throw new SandboxConfigException(
                    "user "
                            + Integer.toUnsignedString(uid)
                            + " is not among the sandbox's ids "
                            + maps.users()
                            + " (inside, outside, count)"
                            + NO_RANGE);
        }
        if (maps.hostGid(gid) == -1) {
            throw new SandboxConfigException(
                    "group "
                            + Integer.toUnsignedString(gid)
                            + " is not among the sandbox's ids "
                            + maps.groups()
                            + " (inside, outside, count)"
                            + NO_RANGE);
        }
    }

    /**
     * A user namespace with the JVM's range, for idmapped mounts: held by a descriptor, with no
     * process in it.
     */
    OptionalInt rangeNamespace() {
        lock.lock();
        try {
            if (userns.isEmpty()) {
                userns = Optional.of(launcher.userNamespace(range()));
            }
            return OptionalInt.of(userns.get().number());
        } finally {
            lock.unlock();
        }
    }
}
