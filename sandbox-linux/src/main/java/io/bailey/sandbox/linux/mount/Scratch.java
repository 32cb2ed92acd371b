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
 * One directory of the sandbox's own, mostly a tmpfs, that lies beneath its root and holds what is
 * mounted from it: the thin writable layer, the contents of files, an empty directory and an empty
 * file to mask with. It goes with the sandbox.
 */
public final class Scratch {
    private static final int BYTES_PER_INODE = 2048;
    private static final int LEAST_INODES = 1024;

    private final ProgramBuilder program;
    private final MountProgram mounts;
    private final Variable self;
    private final Variable emptyDirectory;
    private final Variable emptyFile;
    private final boolean given;
    private final boolean onDisk;

    private Scratch(ProgramBuilder program, MountProgram mounts, boolean given, boolean onDisk) {
        this.given = given;
        this.program = program;
        this.mounts = mounts;
        this.onDisk = onDisk;
        this.self = program.variable("scratch");
        this.emptyDirectory = program.variable("empty_directory");
        this.emptyFile = program.variable("empty_file");
    }

    /** How an overlay is told of its layers. */
    public enum Layers {
        /** As descriptors: Linux 6.13. */
        BY_FD,
        /** As paths, in the namespace of whoever mounts it. */
        BY_NAME
    }

    /** Makes it, at most {@code bytes} large. */
    public static Scratch make(ProgramBuilder program, MountProgram mounts, long bytes) {
        Scratch scratch = new Scratch(program, mounts, false, false);
        program.step("make a scratch tmpfs", bytes + " bytes");
        mounts.filesystem("tmpfs")
                .option("mode", "0755")
                .option("size", Long.toString(bytes))
                .option("nr_inodes", Long.toString(inodes(bytes)))
                .mount(MountFlags.WRITABLE, scratch.self);
        scratch.furnish();
        return scratch;
    }

    /**
     * Takes a directory that somebody has made for it: empty, or with the upper directory of an
     * earlier life and nothing else.
     *
     * @param onDisk whether it lies on a disk, which is not to be waited for
     */
    public static Scratch given(
            ProgramBuilder program, MountProgram mounts, TreeSource tree, boolean onDisk) {
        Scratch scratch = new Scratch(program, mounts, true, onDisk);
        program.step("take the writable layer", tree.toString());
        mounts.tree(tree, MountFlags.WRITABLE, scratch.self);
        scratch.furnish();
        return scratch;
    }

    private void furnish() {
        mounts.park(self);
        directory("empty", 0555);
        open("empty", Linux.O_PATH, "O_PATH", emptyDirectory);
        program.call(
                Sys.MKNODAT,
                Argument.of(self),
                Argument.of("none"),
                MountProgram.octal(0100444),
                Argument.of(0));
        open("none", Linux.O_PATH, "O_PATH", emptyFile);
    }

    /**
     * How many inodes a tmpfs of {@code bytes} may have: an inode bomb ends in ENOSPC long before
     * the kernel's memory does.
     */
    public static long inodes(long bytes) {
        return Math.max(LEAST_INODES, bytes / BYTES_PER_INODE);
    }

    /** An empty directory nobody can write to. */
    public Variable emptyDirectory() {
        return emptyDirectory;
    }

    /** An empty file nobody can write to. */
    public Variable emptyFile() {
        return emptyFile;
    }

    /**
     * Lays an overlay of {@code root}, which was parked last, and whose writable layer is here,
     * into {@code root}. Redirects and metacopy stay off: a layer could point out of itself with
     * them, overlayfs.rst.
     */
    public void overlay(Variable root, RootDirectory top, Layers layers, boolean userNamespace) {
        Variable upper = program.variable("upper");
        Variable work = program.variable("work");
        directory("upper", top);
        directory("work", 0755);
        open("upper", Linux.O_PATH, "O_PATH", upper);
        open("work", Linux.O_PATH, "O_PATH", work);
        MountProgram.Filesystem overlay =
                switch (layers) {
                    case BY_FD ->
                            mounts.filesystem("overlay")
                                    .option("lowerdir+", root)
                                    .option("upperdir", upper)
                                    .option("workdir", work);
                    case BY_NAME -> {
                        // What was parked last covers the rest, and names here begin in the
                        // scratch.
                        program.call(Sys.FCHDIR, Argument.of(self));
                        yield mounts.filesystem("overlay")
                                .option("lowerdir", mounts.parked())
                                .option("upperdir", "upper")
                                .option("workdir", "work");
                    }
                };
        overlay.option("redirect_dir", "nofollow").option("metacopy", "off");
        if (userNamespace) {
            overlay.flag("userxattr");
        }
        if (onDisk) {
            overlay.flag("volatile");
        }
        overlay.mount(MountFlags.WRITABLE, root);
    }

    /** A detached read-only mount of a file with this content. */
    public void file(String name, byte[] content, Variable into) {
        open(name, Linux.O_CREAT | Linux.O_EXCL | Linux.O_WRONLY, "O_CREAT|O_EXCL|O_WRONLY", into);
        if (content.length > 0) {
            Blob bytes = Blob.bytes(content, "/* " + content.length + " bytes */");
            program.call(
                    Sys.WRITE, Argument.of(into), Argument.of(bytes), Argument.of(content.length));
        }
        mounts.clone(into, into);
        mounts.setAttributes(into, MountFlags.READ_ONLY, false);
    }

    /** In a layer that an earlier life has left it is there, and stays as it is. */
    private void directory(String name, RootDirectory like) {
        Label there = new Label();
        directory(name, like.mode() & 0777);
        if (given) {
            program.amendLast().tolerate(Errno.EEXIST).orElse(there);
        }
        if (like.uid() != 0 || like.gid() != 0) {
            program.call(
                    Sys.FCHOWNAT,
                    Argument.of(self),
                    Argument.of(name),
                    Argument.of(like.uid()),
                    Argument.of(like.gid()),
                    Argument.of(0));
        }
        if ((like.mode() & 07000) != 0) {
            program.call(
                    Sys.FCHMODAT,
                    Argument.of(self),
                    Argument.of(name),
                    MountProgram.octal(like.mode()));
        }
        if (given) {
            program.place(there);
        }
    }

    private void directory(String name, int mode) {
        program.call(Sys.MKDIRAT, Argument.of(self), Argument.of(name), MountProgram.octal(mode));
    }

    private void open(String name, int flags, String text, Variable into) {
        program.call(
                        Sys.OPENAT,
                        Argument.of(self),
                        Argument.of(name),
                        Argument.flags(
                                text + "|O_NOFOLLOW|O_CLOEXEC",
                                flags | Linux.O_NOFOLLOW | Linux.O_CLOEXEC),
                        MountProgram.octal(0444))
                .store(into);
    }
}
