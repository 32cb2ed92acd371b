package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

/**
 * Writes mount operations. The order its user keeps: {@link #isolate}, {@link #attachRoot}, any
 * number of mounts on {@link #target}s, {@link #pivot} or {@link #chroot}.
 */
public final class MountProgram {
    /** The name of the step that opens a source beneath a writable one. */
    public static final String BENEATH_STEP = "open beneath a writable source";

    static final Argument CWD = Argument.flags("AT_FDCWD", Linux.AT_FDCWD);
    static final Argument EMPTY = Argument.of("");

    private static final Argument FSOPEN_CLOEXEC = Argument.flags("FSOPEN_CLOEXEC", 1);
    private static final Argument FSMOUNT_CLOEXEC = Argument.flags("FSMOUNT_CLOEXEC", 1);
    private static final Argument SET_FLAG = Argument.flags("FSCONFIG_SET_FLAG", 0);
    private static final Argument SET_STRING = Argument.flags("FSCONFIG_SET_STRING", 1);
    private static final Argument SET_FD = Argument.flags("FSCONFIG_SET_FD", 5);
    private static final Argument CREATE = Argument.flags("FSCONFIG_CMD_CREATE", 6);
    private static final Argument ZERO = Argument.of(0);
    private static final Argument CLONE =
            Argument.flags(
                    "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH",
                    1L | Linux.O_CLOEXEC | Linux.AT_EMPTY_PATH);
    private static final Argument CLONE_TREE =
            Argument.flags(
                    "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE",
                    1L | Linux.O_CLOEXEC | Linux.AT_RECURSIVE);
    private static final Argument CLONE_TREE_BY_FD =
            Argument.flags(
                    "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE|AT_EMPTY_PATH",
                    1L | Linux.O_CLOEXEC | Linux.AT_RECURSIVE | Linux.AT_EMPTY_PATH);
    private static final Argument F_EMPTY = Argument.flags("MOVE_MOUNT_F_EMPTY_PATH", 0x4);
    private static final Argument FT_EMPTY =
            Argument.flags("MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH", 0x4 | 0x40);

    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int RESOLVE_IN_ROOT = 0x10;

    private final ProgramBuilder program;
    private final Variable context;
    private final Variable root;
    private String parked = "/proc/driver";

    public MountProgram(ProgramBuilder program) {
        this.program = program;
        this.context = program.variable("fs");
        this.root = program.variable("root");
    }

    /** The new root, once {@link #attachRoot} has been written. */
    public Variable root() {
        return root;
    }

    /**
     * Cuts every tie of propagation between this namespace's copy of the host's mounts and the
     * host.
     */
    public void isolate() {
        program.step("make all mounts private", "/");
        program.call(
                Sys.MOUNT,
                Argument.nil(),
                Argument.of("/"),
                Argument.nil(),
                Argument.flags("MS_REC|MS_PRIVATE", 0x4000 | 0x40000),
                Argument.nil());
    }

    /**
     * Linux 7.0: a mount namespace with the host's proc as its root and nothing else, where clone3
     * would copy every mount of the host for {@link #pivot} to throw away. Of proc, because in it
     * the kernel lets nobody mount a proc or sysfs anew who sees none already (mount_too_revealing,
     * fs/namespace.c), and because "/" itself cannot be taken without what covers parts of it.
     *
     * @param sys the host's sysfs, for the same reason
     */
    public void isolateAlone(TreeSource sys, Variable namespace) {
        program.step("make a mount namespace of the host's proc alone", "/proc");
        program.call(
                        Sys.OPEN_TREE,
                        CWD,
                        Argument.of("/proc"),
                        Argument.flags(
                                "OPEN_TREE_NAMESPACE|OPEN_TREE_CLOEXEC", 2L | Linux.O_CLOEXEC))
                .store(namespace);
        program.call(Sys.SETNS, Argument.of(namespace), Argument.flags("CLONE_NEWNS", 0x00020000));
        program.call(Sys.CLOSE, Argument.of(namespace));
        isolate();
        program.step("let the kernel see the host's sysfs", "");
        tree(sys, MountFlags.READ_ONLY_DATA, namespace);
        park(namespace, "/fs");
        parked = "/driver";
    }

    /** Starts a file system of {@code type}; options follow, then {@link Filesystem#mount}. */
    public Filesystem filesystem(String type) {
        program.call(Sys.FSOPEN, Argument.of(type), FSOPEN_CLOEXEC).store(context);
        return new Filesystem();
    }

    /** A file system being configured. */
    public final class Filesystem {
        private Filesystem() {}

        public Filesystem option(String key, String value) {
            program.call(
                    Sys.FSCONFIG,
                    Argument.of(context),
                    SET_STRING,
                    Argument.of(key),
                    Argument.of(value),
                    ZERO);
            return this;
        }

        public Filesystem flag(String key) {
            program.call(
                    Sys.FSCONFIG,
                    Argument.of(context),
                    SET_FLAG,
                    Argument.of(key),
                    Argument.nil(),
                    ZERO);
            return this;
        }

        public Filesystem option(String key, Variable fd) {
            program.call(
                    Sys.FSCONFIG,
                    Argument.of(context),
                    SET_FD,
                    Argument.of(key),
                    Argument.nil(),
                    Argument.of(fd));
            return this;
        }

        /** Makes it a detached mount in {@code into}. */
        public void mount(MountFlags flags, Variable into) {
            program.call(
                    Sys.FSCONFIG,
                    Argument.of(context),
                    CREATE,
                    Argument.nil(),
                    Argument.nil(),
                    ZERO);
            program.call(Sys.FSMOUNT, Argument.of(context), FSMOUNT_CLOEXEC, flags.argument())
                    .store(into);
        }
    }

    /**
     * Takes the tree {@code source}, all of it, with {@code flags} on every mount in it, as a
     * detached mount.
     */
    public void tree(TreeSource source, MountFlags flags, Variable into) {
        switch (source) {
            case TreeSource.Detached detached ->
                    program.call(
                                    Sys.FCNTL,
                                    Argument.of(detached.fd()),
                                    Argument.flags("F_DUPFD_CLOEXEC", Linux.F_DUPFD_CLOEXEC),
                                    ZERO)
                            .store(into);
            case TreeSource.HostPath host -> {
                if (host.beneath().isEmpty()) {
                    program.call(Sys.OPEN_TREE, CWD, Argument.of(host.path()), CLONE_TREE)
                            .store(into);
                } else {
                    treeBeneath(host, into);
                }
                setAttributes(into, flags, true);
            }
        }
    }

    /** What an earlier command of the sandbox could replace is reached by no link of its making. */
    private void treeBeneath(TreeSource.HostPath host, Variable into) {
        program.step(BENEATH_STEP, host.toString());
        program.call(
                        Sys.OPENAT,
                        CWD,
                        Argument.of(host.path()),
                        Argument.flags("O_PATH|O_CLOEXEC", Linux.O_PATH | Linux.O_CLOEXEC),
                        ZERO)
                .store(into);
        open(
                into,
                host.beneath(),
                Linux.O_PATH,
                "O_PATH",
                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
                "RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS",
                context);
        program.call(Sys.CLOSE, Argument.of(into));
        program.call(Sys.OPEN_TREE, Argument.of(context), EMPTY, CLONE_TREE_BY_FD).store(into);
        program.call(Sys.CLOSE, Argument.of(context));
    }

    /** Sets {@code flags} on the mount {@code mount} (and on all below it). */
    public void setAttributes(Variable mount, MountFlags flags, boolean recursive) {
        Argument how =
                recursive
                        ? Argument.flags(
                                "AT_EMPTY_PATH|AT_RECURSIVE",
                                Linux.AT_EMPTY_PATH | Linux.AT_RECURSIVE)
                        : Argument.flags("AT_EMPTY_PATH", Linux.AT_EMPTY_PATH);
        Blob attr = Blob.struct("{attr_set=" + flags.text() + "}", flags.bits(), 0, 0, 0);
        program.call(
                Sys.MOUNT_SETATTR,
                Argument.of(mount),
                EMPTY,
                how,
                Argument.of(attr),
                Argument.of(32));
    }

    /**
     * Attaches {@code mount} in this namespace, which makes it ours to clone and to build on, at a
     * place of the host's tree that nobody looks at. Not at "/": what covers the old root would be
     * cut off by {@link #pivot} in its stead, and the old root stay. /proc/driver is a directory on
     * every kernel (fs/proc/root.c).
     */
    public void park(Variable mount) {
        park(mount, parked);
    }

    /** Where {@link #park} attaches. */
    String parked() {
        return parked;
    }

    /**
     * Hides a part of the host's /sys, for a root that is only changed to: what is left in the
     * mount namespace whole would let a sandbox mount a sysfs of its own, unmasked and writable
     * (mount_too_revealing, fs/namespace.c). What is parked at /proc/driver does the same for proc.
     */
    public void hideSys(Variable empty, Variable mount) {
        Label absent = new Label();
        program.step("leave no whole sysfs behind", "/sys/kernel");
        program.call(
                        Sys.OPENAT,
                        CWD,
                        Argument.of("/sys/kernel"),
                        Argument.flags("O_PATH|O_CLOEXEC", Linux.O_PATH | Linux.O_CLOEXEC),
                        ZERO)
                .store(mount);
        program.amendLast().tolerate(Errno.ENOENT).orElse(absent);
        clone(empty, mount);
        park(mount, "/sys/kernel");
        program.place(absent);
    }

    private void park(Variable mount, String place) {
        program.call(Sys.MOVE_MOUNT, Argument.of(mount), EMPTY, CWD, Argument.of(place), F_EMPTY);
    }

    /** Attaches the mount in {@link #root}: from here on every target is looked up beneath it. */
    public void attachRoot() {
        program.call(Sys.MOVE_MOUNT, Argument.of(root), EMPTY, CWD, Argument.of("/"), F_EMPTY);
    }

    /**
     * Opens {@code path} in the new root without following any symbolic link: for the places Bailey
     * itself mounts on.
     */
    public void systemTarget(String path, Variable into) {
        open(
                root,
                path,
                Linux.O_PATH,
                "O_PATH",
                RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
                "RESOLVE_IN_ROOT|RESOLVE_NO_SYMLINKS",
                into);
    }

    /**
     * Opens {@code path} in the new root; symbolic links lead where they would lead a process in
     * the sandbox.
     */
    public void target(String path, Variable into) {
        open(
                root,
                path,
                Linux.O_PATH,
                "O_PATH",
                RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
                "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS",
                into);
    }

    /** Writes {@code content} to the file {@code path} of the new root. */
    public void write(String path, String content, Variable file) {
        open(
                root,
                path,
                Linux.O_WRONLY,
                "O_WRONLY",
                RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
                "RESOLVE_IN_ROOT|RESOLVE_NO_SYMLINKS",
                file);
        program.call(
                Sys.WRITE, Argument.of(file), Argument.of(content), Argument.of(content.length()));
        program.call(Sys.CLOSE, Argument.of(file));
    }

    /** As {@link #write}, where the kernel has such a file. */
    public void writeIfThere(String path, String content, Variable file) {
        Label absent = new Label();
        open(
                root,
                path,
                Linux.O_WRONLY,
                "O_WRONLY",
                RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
                "RESOLVE_IN_ROOT|RESOLVE_NO_SYMLINKS",
                file);
        skipWhenAbsent(absent);
        program.call(
                Sys.WRITE, Argument.of(file), Argument.of(content), Argument.of(content.length()));
        program.call(Sys.CLOSE, Argument.of(file));
        program.place(absent);
    }

    private void open(
            Variable dir,
            String path,
            int flags,
            String mode,
            int resolve,
            String names,
            Variable into) {
        Blob how =
                Blob.struct(
                        "{" + mode + "|O_CLOEXEC, " + names + "}",
                        flags | Linux.O_CLOEXEC,
                        0,
                        resolve);
        program.call(
                        Sys.OPENAT2,
                        Argument.of(dir),
                        Argument.of(path),
                        Argument.of(how),
                        Argument.of(24))
                .store(into);
    }

    /**
     * Makes the directory {@code path} and its parents where they are missing, each through its
     * parent's descriptor.
     */
    public void makeDirectories(String path, Variable scratch) {
        int from = 1;
        String parent = "/";
        while (from > 0) {
            int slash = path.indexOf('/', from);
            String here = slash < 0 ? path : path.substring(0, slash);
            makeEntry(parent, here.substring(here.lastIndexOf('/') + 1), 0040755, scratch);
            parent = here;
            from = slash + 1;
        }
    }

    /** Makes an empty file at {@code path}, and its parents, where they are missing. */
    public void makeFile(String path, Variable scratch) {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            makeDirectories(path.substring(0, slash), scratch);
        }
        makeEntry(
                slash > 0 ? path.substring(0, slash) : "/",
                path.substring(slash + 1),
                0100644,
                scratch);
    }

    /** EROFS is left to the look-up that follows, which then says that the target is missing. */
    private void makeEntry(String parent, String name, int mode, Variable scratch) {
        target(parent, scratch);
        boolean directory = (mode & 0170000) == 0040000;
        ProgramBuilder.Call call =
                directory
                        ? program.call(
                                Sys.MKDIRAT,
                                Argument.of(scratch),
                                Argument.of(name),
                                octal(mode & 07777))
                        : program.call(
                                Sys.MKNODAT,
                                Argument.of(scratch),
                                Argument.of(name),
                                octal(mode),
                                ZERO);
        call.tolerate(Errno.EEXIST, Errno.EROFS);
        program.call(Sys.CLOSE, Argument.of(scratch));
    }

    static Argument octal(int mode) {
        return Argument.flags("0" + Integer.toOctalString(mode), mode);
    }

    /** Moves the detached mount onto the opened target. */
    public void attach(Variable mount, Variable target) {
        program.call(
                Sys.MOVE_MOUNT, Argument.of(mount), EMPTY, Argument.of(target), EMPTY, FT_EMPTY);
    }

    /** Closes the descriptors of a mount that is attached and of its target. */
    public void release(Variable mount, Variable target) {
        program.call(Sys.CLOSE, Argument.of(mount));
        program.call(Sys.CLOSE, Argument.of(target));
    }

    /** A detached clone of the one mount or file {@code source} is. */
    public void clone(Variable source, Variable into) {
        program.call(Sys.OPEN_TREE, Argument.of(source), EMPTY, CLONE).store(into);
    }

    /**
     * Covers {@code path}, if it is there, with a clone of {@code cover}; the clone is made
     * read-only.
     */
    public void mask(String path, Variable cover, Variable target, Variable mount) {
        Label absent = new Label();
        systemTarget(path, target);
        skipWhenAbsent(absent);
        clone(cover, mount);
        setAttributes(mount, MountFlags.READ_ONLY_DATA, false);
        attach(mount, target);
        program.place(absent);
    }

    /** Makes {@code path}, if it is there, read-only by binding it on itself, with all below it. */
    public void readOnly(String path, Variable target, Variable mount) {
        Label absent = new Label();
        systemTarget(path, target);
        skipWhenAbsent(absent);
        clone(target, mount);
        setAttributes(mount, MountFlags.READ_ONLY_DATA, false);
        attach(mount, target);
        program.place(absent);
    }

    private void skipWhenAbsent(Label absent) {
        program.amendLast().tolerate(Errno.ENOENT).orElse(absent);
    }

    /**
     * pivot_root(2) with both arguments ".": the old root ends up on top of the new one and is cut
     * off.
     */
    public void pivot() {
        program.step("pivot_root", "/");
        program.call(Sys.FCHDIR, Argument.of(root));
        program.call(Sys.PIVOT_ROOT, Argument.of("."), Argument.of("."));
        program.step("detach the host's mounts", "/");
        program.call(Sys.UMOUNT2, Argument.of("."), Argument.flags("MNT_DETACH", 2));
        program.call(Sys.CHDIR, Argument.of("/"));
    }

    /** chroot(2): the host's mounts stay beneath; see {@link #hideSys}. */
    public void chroot() {
        program.step("chroot", "/");
        program.call(Sys.FCHDIR, Argument.of(root));
        program.call(Sys.CHROOT, Argument.of("."));
        program.call(Sys.CHDIR, Argument.of("/"));
    }
}
