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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The init's own life: become the sandbox's root, start the command, watch it and the JVM, reap,
 * report, end.
 *
 * <p>It never blocks in wait(2) alone: it polls for SIGCHLD and the lifeline, whose other end the
 * JVM holds. When the JVM is gone, by kill -9 too, the lifeline hangs up, the init exits and the
 * kernel kills the whole pid namespace with it.
 */
final class InitSteps {
    private static final Argument NIL = Argument.nil();
    private static final Argument MONOTONIC = Argument.flags("CLOCK_MONOTONIC", 1);
    private static final Argument MODE_MASK = Argument.of(0);
    private static final int SIGPIPE = 13;
    private static final int SIGCHLD = 17;
    private static final int SIGKILL = 9;

    /** Linux 6.9. */
    private static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;

    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_NAME = 15;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_CAPBSET_DROP = 24;

    private final ProgramBuilder program;
    private final Site site;
    private final boolean pidNamespace;
    private final boolean group;
    private final boolean tellsNumber;
    private final Variable pidfd;
    private final Variable command;
    private final Label gone = new Label();
    private final Label noPidfd = new Label();
    private final Blob report = Blob.bytes(reportTemplate(), "&report");
    private final Blob born =
            Blob.bytes(
                    ByteBuffer.allocate(Report.BORN_BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(0, Blueprint.COMMAND_BORN)
                            .array(),
                    "&born");

    InitSteps(ProgramBuilder program, SandboxSpec spec, Site site) {
        this(program, spec, site, !spec.init() || spec.namespaces().contains(Namespace.PID), false);
    }

    private InitSteps(
            ProgramBuilder program,
            SandboxSpec spec,
            Site site,
            boolean pidNamespace,
            boolean tellsNumber) {
        this.program = program;
        this.site = site;
        this.pidNamespace = pidNamespace;
        this.group = spec.security().isolation() == Isolation.UNPRIVILEGED;
        this.tellsNumber = tellsNumber;
        this.command = program.variable("pid");
        this.pidfd = program.variable("pidfd");
    }

    /**
     * The same life, beside a sandbox that another init has made: it is in none of its pid
     * namespaces, so nothing ends with it by itself. Its command tells its number first, should the
     * JVM have to see to it in the watcher's stead.
     */
    static InitSteps watcher(ProgramBuilder program, SandboxSpec spec, Site site) {
        return new InitSteps(program, spec, site, false, true);
    }

    private static byte[] reportTemplate() {
        byte[] bytes = new byte[Report.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Blueprint.COMMAND_ENDED);
        return bytes;
    }

    private void stamp(int field) {
        program.call(Sys.CLOCK_GETTIME, MONOTONIC, Argument.of(report, field));
    }

    void begin() {
        beOnItsOwn("bailey-init");
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
        if (group) {
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
        program.call(
                Sys.PPOLL, Argument.of(pollLifeline()), Argument.of(1), NIL, NIL, Argument.of(0));
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.LIFELINE),
                        Argument.of(Blob.buffer(8, "&go")),
                        Argument.of(1))
                .ifZero(gone);
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
     * Standard streams to 0, 1, 2; everything else closed but the two ends that lead to the JVM.
     */
    void takeStreams() {
        program.step("take the standard streams", "");
        program.call(Sys.DUP3, Argument.of(Bindings.STDIN), Argument.of(0), Argument.of(0));
        program.call(Sys.DUP3, Argument.of(Bindings.STDOUT), Argument.of(1), Argument.of(0));
        program.call(Sys.DUP3, Argument.of(Bindings.STDERR), Argument.of(2), Argument.of(0));
        program.step("close every other descriptor", "");
        closeRange(Argument.of(3), Argument.of(Bindings.BELOW_KEPT));
        closeRange(Argument.of(Bindings.GAP_FIRST), Argument.of(Bindings.GAP_LAST));
        closeRange(Argument.of(Bindings.ABOVE_KEPT), Argument.flags("~0U", 0xFFFFFFFFL));
    }

    /** EINVAL is the answer to an empty range. */
    private void closeRange(Argument from, Argument to) {
        program.call(Sys.CLOSE_RANGE, from, to, Argument.of(0)).tolerate(Errno.EINVAL);
    }

    void beInvisible() {
        program.step("be invisible to ptrace and /proc", "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_SET_DUMPABLE", PR_SET_DUMPABLE),
                Argument.of(0),
                NIL,
                NIL,
                NIL);
    }

    void startAndWatch(CommandSteps child, SandboxSpec spec) {
        Variable pid = command;
        Label inChild = new Label();
        beInvisible();
        program.step("take SIGCHLD as something to read", "");
        // Ignored in the JVM, it would be ignored here, and nobody would be woken.
        program.call(
                Sys.RT_SIGACTION,
                Argument.of(SIGCHLD),
                Argument.of(Blob.struct("{SIG_DFL}", 0, 0, 0, 0)),
                NIL,
                Argument.of(8));
        Blob mask = Blob.struct("[SIGCHLD]", 1L << (SIGCHLD - 1));
        program.call(
                Sys.RT_SIGPROCMASK,
                Argument.flags("SIG_SETMASK", 2),
                // What it writes when the JVM has just gone must not end it before its command.
                Argument.of(
                        Blob.struct(
                                "[SIGCHLD, SIGPIPE]", 1L << (SIGCHLD - 1) | 1L << (SIGPIPE - 1))),
                NIL,
                Argument.of(8));
        program.call(
                Sys.SIGNALFD4,
                Argument.of(-1),
                Argument.of(mask),
                Argument.of(8),
                Argument.flags("SFD_CLOEXEC|SFD_NONBLOCK", Linux.O_CLOEXEC | Linux.O_NONBLOCK));
        program.step("start the command", "");
        stamp(Report.SETUP_DONE);
        program.call(Sys.CLONE3, Argument.of(cloneArgs(spec)), Argument.of(88))
                .store(pid)
                .ifZero(inChild);
        stamp(Report.EXEC_DONE);
        if (site.announceExec()) {
            Blob started = Blob.struct("{started}", Blueprint.COMMAND_STARTED, 0);
            program.call(
                            Sys.WRITE,
                            Argument.of(Bindings.STATUS),
                            Argument.of(started),
                            Argument.of(16))
                    .tolerate(Errno.EPIPE);
        }
        if (group) {
            program.call(Sys.PIDFD_OPEN, Argument.of(pid), Argument.of(0)).store(pidfd);
            program.amendLast().tolerate(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM).orElse(noPidfd);
        }
        // What the init still has to do is pass on signals, to processes of other users too.
        Capabilities rest =
                site.identity().capable() ? Capabilities.forInit() : Capabilities.none();
        program.step("keep no capability but CAP_KILL", "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_CAP_AMBIENT", 47),
                Argument.flags("PR_CAP_AMBIENT_CLEAR_ALL", 4),
                NIL,
                NIL,
                NIL);
        program.call(
                Sys.CAPSET,
                Argument.of(Capabilities.header()),
                Argument.of(rest.dataNotInheritable()));
        program.step("let go of the streams", "");
        program.call(Sys.CLOSE_RANGE, Argument.of(0), Argument.of(2), Argument.of(0));
        Optional<SeccompSteps> told =
                site.walls()
                        .seccomp()
                        .filter(filter -> site.walls().watched())
                        .map(filter -> new SeccompSteps(program, filter));
        told.ifPresent(SeccompSteps::prepareToHear);
        watch(pid, told);
        program.place(inChild);
        if (tellsNumber) {
            program.step("tell its number", "");
            program.call(
                            Sys.WRITE,
                            Argument.of(Bindings.STATUS),
                            Argument.of(born),
                            Argument.of(Report.BORN_BYTES))
                    .tolerate(Errno.EPIPE);
        }
        child.all(false, gone);
    }

    /**
     * Reaps whatever ends. A wait for all could take the command's own status away unseen, so after
     * each one reaped a look at the command follows: when it is no longer a child, the status at
     * hand is its status. (exec sets the exit signal to SIGCHLD, so neither an exit signal of 0 nor
     * an ignored SIGCHLD keeps the two apart; de_thread, fs/exec.c.)
     */
    private void watch(Variable pid, Optional<SeccompSteps> told) {
        List<Blob.Word> polled = new ArrayList<>();
        polled.add(new Blob.Bound(Bindings.SIGNALS_POLL));
        polled.add(new Blob.Bound(Bindings.LIFELINE_POLL));
        told.ifPresent(seccomp -> polled.add(new Blob.Bound(Bindings.LISTENER_POLL)));
        Blob poll =
                Blob.struct(
                        "[{fd=@signals, POLLIN}, {fd=@lifeline, POLLIN}"
                                + (told.isPresent() ? ", {fd=@listener, POLLIN}]" : "]"),
                        polled);
        Label again = new Label();
        Label reap = new Label();
        Label look = new Label();
        Label nothingEnded = new Label();
        Label commandEnded = new Label();
        program.step("watch the command and the JVM", "");
        program.place(again);
        program.call(
                        Sys.PPOLL,
                        Argument.of(poll),
                        Argument.of(polled.size()),
                        NIL,
                        NIL,
                        Argument.of(0))
                .tolerate(Errno.EINTR)
                .orElse(again);
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.SIGNALS),
                        Argument.of(Blob.buffer(128, "&siginfo")),
                        Argument.of(128))
                .tolerate(Errno.EAGAIN);
        program.place(reap);
        // First: the call of a process that the command left behind must not go unheard.
        told.ifPresent(seccomp -> seccomp.hear(this::killAll));
        program.call(
                        Sys.WAIT4,
                        Argument.of(-1),
                        Argument.of(report, Report.WAIT_STATUS),
                        Argument.flags("WNOHANG|__WALL", Linux.WNOHANG | (long) Linux.WALL),
                        Argument.of(report, Report.RUSAGE))
                .ifZero(nothingEnded);
        program.call(
                        Sys.WAITID,
                        Argument.flags("P_PID", 1),
                        Argument.of(pid),
                        NIL,
                        Argument.flags(
                                "WNOHANG|WEXITED|WNOWAIT|__WALL",
                                1 | 4 | 0x01000000 | (long) Linux.WALL),
                        NIL)
                .tolerate(Errno.ECHILD)
                .orElse(commandEnded)
                .ifZero(look);
        program.place(commandEnded);
        program.step("report and end", "");
        stamp(Report.COMMAND_ENDED);
        if (group) {
            killGroup();
        }
        program.call(
                        Sys.WRITE,
                        Argument.of(Bindings.STATUS),
                        Argument.of(report),
                        Argument.of(Report.BYTES))
                .tolerate(Errno.EPIPE);
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        program.place(nothingEnded);
        Variable signal = program.variable("signal");
        heed(pid, signal, again);
        // Orphans that end faster than they are reaped must not keep it from the JVM.
        program.place(look);
        heed(pid, signal, reap);
        end();
    }

    /** A byte from the JVM is a signal for the command; the end of the pipe, the end of the JVM. */
    private void heed(Variable pid, Variable signal, Label then) {
        program.step("pass a signal on, or end when the JVM is gone", "");
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.LIFELINE),
                        Argument.addressOf(signal),
                        Argument.of(1))
                .tolerate(Errno.EAGAIN, Errno.EINTR)
                .orElse(then)
                .ifZero(gone);
        program.call(Sys.KILL, Argument.of(pid), Argument.of(signal))
                .tolerate(Errno.ESRCH)
                .orElse(then)
                .ifZero(then);
    }

    /**
     * Before the JVM does: when the listener goes, with the init, denied calls fail and their
     * makers go on. All of a pid namespace, but only for sure in one: its first process alone has
     * no parent.
     */
    private void killAll() {
        program.step("kill whoever is left", "");
        if (group) {
            signalGroup();
            return;
        }
        Label first = new Label();
        Label done = new Label();
        if (pidNamespace) {
            program.call(Sys.GETPPID).ifZero(first);
        }
        program.call(Sys.KILL, Argument.of(command), Argument.flags("SIGKILL", SIGKILL))
                .tolerate(Errno.ESRCH)
                .orElse(done)
                .ifZero(done);
        if (pidNamespace) {
            program.place(first);
            program.call(Sys.KILL, Argument.of(-1), Argument.flags("SIGKILL", SIGKILL))
                    .tolerate(Errno.ESRCH, Errno.EPERM);
        }
        program.place(done);
    }

    /** The place of {@link #end}. */
    Label jvmGone() {
        return gone;
    }

    /** Where the program ends when the JVM is gone. */
    void end() {
        program.step("end", "");
        if (group) {
            // Its exec is a moment ago: there is hardly a group yet.
            program.place(noPidfd);
            program.call(Sys.KILL, Argument.of(command), Argument.flags("SIGKILL", SIGKILL))
                    .tolerate(Errno.ESRCH);
        }
        program.place(gone);
        if (group) {
            killGroup();
        } else if (!pidNamespace) {
            // Nothing ends with the init. Before the command is there this is the init's own group.
            program.call(Sys.KILL, Argument.of(command), Argument.flags("SIGKILL", SIGKILL))
                    .tolerate(Errno.ESRCH);
            // Left to the host's init, which may never reap it, it would keep the first process of
            // the pid namespace it is in from ending (zap_pid_ns_processes,
            // kernel/pid_namespace.c).
            program.call(
                            Sys.WAIT4,
                            Argument.of(command),
                            NIL,
                            Argument.flags("__WALL", Linux.WALL),
                            NIL)
                    .tolerate(Errno.ECHILD);
        }
        program.call(Sys.EXIT_GROUP, Argument.of(137));
    }

    /**
     * Without a namespace the command's process group is what ends together: seccomp lets nobody
     * leave it. A fork cannot slip by a signal to the group (copy_process, kernel/fork.c). Whoever
     * loses its parent is the init's child, so when there is none left nothing is.
     */
    private void killGroup() {
        Label again = new Label();
        Label none = new Label();
        program.step("kill the process group", "");
        signalGroup();
        program.place(again);
        program.call(Sys.WAIT4, Argument.of(-1), NIL, Argument.flags("__WALL", Linux.WALL), NIL)
                .tolerate(Errno.ECHILD)
                .orElse(none);
        program.call(Sys.RT_SIGPROCMASK, Argument.of(0), NIL, NIL, Argument.of(8)).ifZero(again);
        program.place(none);
    }

    private void signalGroup() {
        program.call(
                        Sys.PIDFD_SEND_SIGNAL,
                        Argument.of(pidfd),
                        Argument.flags("SIGKILL", SIGKILL),
                        NIL,
                        Argument.flags("PIDFD_SIGNAL_PROCESS_GROUP", PIDFD_SIGNAL_PROCESS_GROUP))
                .tolerate(Errno.ESRCH, Errno.EBADF);
    }

    private Blob cloneArgs(SandboxSpec spec) {
        // Where exec after vfork does not enter a new time namespace, the child gets memory of its
        // own, so that clone does it.
        boolean share = site.timeOnExec() || !spec.namespaces().contains(Namespace.TIME);
        // Until its exec: the listener of its filter is then the init's too.
        boolean files = site.walls().watched();
        long flags =
                CloneFlags.CLONE_VFORK
                        | (share ? CloneFlags.CLONE_VM : 0)
                        | (files ? CloneFlags.CLONE_FILES : 0)
                        | (tellsNumber ? CloneFlags.CLONE_PARENT_SETTID : 0);
        List<Blob.Word> words = new ArrayList<>(Collections.nCopies(11, new Blob.Number(0)));
        words.set(0, new Blob.Number(flags));
        words.set(4, new Blob.Number(SIGCHLD));
        if (tellsNumber) {
            words.set(3, new Blob.Address(born, Report.PID));
        }
        return Blob.struct(
                "{flags="
                        + (share ? "CLONE_VM|" : "")
                        + (files ? "CLONE_FILES|" : "")
                        + (tellsNumber ? "CLONE_PARENT_SETTID|" : "")
                        + "CLONE_VFORK"
                        + (tellsNumber ? ", parent_tid=&born.pid" : "")
                        + ", exit_signal=SIGCHLD}",
                words);
    }
}
