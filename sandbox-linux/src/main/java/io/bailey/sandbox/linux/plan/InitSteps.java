package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** The init's own life up to the command's start: be on its own, become the sandbox's root. */
final class InitSteps {
    private static final Argument NIL = Argument.nil();
    private static final Argument MODE_MASK = Argument.of(0);

    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_NAME = 15;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_CAPBSET_DROP = 24;

    private final ProgramBuilder program;
    private final Site site;
    private final WatchSteps.Kind kind;
    private final Blob report = Blob.bytes(reportTemplate(), "&report");
    private final Optional<Detachment> detachment;
    private final Optional<KeepSteps> keep;
    private final WatchSteps watch;

    InitSteps(
            ProgramBuilder program, SandboxSpec spec, Site site, Optional<Detachment> detachment) {
        this(program, site, kind(spec, false), detachment);
    }

    private static WatchSteps.Kind kind(SandboxSpec spec, boolean alone) {
        return new WatchSteps.Kind(
                !spec.init() || spec.namespaces().contains(Namespace.PID),
                isGroup(spec),
                false,
                alone);
    }

    /** The same for a sandbox whose command comes later. */
    static InitSteps parked(
            ProgramBuilder program, SandboxSpec spec, Site site, Parked.Kind parked) {
        return new InitSteps(program, site, kind(spec, parked.endsAlone()), Optional.empty());
    }

    private InitSteps(
            ProgramBuilder program,
            Site site,
            WatchSteps.Kind kind,
            Optional<Detachment> detachment) {
        this.program = program;
        this.site = site;
        this.kind = kind;
        this.detachment = detachment;
        this.keep = detachment.map(d -> new KeepSteps(program, d));
        this.watch = new WatchSteps(program, site, kind, report, keep);
    }

    private static boolean isGroup(SandboxSpec spec) {
        return spec.security().isolation() == Isolation.UNPRIVILEGED;
    }

    /**
     * The same life, beside a sandbox that another init has made: it is in none of its pid
     * namespaces, so nothing ends with it by itself. Its command tells its number first, should the
     * JVM have to see to it in the watcher's stead.
     */
    static InitSteps watcher(ProgramBuilder program, SandboxSpec spec, Site site) {
        return new InitSteps(
                program,
                site,
                new WatchSteps.Kind(false, isGroup(spec), true, false),
                Optional.empty());
    }

    private static byte[] reportTemplate() {
        byte[] bytes = new byte[Report.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Blueprint.COMMAND_ENDED);
        return bytes;
    }

    private void stamp(int field) {
        Report.stamp(program, report, field);
    }

    void begin() {
        beOnItsOwn("bailey-init");
        keep.ifPresent(KeepSteps::tellNumber);
        // While the JVM writes the id maps. The init execs nothing more, so what it has now it
        // keeps.
        dropBoundingSet();
        if (site.identity().userNamespace()) {
            waitForMaps();
            becomeSandboxRoot();
        }
    }

    /** Of the JVM's session, keyring, umask and favour with the OOM killer nothing is left. */
    void beOnItsOwn(String name) {
        program.step("begin", "");
        stamp(Report.INIT_STARTED);
        program.call(Sys.PRCTL, Argument.flags("PR_SET_NAME", PR_SET_NAME), Argument.of(name));
        program.call(Sys.SETSID);
        // The JVM's is none of the sandbox's business: what is made gets the modes that are said.
        program.call(Sys.UMASK, MODE_MASK);
        // Before the ids change: the quota of keys is then that of the JVM's user, not one that all
        // sandboxes of this JVM share.
        program.step("join a session keyring of its own", "");
        program.call(Sys.KEYCTL, Argument.flags("KEYCTL_JOIN_SESSION_KEYRING", 1), NIL)
                .tolerate(Errno.ENOSYS);
        beAsLikelyToBeKilledAsAnyone();
        if (kind.group()) {
            program.step("reap what the command leaves", "");
            program.call(
                    Sys.PRCTL,
                    Argument.flags("PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER),
                    Argument.of(1),
                    NIL,
                    NIL,
                    NIL);
        }
    }

    /** All of it but what the command may have, range by range. */
    void dropBoundingSet() {
        Capabilities kept = new Capabilities(site.walls().capabilities());
        program.step("drop the bounding set", kept.isEmpty() ? "" : "but " + kept.text());
        int first = 0;
        for (int next : kept.numbers()) {
            drop(first, next - 1);
            first = next + 1;
        }
        drop(first, site.lastCapability());
    }

    private void drop(int first, int last) {
        if (first > last) {
            return;
        }
        ProgramBuilder.Call call =
                program.call(
                                Sys.PRCTL,
                                Argument.flags("PR_CAPBSET_DROP", PR_CAPBSET_DROP),
                                Argument.of(first),
                                NIL,
                                NIL,
                                NIL)
                        .repeat(1, last);
        if (!site.identity().capable()) {
            // With no_new_privs set nobody gains what is left in it.
            call.tolerate(Errno.EPERM);
        }
    }

    /** A JVM that the OOM killer is told to spare must not have what it confines spared too. */
    private void beAsLikelyToBeKilledAsAnyone() {
        Variable file = program.variable("oom_score_adj");
        Label notAllowed = new Label();
        program.step("be as likely to be killed as any process", "/proc/self/oom_score_adj");
        program.call(
                        Sys.OPENAT,
                        Argument.flags("AT_FDCWD", Linux.AT_FDCWD),
                        Argument.of("/proc/self/oom_score_adj"),
                        Argument.flags("O_WRONLY|O_CLOEXEC", Linux.O_WRONLY | Linux.O_CLOEXEC),
                        Argument.of(0))
                .store(file);
        program.amendLast().tolerate(Errno.ENOENT, Errno.EACCES, Errno.EROFS).orElse(notAllowed);
        program.call(Sys.WRITE, Argument.of(file), Argument.of("0"), Argument.of(1))
                .tolerate(Errno.EACCES, Errno.EPERM);
        program.place(notAllowed);
    }

    /**
     * One byte on the lifeline says that the id maps are written; its end, that the JVM gave up.
     */
    private void waitForMaps() {
        program.step("wait for the id maps", "");
        Blob poll = detachment.isPresent() ? pollLifelineAndStatus() : pollLifeline();
        program.call(
                Sys.PPOLL,
                Argument.of(poll),
                Argument.of(poll.size() / Long.BYTES),
                NIL,
                NIL,
                Argument.of(0));
        ProgramBuilder.Call go =
                program.call(
                                Sys.READ,
                                Argument.of(Bindings.LIFELINE),
                                Argument.of(Blob.buffer(8, "&go")),
                                Argument.of(1))
                        .ifZero(watch.jvmGone());
        if (detachment.isPresent()) {
            go.tolerate(Errno.EAGAIN).orElse(watch.jvmGone());
        }
    }

    /** A lifeline that lasts comes to no end, but the status loses its reader: POLLERR. */
    private static Blob pollLifelineAndStatus() {
        return Blob.struct(
                "[{fd=@lifeline, POLLIN}, {fd=@status}]",
                List.of(new Blob.Bound(Bindings.LIFELINE_POLL), new Blob.Bound(Bindings.STATUS)));
    }

    void becomeSandboxRoot() {
        Site.Identity identity = site.identity();
        program.step("become the sandbox's root", identity.setupUid() + ":" + identity.setupGid());
        Argument gid = Argument.of(identity.setupGid());
        Argument uid = Argument.of(identity.setupUid());
        program.call(Sys.SETRESGID, gid, gid, gid);
        if (identity.mayFixGroups()) {
            program.call(Sys.SETGROUPS, Argument.of(0), NIL);
        }
        program.call(Sys.SETRESUID, uid, uid, uid);
    }

    private static Blob pollLifeline() {
        return Blob.struct(
                "[{fd=@lifeline, POLLIN}]", List.of(new Blob.Bound(Bindings.LIFELINE_POLL)));
    }

    /**
     * Standard streams to 0, 1, 2; everything else closed but the two ends that lead to the JVM,
     * and what a detached sandbox keeps.
     */
    void takeStreams() {
        program.step("take the standard streams", "");
        program.call(Sys.DUP3, Argument.of(Bindings.STDIN), Argument.of(0), Argument.of(0));
        program.call(Sys.DUP3, Argument.of(Bindings.STDOUT), Argument.of(1), Argument.of(0));
        program.call(Sys.DUP3, Argument.of(Bindings.STDERR), Argument.of(2), Argument.of(0));
        program.step("close every other descriptor", "");
        closeRange(Argument.of(3), Argument.of(Bindings.BELOW_KEPT));
        // Between status and lifeline, and whatever else is kept.
        int gaps = 1 + detachment.map(d -> d.descriptors().size()).orElse(0);
        for (int gap = 0; gap < gaps; gap++) {
            closeRange(Argument.of(Bindings.gapFirst(gap)), Argument.of(Bindings.gapLast(gap)));
        }
        closeRange(Argument.of(Bindings.ABOVE_KEPT), Argument.flags("~0U", 0xFFFFFFFFL));
    }

    /** EINVAL is the answer to an empty range. */
    private void closeRange(Argument from, Argument to) {
        program.call(Sys.CLOSE_RANGE, from, to, Argument.of(0)).tolerate(Errno.EINVAL);
    }

    void beInvisible() {
        beInvisible(program, "be invisible to ptrace and /proc");
    }

    static void beInvisible(ProgramBuilder program, String step) {
        program.step(step, "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_SET_DUMPABLE", PR_SET_DUMPABLE),
                Argument.of(0),
                NIL,
                NIL,
                NIL);
    }

    /** Says that it is there, and does nothing more. */
    void waitForTheEnd() {
        beInvisible();
        program.step("keep no capability", "");
        program.call(
                Sys.CAPSET,
                Argument.of(Capabilities.header()),
                Argument.of(Capabilities.none().dataNotInheritable()));
        program.step("say that it is there", "");
        program.call(
                        Sys.WRITE,
                        Argument.of(Bindings.STATUS),
                        Argument.of(Blob.struct("{started}", Blueprint.COMMAND_STARTED, 0)),
                        Argument.of(16))
                .tolerate(Errno.EPIPE);
        program.step("wait for the end of the JVM", "");
        program.call(
                Sys.PPOLL, Argument.of(pollLifeline()), Argument.of(1), NIL, NIL, Argument.of(0));
        program.place(watch.jvmGone());
        program.call(Sys.EXIT_GROUP, Argument.of(0));
    }

    /**
     * @param child the steps of the process that becomes the command
     */
    void startAndWatch(Runnable child, SandboxSpec spec) {
        beInvisible();
        watch.all(child, spec);
    }

    /** The place of {@link #end}. */
    Label jvmGone() {
        return watch.jvmGone();
    }

    /** Where the program ends when the JVM is gone. */
    void end() {
        watch.end();
    }

    /** The same in the middle of a program, which passes it by. */
    void endAside() {
        Label on = new Label();
        program.step("end when the JVM is gone", "");
        program.call(Sys.RT_SIGPROCMASK, Argument.of(0), NIL, NIL, Argument.of(8)).ifZero(on);
        end();
        program.place(on);
    }
}
