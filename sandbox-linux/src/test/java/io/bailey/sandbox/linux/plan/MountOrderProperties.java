package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.linux.mount.KernelPaths;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where mounts go, and when. */
@Domain(Cases.class)
class MountOrderProperties {
    private static final int TRIES = 300;
    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final long MOUNT_ATTR_RDONLY = 1;
    private static final Set<String> OUTSIDE = Set.of("/proc/driver", "/sys/kernel", "/");

    /** Where the host's proc is all there is. */
    private static final Set<String> OUTSIDE_ALONE = Set.of("/driver", "/fs", "/");

    /** A mount that was moved to a place in the root: the look-up of the place and the move. */
    private record Attachment(Call lookup, Call move) {
        String target() {
            return lookup.string(1);
        }

        long resolve() {
            return lookup.word(2, 2);
        }
    }

    /**
     * What was last stored in the variable that argument {@code i} of {@code call} is loaded from.
     */
    private static Optional<Call> origin(List<Call> calls, Call call, int i) {
        return call.variable(i)
                .flatMap(variable ->
                        calls.subList(0, calls.indexOf(call)).reversed().stream()
                                .filter(c -> c.store() == variable)
                                .findFirst());
    }

    private static List<Call> moves(Case sandbox) {
        return sandbox.init().stream().filter(c -> c.sys() == Sys.MOVE_MOUNT).toList();
    }

    private static List<Attachment> attachments(Case sandbox) {
        List<Attachment> all = new ArrayList<>();
        for (Call move : moves(sandbox)) {
            origin(sandbox.init(), move, 2).ifPresent(c -> all.add(new Attachment(c, move)));
        }
        return all;
    }

    private static int attached(Case sandbox, String path) {
        return attachments(sandbox).stream()
                .filter(a -> a.target().equals(path))
                .findFirst()
                .map(a -> a.move().index())
                .orElse(-1);
    }

    /** The mount that is attached as the root. */
    private static Call rootMove(Case sandbox) {
        return moves(sandbox).stream()
                .filter(c -> c.variable(2).isEmpty() && c.string(3).equals("/"))
                .findFirst()
                .orElseThrow();
    }

    @Property(tries = TRIES)
    void everyTargetIsLookedUpInsideTheRoot(@ForAll Case sandbox) {
        for (Call move : moves(sandbox)) {
            Optional<Call> lookup = origin(sandbox.init(), move, 2);
            if (lookup.isEmpty()) {
                assertThat((int) move.number(2)).isEqualTo(Linux.AT_FDCWD);
                assertThat(move.string(3))
                        .as("parked, or the root itself")
                        .isIn(sandbox.site().freshMounts() ? OUTSIDE_ALONE : OUTSIDE);
            } else {
                assertThat(lookup.get().sys()).isEqualTo(Sys.OPENAT2);
                assertThat(lookup.get().variable(0)).isEqualTo(rootMove(sandbox).variable(0));
                assertThat(lookup.get().index()).isGreaterThan(rootMove(sandbox).index());
                assertThat(move.string(3)).isEmpty();
            }
        }
    }

    /**
     * Without a name, through openat2(2) only: RESOLVE_IN_ROOT and no magic links, which a proc
     * has.
     */
    @Property(tries = TRIES)
    void everyLookupIsResolvedInRoot(@ForAll Case sandbox) {
        for (Call open : sandbox.init()) {
            if (open.sys() == Sys.OPENAT2 && !isTerminal(open)) {
                long resolve = open.word(2, 2);
                assertThat(resolve & RESOLVE_IN_ROOT).isNotZero();
                assertThat(resolve & (RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS)).isNotZero();
                // The files that are written, in a proc of the sandbox's own.
                boolean written = open.string(1).startsWith("/proc/sys/user/max_");
                assertThat(open.word(2, 0) & (written ? Linux.O_WRONLY : Linux.O_PATH)).isNotZero();
                assertThat(open.number(3)).isEqualTo(24);
            }
        }
    }

    /** A link in an image must not lead Bailey's own mounts astray (CVE-2019-19921). */
    @Property(tries = TRIES)
    void systemMountsFollowNoLink(@ForAll Case sandbox) {
        List<String> users = sandbox.site().mounts().stream().map(m -> m.mount().target()).toList();
        for (Attachment attachment : attachments(sandbox)) {
            if (!users.contains(attachment.target())) {
                assertThat(attachment.resolve() & RESOLVE_NO_SYMLINKS)
                        .as(attachment.target())
                        .isNotZero();
            }
        }
    }

    @Property(tries = TRIES)
    void theFirstMountOperationCutsPropagation(@ForAll Case sandbox) {
        int first = index(sandbox.init(), c -> MOUNTING.contains(c.sys()));
        assertThat(first >= 0).isEqualTo(sandbox.site().root().isPresent());
        if (sandbox.site().freshMounts()) {
            Call made = sandbox.init().get(first);
            assertThat(made.sys()).isEqualTo(Sys.OPEN_TREE);
            assertThat(made.number(2)).as("OPEN_TREE_NAMESPACE").isEqualTo(2 | Linux.O_CLOEXEC);
            Call entered = sandbox.init().get(first + 1);
            assertThat(entered.sys()).isEqualTo(Sys.SETNS);
            assertThat(entered.variable(0)).hasValue((long) made.store());
            first += 3; // And closed.
        }
        if (first >= 0) {
            Call call = sandbox.init().get(first);
            assertThat(call.sys()).isEqualTo(Sys.MOUNT);
            assertThat(call.string(1)).isEqualTo("/");
            assertThat(call.number(3)).as("MS_REC|MS_PRIVATE").isEqualTo(0x4000 | 0x40000);
            assertThat(call.tolerated()).isEmpty();
        }
    }

    private static final Set<Sys> MOUNTING =
            EnumSet.of(
                    Sys.MOUNT,
                    Sys.FSOPEN,
                    Sys.FSCONFIG,
                    Sys.FSMOUNT,
                    Sys.OPEN_TREE,
                    Sys.MOVE_MOUNT,
                    Sys.MOUNT_SETATTR);

    @Property(tries = TRIES)
    void theOldRootIsDetachedRightAfterThePivot(@ForAll Case sandbox) {
        List<Call> init = sandbox.init();
        int pivot = index(init, c -> c.sys() == Sys.PIVOT_ROOT);
        int chroot = index(init, c -> c.sys() == Sys.CHROOT);
        if (sandbox.site().root().isEmpty()) {
            assertThat(List.of(pivot, chroot)).containsExactly(-1, -1);
            return;
        }
        boolean pivots = sandbox.spec().rootChange() == RootChange.PIVOT_ROOT;
        assertThat(pivot >= 0).isEqualTo(pivots);
        assertThat(chroot >= 0).isEqualTo(!pivots);
        int change = Math.max(pivot, chroot);
        assertThat(init.get(change - 1).sys()).isEqualTo(Sys.FCHDIR);
        assertThat(init.get(change - 1).variable(0)).isEqualTo(rootMove(sandbox).variable(0));
        if (pivots) {
            Call umount = init.get(pivot + 1);
            assertThat(umount.sys()).isEqualTo(Sys.UMOUNT2);
            assertThat(umount.string(0)).isEqualTo(".");
            assertThat(umount.number(1)).as("MNT_DETACH").isEqualTo(2);
            assertThat(umount.tolerated()).isEmpty();
        }
        Call chdir = init.get(change + (pivots ? 2 : 1));
        assertThat(chdir.sys()).isEqualTo(Sys.CHDIR);
        assertThat(chdir.string(0)).isEqualTo("/");
    }

    /**
     * After the root is left, the only names are the sandbox's own: the directory to go to, the
     * file to execute.
     */
    @Property(tries = TRIES)
    void noPathOfTheHostIsUsedInsideTheSandbox(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int change = index(path, c -> c.sys() == Sys.PIVOT_ROOT || c.sys() == Sys.CHROOT);
        if (change < 0) {
            return;
        }
        Set<Sys> byName = EnumSet.of(Sys.CHDIR, Sys.EXECVE);
        Set<Sys> forbidden = EnumSet.copyOf(MOUNTING);
        forbidden.addAll(
                EnumSet.of(Sys.OPENAT, Sys.OPENAT2, Sys.MKDIRAT, Sys.MKNODAT, Sys.SYMLINKAT));
        for (Call call : path.subList(change + 2, path.size())) {
            assertThat(
                            isLookForTheCommand(call)
                                    || isTerminal(call)
                                    || !forbidden.contains(call.sys()))
                    .as(call.toString())
                    .isTrue();
            if (byName.contains(call.sys())) {
                assertThat(call.string(0)).doesNotStartWith(Cases.HOST);
            }
        }
    }

    /** As the user, with no privilege left, and without following a link. */
    private static boolean isTerminal(Call call) {
        return call.sys() == Sys.OPENAT2
                && call.string(1).equals("/dev/pts/ptmx")
                && call.word(2, 2) == (RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);
    }

    /** As the user, with no privilege left, and for nothing but the error's sake. */
    private static boolean isLookForTheCommand(Call call) {
        return call.sys() == Sys.OPENAT && call.toString().contains("O_PATH|O_CLOEXEC, 0)");
    }

    /** A privileged JVM resolves them itself and hands descriptors over. */
    @Property(tries = TRIES)
    void treesThatComeByDescriptorAreNeverNamed(@ForAll Case sandbox) {
        boolean byPath =
                sandbox.site().mounts().stream().anyMatch(m -> isPath(m.source()))
                        || isPath(sandbox.site().root().map(Site.RootSite::tree));
        boolean deviceByPath =
                sandbox.site().devices().stream().anyMatch(d -> isPath(Optional.of(d.node())));
        boolean named =
                sandbox.init().stream()
                        .filter(c -> c.sys() == Sys.OPEN_TREE || c.sys() == Sys.OPENAT)
                        .anyMatch(c -> c.string(1).startsWith(Cases.HOST));
        if (!byPath && !deviceByPath) {
            assertThat(named).isFalse();
        }
    }

    private static boolean isPath(Optional<?> source) {
        return source.isPresent() && source.get() instanceof TreeSource.HostPath;
    }

    @Property(tries = TRIES)
    void everyMaskIsLaidOverItsMountedFileSystem(@ForAll Case sandbox) {
        if (sandbox.site().root().isEmpty()) {
            return;
        }
        List<KernelPaths.Masked> masks = new ArrayList<>(KernelPaths.PROC_MASKED);
        masks.addAll(KernelPaths.sysMasked(sandbox.site().cpus()));
        for (KernelPaths.Masked masked : masks) {
            String system = masked.path().startsWith("/proc") ? "/proc" : "/sys";
            assertThat(attached(sandbox, masked.path()))
                    .as(masked.path())
                    .isGreaterThan(attached(sandbox, system));
        }
        for (String path : KernelPaths.PROC_READ_ONLY) {
            assertThat(attached(sandbox, path)).as(path).isGreaterThan(attached(sandbox, "/proc"));
        }
        assertThat(attached(sandbox, "/proc")).isPositive();
        assertThat(attached(sandbox, "/sys")).isPositive();
    }

    /** Between a mount and its attributes lies a moment in which it is writable. */
    @Property(tries = TRIES)
    void masksAreReadOnlyBeforeTheyAppear(@ForAll Case sandbox) {
        Set<String> covered = Set.of("/proc/kcore", "/proc/acpi", "/proc/sys", "/sys/firmware");
        for (Attachment attachment : attachments(sandbox)) {
            if (covered.contains(attachment.target())) {
                assertThat(readOnlyBefore(sandbox, attachment.move())).isTrue();
                Call lookup = attachment.lookup();
                assertThat(sandbox.init().get(lookup.onTolerated()).index())
                        .as("an absent one is passed over, not more")
                        .isEqualTo(attachment.move().index() + 1);
            }
        }
    }

    private static boolean readOnlyBefore(Case sandbox, Call move) {
        List<Call> init = sandbox.init();
        int made = init.indexOf(origin(init, move, 0).orElseThrow());
        return init.subList(made, move.index()).stream()
                .anyMatch(c ->
                        c.sys() == Sys.MOUNT_SETATTR
                                && c.variable(0).equals(move.variable(0))
                                && (c.word(3, 0) & MOUNT_ATTR_RDONLY) != 0);
    }

    @Property(tries = TRIES)
    void theCallersMountsAreMadeOnceEachInTheirOrder(@ForAll Case sandbox) {
        List<String> made =
                attachments(sandbox).stream()
                        .filter(a -> (a.resolve() & RESOLVE_NO_SYMLINKS) == 0)
                        .map(Attachment::target)
                        .toList();
        assertThat(made)
                .isEqualTo(sandbox.site().mounts().stream().map(m -> m.mount().target()).toList());
        int lastSystem =
                attachments(sandbox).stream()
                        .filter(a -> (a.resolve() & RESOLVE_NO_SYMLINKS) != 0)
                        .mapToInt(a -> a.move().index())
                        .max()
                        .orElse(-1);
        for (String target : made) {
            assertThat(attached(sandbox, target)).isGreaterThan(lastSystem);
        }
    }

    /** A tree that comes by descriptor has its attributes already. */
    @Property(tries = TRIES)
    void aReadOnlyMountIsReadOnlyBeforeItAppears(@ForAll Case sandbox) {
        for (Site.MountSite site : sandbox.site().mounts()) {
            boolean bind =
                    site.mount() instanceof Mount.Bind b && b.readOnly() && isPath(site.source());
            if (bind || site.mount() instanceof Mount.File) {
                Call move = sandbox.init().get(attached(sandbox, site.mount().target()));
                assertThat(readOnlyBefore(sandbox, move)).as(site.mount().target()).isTrue();
            }
        }
    }

    /** A device's node is the host's own: nothing of it is changed, and nothing executed. */
    @Property(tries = TRIES)
    void everyDeviceIsAttachedOnceInDevWithItsFlags(@ForAll Case sandbox) {
        for (Site.DeviceSite device : sandbox.site().devices()) {
            String target = device.device().target();
            List<Attachment> there =
                    attachments(sandbox).stream().filter(a -> a.target().equals(target)).toList();
            assertThat(there).as(target).hasSize(1);
            assertThat(there.getFirst().move().index()).isGreaterThan(attached(sandbox, "/dev"));
            assertThat(there.getFirst().resolve() & RESOLVE_NO_SYMLINKS).isNotZero();
            if (isPath(Optional.of(device.node()))) {
                List<Call> init = sandbox.init();
                Call move = there.getFirst().move();
                Call flags = init.get(init.indexOf(origin(init, move, 0).orElseThrow()) + 1);
                assertThat(flags.sys()).isEqualTo(Sys.MOUNT_SETATTR);
                assertThat(flags.word(3, 0))
                        .as("read-only, nosuid, noexec, and not nodev")
                        .isEqualTo(1 | 2 | 8);
            }
        }
    }

    /** The last word on the root, after all mount points were made. */
    @Property(tries = TRIES)
    void aReadOnlyRootEndsReadOnly(@ForAll Case sandbox) {
        Optional<Site.RootSite> root = sandbox.site().root();
        if (root.isEmpty() || !root.get().readOnly()) {
            return;
        }
        Call move = rootMove(sandbox);
        int lastReadOnly =
                lastIndex(
                        sandbox.init(),
                        c ->
                                c.sys() == Sys.MOUNT_SETATTR
                                        && c.variable(0).equals(move.variable(0))
                                        && (c.word(3, 0) & MOUNT_ATTR_RDONLY) != 0);
        if (root.get().overlay()) {
            int lastMove = lastIndex(sandbox.init(), c -> c.sys() == Sys.MOVE_MOUNT);
            assertThat(lastReadOnly).isGreaterThan(lastMove);
        } else if (isPath(Optional.of(root.get().tree()))) {
            assertThat(lastReadOnly).isBetween(0, move.index());
        }
    }
}
