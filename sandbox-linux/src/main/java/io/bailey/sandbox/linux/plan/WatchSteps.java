package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
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
 * What an init is for: start the command, watch it and the JVM, reap, report, end.
 *
 * <p>It never blocks in wait(2) alone: it polls for SIGCHLD and the lifeline, whose other end the
 * JVM holds. When the JVM is gone, by kill -9 too, the lifeline hangs up, the init exits and the
 * kernel kills the whole pid namespace with it.
 */
final class WatchSteps {
    private static final Argument NIL = Argument.nil();
    private static final int SIGPIPE = 13;
    private static final int SIGCHLD = 17;
    private static final int SIGKILL = 9;

    /** Linux 6.9. */
    private static final int PIDFD_SIGNAL_PROCESS_GROUP = 4;

    private final ProgramBuilder program;
    private final Site site;
    private final Kind kind;
    private final Blob report;
    private final Optional<KeepSteps> keep;
    private final Variable command;
    private final Variable pidfd;
    private final Label gone = new Label();
    private final Label noPidfd = new Label();
    private final Blob born =
            Blob.bytes(
                    ByteBuffer.allocate(Report.BORN_BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(0, Blueprint.COMMAND_BORN)
                            .array(),
                    "&born");

    /**
     * Whose end takes what along.
     *
     * @param pidNamespace whether all in the sandbox end with the init
     * @param group whether the command's process group is all there is of it
     * @param tellsNumber whether the command tells its number first
     * @param alone whether the init tells of the command's end only when nobody else is left
     */
    record Kind(boolean pidNamespace, boolean group, boolean tellsNumber, boolean alone) {}

    WatchSteps(
            ProgramBuilder program, Site site, Kind kind, Blob report, Optional<KeepSteps> keep) {
        this.program = program;
        this.site = site;
        this.kind = kind;
        this.report = report;
        this.keep = keep;
        this.command = program.variable("pid");
        this.pidfd = program.variable("pidfd");
    }

    private void stamp(int field) {
        Report.stamp(program, report, field);
    }

    void all(Runnable child, SandboxSpec spec) {
        Label inChild = new Label();
        takeSignalsAsSomethingToRead();
        program.step("start the command", "");
        stamp(Report.SETUP_DONE);
        program.call(Sys.CLONE3, Argument.of(cloneArgs(spec)), Argument.of(88))
                .store(command)
                .ifZero(inChild);
        started();
        keepNothingButKill();
        Optional<SeccompSteps> told =
                site.walls()
                        .seccomp()
                        .filter(filter -> site.walls().watched())
                        .map(filter -> new SeccompSteps(program, filter));
        told.ifPresent(SeccompSteps::prepareToHear);
        watch(told);
        program.place(inChild);
        if (kind.tellsNumber()) {
            program.step("tell its number", "");
            program.call(
                            Sys.WRITE,
                            Argument.of(Bindings.STATUS),
                            Argument.of(born),
                            Argument.of(Report.BORN_BYTES))
                    .tolerate(Errno.EPIPE);
        }
        child.run();
    }

    private void takeSignalsAsSomethingToRead() {
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
    }

    /** From here on the command runs: whatever fails now must not leave it behind. */
    private void started() {
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
        if (kind.group()) {
            program.call(Sys.PIDFD_OPEN, Argument.of(command), Argument.of(0)).store(pidfd);
            program.amendLast().tolerate(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM).orElse(noPidfd);
        }
    }

    /** What the init still has to do is pass on signals, to processes of other users too. */
    private void keepNothingButKill() {
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
    }

    /**
     * Reaps whatever ends. A wait for all could take the command's own status away unseen, so after
     * each one reaped a look at the command follows: when it is no longer a child, the status at
     * hand is its status. (exec sets the exit signal to SIGCHLD, so neither an exit signal of 0 nor
     * an ignored SIGCHLD keeps the two apart; de_thread, fs/exec.c.)
     */
    private void watch(Optional<SeccompSteps> told) {
        List<Blob.Word> polled = new ArrayList<>();
        polled.add(new Blob.Bound(Bindings.SIGNALS_POLL));
        polled.add(new Blob.Bound(Bindings.LIFELINE_POLL));
        told.ifPresent(seccomp -> polled.add(new Blob.Bound(Bindings.LISTENER_POLL)));
        StringBuilder names = new StringBuilder("[{fd=@signals, POLLIN}, {fd=@lifeline, POLLIN}");
        told.ifPresent(seccomp -> names.append(", {fd=@listener, POLLIN}"));
        for (Binding pipe : keep.map(KeepSteps::polled).orElse(List.of())) {
            polled.add(new Blob.Bound(pipe));
            names.append(", {fd=").append(pipe).append('}');
        }
        Blob poll = Blob.struct(names.append(']').toString(), polled);
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
        keep.ifPresent(KeepSteps::takeOutput);
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
                        Argument.of(command),
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
        if (kind.group()) {
            killGroup();
        }
        keep.ifPresent(this::keep);
        if (kind.alone()) {
            killEverybody();
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
        heed(signal, again);
        // Orphans that end faster than they are reaped must not keep it from the JVM.
        program.place(look);
        heed(signal, reap);
        end();
    }

    /**
     * A fork cannot slip by: it fails in whoever has a signal coming (copy_process, kernel/fork.c).
     * Whoever loses its parent is the init's child, so when there is none left there is nobody.
     */
    private void killEverybody() {
        program.step("kill whoever is left, and see them off", "");
        program.call(Sys.KILL, Argument.of(-1), Argument.flags("SIGKILL", SIGKILL))
                .tolerate(Errno.ESRCH);
        reapAll();
        program.step("report and end", "");
    }

    /** Who has been left behind says nothing more from then on, so that the rest has an end. */
    private void keep(KeepSteps steps) {
        program.step("kill whoever is left", "");
        program.call(Sys.KILL, Argument.of(-1), Argument.flags("SIGKILL", SIGKILL))
                .tolerate(Errno.ESRCH, Errno.EPERM);
        steps.takeRest();
        steps.keep(report);
        program.step("report and end", "");
    }

    /** A byte from the JVM is a signal for the command; the end of the pipe, the end of the JVM. */
    private void heed(Variable signal, Label then) {
        program.step("pass a signal on, or end when the JVM is gone", "");
        program.call(
                        Sys.READ,
                        Argument.of(Bindings.LIFELINE),
                        Argument.addressOf(signal),
                        Argument.of(1))
                .tolerate(Errno.EAGAIN, Errno.EINTR)
                .orElse(then)
                .ifZero(gone);
        program.call(Sys.KILL, Argument.of(command), Argument.of(signal))
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
        if (kind.group()) {
            signalGroup();
            return;
        }
        Label first = new Label();
        Label done = new Label();
        if (kind.pidNamespace()) {
            program.call(Sys.GETPPID).ifZero(first);
        }
        program.call(Sys.KILL, Argument.of(command), Argument.flags("SIGKILL", SIGKILL))
                .tolerate(Errno.ESRCH)
                .orElse(done)
                .ifZero(done);
        if (kind.pidNamespace()) {
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
        if (kind.group()) {
            // Its exec is a moment ago: there is hardly a group yet.
            program.place(noPidfd);
            program.call(Sys.KILL, Argument.of(command), Argument.flags("SIGKILL", SIGKILL))
                    .tolerate(Errno.ESRCH);
        }
        program.place(gone);
        if (kind.group()) {
            killGroup();
        } else if (!kind.pidNamespace()) {
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
        program.step("kill the process group", "");
        signalGroup();
        reapAll();
    }

    private void reapAll() {
        Label none = new Label();
        Label again = new Label();
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
                        | (kind.tellsNumber() ? CloneFlags.CLONE_PARENT_SETTID : 0);
        List<Blob.Word> words = new ArrayList<>(Collections.nCopies(11, new Blob.Number(0)));
        words.set(0, new Blob.Number(flags));
        words.set(4, new Blob.Number(SIGCHLD));
        if (kind.tellsNumber()) {
            words.set(3, new Blob.Address(born, Report.PID));
        }
        return Blob.struct(
                "{flags="
                        + (share ? "CLONE_VM|" : "")
                        + (files ? "CLONE_FILES|" : "")
                        + (kind.tellsNumber() ? "CLONE_PARENT_SETTID|" : "")
                        + "CLONE_VFORK"
                        + (kind.tellsNumber() ? ", parent_tid=&born.pid" : "")
                        + ", exit_signal=SIGCHLD}",
                words);
    }
}
