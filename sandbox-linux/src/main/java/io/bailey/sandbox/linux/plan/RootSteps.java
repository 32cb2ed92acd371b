package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.mount.MountFlags;
import io.bailey.sandbox.linux.mount.MountProgram;
import io.bailey.sandbox.linux.mount.Scratch;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;

/** The root file system, from the host's tree to the sandbox's own. */
public final class RootSteps {
    /** The name of the step that lays the thin writable layer. */
    public static final String OVERLAY_STEP = "lay a thin writable layer over the root";

    private static final long FILE_SLACK = 1 << 20;

    /** More than any memory; what is added to it still fits a long. */
    private static final long MOST = 1L << 60;

    private final ProgramBuilder program;
    private final SandboxSpec spec;
    private final Site site;
    private final Site.RootSite root;
    private final MountProgram mounts;
    private final Variable target;
    private final Variable mount;

    RootSteps(ProgramBuilder program, SandboxSpec spec, Site site, Site.RootSite root) {
        this.program = program;
        this.spec = spec;
        this.site = site;
        this.root = root;
        this.mounts = new MountProgram(program);
        this.target = program.variable("target");
        this.mount = program.variable("mount");
    }

    void all() {
        if (site.freshMounts()) {
            mounts.isolateAlone(Site.VISIBLE_SYS, mount);
        } else {
            mounts.isolate();
        }
        // First, so that a tree that is cloned here does not have the scratch in it.
        takeRoot();
        Scratch scratch = scratch();
        if (root.overlay()) {
            mounts.park(mounts.root());
            program.step(OVERLAY_STEP, spec.rootfs().toString());
            scratch.overlay(
                    mounts.root(), root.top(), root.layers(), site.identity().userNamespace());
        }
        if (spec.rootChange() == RootChange.CHROOT) {
            mounts.hideSys(scratch.emptyDirectory(), mount);
        }
        mounts.attachRoot();
        new SystemSteps(program, mounts, spec, site, scratch, this::makeIfMissing).all();
        root.privateDirectories().forEach(this::privateDirectory);
        for (int i = 0; i < site.mounts().size(); i++) {
            userMount(site.mounts().get(i), "file" + i, scratch);
        }
        root.directories().forEach(this::directory);
        if (root.overlay() && root.readOnly()) {
            program.step("make the root read-only", "/");
            mounts.setAttributes(mounts.root(), MountFlags.READ_ONLY, false);
        }
        if (spec.rootChange() == RootChange.CHROOT) {
            mounts.chroot();
        } else {
            mounts.pivot();
        }
    }

    private Scratch scratch() {
        return root.writableLayer()
                .map(tree -> Scratch.given(program, mounts, tree, spec.writableLayer().isPresent()))
                .orElseGet(() -> Scratch.make(program, mounts, scratchBytes(spec)));
    }

    /** How large a writable layer in memory is, with room for what else lies in it. */
    public static long scratchBytes(SandboxSpec spec) {
        long files =
                spec.mounts().stream()
                        .mapToLong(m -> m instanceof Mount.File file ? file.content().length : 0)
                        .sum();
        return Math.min(MOST, spec.writableRootSize().bytes()) + files + FILE_SLACK;
    }

    private void takeRoot() {
        program.step("take the root", spec.rootfs().toString());
        boolean readOnly = root.overlay() || root.readOnly();
        mounts.tree(
                root.tree(), readOnly ? MountFlags.READ_ONLY : MountFlags.WRITABLE, mounts.root());
    }

    private void makeIfMissing(String path) {
        if (root.create().contains(path)) {
            mounts.makeDirectories(path, target);
        }
    }

    private void directory(String path) {
        program.step("make a directory", path);
        mounts.makeDirectories(path, target);
    }

    private void privateDirectory(String path) {
        program.step("mount a private tmpfs", path);
        makeIfMissing(path);
        mounts.filesystem("tmpfs")
                .option("mode", "1777")
                .option("size", Long.toString(spec.writableRootSize().bytes()))
                .option("nr_inodes", Long.toString(Scratch.inodes(spec.writableRootSize().bytes())))
                .mount(MountFlags.WRITABLE, mount);
        mounts.systemTarget(path, target);
        mounts.attach(mount, target);
    }

    private void userMount(Site.MountSite site, String name, Scratch scratch) {
        Mount wanted = site.mount();
        name(wanted);
        switch (wanted) {
            case Mount.Bind bind ->
                    mounts.tree(
                            site.source().orElseThrow(),
                            bind.readOnly() ? MountFlags.READ_ONLY : MountFlags.WRITABLE,
                            mount);
            case Mount.Tmpfs tmpfs ->
                    mounts.filesystem("tmpfs")
                            .option("mode", "1777")
                            .option("size", Long.toString(tmpfs.size().bytes()))
                            .option(
                                    "nr_inodes",
                                    Long.toString(Scratch.inodes(tmpfs.size().bytes())))
                            .mount(MountFlags.WRITABLE, mount);
            case Mount.File file -> scratch.file(name, file.content(), mount);
            case Mount.Volume volume ->
                    throw new IllegalStateException(volume + " is a bind by the time of a plan");
        }
        name(wanted);
        if (root.create().contains(wanted.target())) {
            if (site.directory()) {
                mounts.makeDirectories(wanted.target(), target);
            } else {
                mounts.makeFile(wanted.target(), target);
            }
        }
        mounts.target(wanted.target(), target);
        mounts.attach(mount, target);
        mounts.release(mount, target);
    }

    private void name(Mount wanted) {
        program.step(
                "mount " + wanted.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT),
                wanted.target());
    }
}
