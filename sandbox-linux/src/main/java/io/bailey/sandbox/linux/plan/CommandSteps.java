package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Blob;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last steps before the command's first instruction, in the process that becomes it: nothing
 * inherited that was not meant to be, no privilege, then exec.
 */
final class CommandSteps {
    private static final Argument NIL = Argument.nil();
    private static final int LAST_SIGNAL = 64;
    private static final int DESCRIPTORS = 64;
    private static final long RLIM_INFINITY = -1;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int SIGKILL = 9;
    private static final int CLOSE_RANGE_CLOEXEC = 4;

    private final ProgramBuilder program;
    private final SandboxSpec spec;
    private final Command command;
    private final Site site;
    private final Optional<LandlockSteps> landlock;

    CommandSteps(ProgramBuilder program, SandboxSpec spec, Command command, Site site) {
        this.program = program;
        this.spec = spec;
        this.command = command;
        this.site = site;
        this.landlock = landlock(program, spec, command, site);
    }

    private static Optional<LandlockSteps> landlock(
            ProgramBuilder program, SandboxSpec spec, Command command, Site site) {
        LandlockRules rules = LandlockRules.of(spec, site, command.terminal().isPresent());
        return site.walls().landlockAbi().isEmpty() || rules.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new LandlockSteps(program, rules, site.walls().landlockAbi().getAsInt()));
    }

    /**
     * @param bare whether this process is the init itself, so that nobody watches the JVM for it
     */
    void all(boolean bare, Label jvmGone) {
        leavePrivileges(bare);
        workingDirectory();
        if (bare) {
            // It may have died before that: then the lifeline is at its end.
            program.call(
                            Sys.READ,
                            Argument.of(Bindings.LIFELINE),
                            Argument.of(Blob.buffer(8, "&byte")),
                            Argument.of(1))
                    .tolerate(Errno.EAGAIN)
                    .ifZero(jvmGone);
        }
        gainNone();
        filter();
        execute();
    }

    /**
     * The same up to where it depends on the command.
     *
     * @param filtered whether the filter lets pass what is still to do, so that it can be in force
     *     by then
     */
    void park(boolean bare, boolean filtered, Label jvmGone) {
        leavePrivileges(bare);
        gainNone();
        if (filtered) {
            filter();
        }
        ParkSteps.all(program, jvmGone);
    }

    /** What {@link #park} has left. */
    void resume(boolean filtered) {
        workingDirectory();
        if (!filtered) {
            filter();
        }
        execute();
    }

    private void leavePrivileges(boolean bare) {
        program.step("start a session", "");
        if (!bare) {
            program.call(Sys.SETSID);
        }
        resetSignals();
        limits();
        dropPrivileges();
        command.terminal().ifPresent(terminal -> new TerminalSteps(program, spec, terminal).all());
        landlock.ifPresent(LandlockSteps::prepare);
        fewDescriptors();
        stayInvisible();
        dieWithParent(bare);
    }

    private void gainNone() {
        program.step("gain no privileges ever again", "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_SET_NO_NEW_PRIVS", PR_SET_NO_NEW_PRIVS),
                Argument.of(1),
                NIL,
                NIL,
                NIL);
        landlock.ifPresent(LandlockSteps::enforce);
        program.step("close what is not a standard stream on exec", "");
        program.call(
                Sys.CLOSE_RANGE,
                Argument.of(3),
                Argument.flags("~0U", 0xFFFFFFFFL),
                Argument.flags("CLOSE_RANGE_CLOEXEC", CLOSE_RANGE_CLOEXEC));
    }

    private void filter() {
        site.walls().seccomp().ifPresent(filter -> new SeccompSteps(program, filter).install());
    }

    private void execute() {
        new ExecSteps(program, command, environment()).all();
    }

    /**
     * A change of user sets the flag to fs.suid_dumpable, which need not be 0 (commit_creds), and
     * up to the exec the memory is the init's or the watcher's too.
     */
    private void stayInvisible() {
        InitSteps.beInvisible(program, "stay invisible until the exec");
    }

    /** After the change of user, which clears it. */
    private void dieWithParent(boolean bare) {
        program.step(bare ? "die with the JVM" : "die with the process that watches", "");
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG),
                Argument.flags("SIGKILL", SIGKILL));
    }

    private void resetSignals() {
        program.step("reset every signal", "");
        Blob standard = Blob.struct("{SIG_DFL}", 0, 0, 0, 0);
        program.call(Sys.RT_SIGACTION, Argument.of(1), Argument.of(standard), NIL, Argument.of(8))
                .tolerate(Errno.EINVAL)
                .repeat(0, LAST_SIGNAL);
        program.call(
                Sys.RT_SIGPROCMASK,
                Argument.flags("SIG_SETMASK", 2),
                Argument.of(Blob.struct("[]", 0)),
                NIL,
                Argument.of(8));
        program.call(Sys.UMASK, Argument.flags("022", 022));
    }

    /**
     * While there are privileges to raise one. A core dump of the command would lie on the host:
     * none, unless the caller wants one.
     */
    private void limits() {
        Map<Rlimit, Long> all = new EnumMap<>(Map.of(Rlimit.CORE, 0L));
        all.putAll(spec.rlimits());
        all.entrySet().removeIf(CommandSteps::isFewDescriptors);
        all.forEach(this::limit);
    }

    /** Landlock's rules take two, and the listener of a filter one. */
    private static boolean isFewDescriptors(Map.Entry<Rlimit, Long> limit) {
        return limit.getKey() == Rlimit.NOFILE && limit.getValue() < DESCRIPTORS;
    }

    private void fewDescriptors() {
        spec.rlimits().entrySet().stream()
                .filter(CommandSteps::isFewDescriptors)
                .forEach(entry -> limit(entry.getKey(), entry.getValue()));
    }

    private void limit(Rlimit limit, long value) {
        program.step(
                "limit " + limit, value == Rlimit.INFINITY ? "unlimited" : Long.toString(value));
        program.call(
                Sys.PRLIMIT64,
                Argument.of(0),
                Argument.flags("RLIMIT_" + limit, number(limit)),
                Argument.of(rlimit(value)),
                NIL);
    }

    private static Blob rlimit(long value) {
        long word = value == Rlimit.INFINITY ? RLIM_INFINITY : value;
        String shown = value == Rlimit.INFINITY ? "RLIM_INFINITY" : Long.toString(value);
        return Blob.struct("{" + shown + ", " + shown + "}", word, word);
    }

    /** asm-generic/resource.h. */
    static int number(Rlimit limit) {
        return switch (limit) {
            case CPU -> 0;
            case FSIZE -> 1;
            case DATA -> 2;
            case STACK -> 3;
            case CORE -> 4;
            case RSS -> 5;
            case NPROC -> 6;
            case NOFILE -> 7;
            case MEMLOCK -> 8;
            case AS -> 9;
            case LOCKS -> 10;
            case SIGPENDING -> 11;
            case MSGQUEUE -> 12;
            case NICE -> 13;
            case RTPRIO -> 14;
            case RTTIME -> 15;
        };
    }

    /**
     * All five sets: of the bounding one the init has left what may be had; permitted, effective,
     * inheritable; ambient. A user who is not root keeps capabilities over an exec only as ambient
     * ones, which must be inheritable; root needs neither, and files could give inheritable ones
     * back to it (CVE-2022-24769).
     */
    private void dropPrivileges() {
        Capabilities capabilities = new Capabilities(site.walls().capabilities());
        boolean ambient = !capabilities.isEmpty() && site.runAs().uid() != 0;
        if (ambient) {
            program.step("keep capabilities over the change of user", "");
            program.call(
                    Sys.PRCTL,
                    Argument.flags("PR_SET_KEEPCAPS", PR_SET_KEEPCAPS),
                    Argument.of(1),
                    NIL,
                    NIL,
                    NIL);
        }
        becomeUser(site.runAs());
        program.step(
                capabilities.isEmpty() ? "drop every capability" : "keep these capabilities only",
                capabilities.isEmpty() ? "" : capabilities.text());
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_CAP_AMBIENT", PR_CAP_AMBIENT),
                Argument.flags("PR_CAP_AMBIENT_CLEAR_ALL", PR_CAP_AMBIENT_CLEAR_ALL),
                NIL,
                NIL,
                NIL);
        program.call(
                Sys.CAPSET,
                Argument.of(Capabilities.header()),
                Argument.of(ambient ? capabilities.data() : capabilities.dataNotInheritable()));
        if (ambient) {
            capabilities.numbers().forEach(this::raiseAmbient);
        }
    }

    private void raiseAmbient(int capability) {
        program.call(
                Sys.PRCTL,
                Argument.flags("PR_CAP_AMBIENT", PR_CAP_AMBIENT),
                Argument.flags("PR_CAP_AMBIENT_RAISE", PR_CAP_AMBIENT_RAISE),
                Argument.of(capability),
                NIL,
                NIL);
    }

    private void becomeUser(Site.RunAs user) {
        program.step("become the user", user.uid() + ":" + user.gid());
        if (site.identity().mayFixGroups()) {
            byte[] groups = new byte[Math.max(1, user.groups().size()) * Integer.BYTES];
            ByteBuffer out = ByteBuffer.wrap(groups).order(ByteOrder.LITTLE_ENDIAN);
            user.groups().forEach(out::putInt);
            program.call(
                    Sys.SETGROUPS,
                    Argument.of(user.groups().size()),
                    Argument.of(Blob.bytes(groups, user.groups().toString())));
        }
        Argument gid = Argument.of(Integer.toUnsignedLong(user.gid()));
        Argument uid = Argument.of(Integer.toUnsignedLong(user.uid()));
        program.call(Sys.SETRESGID, gid, gid, gid);
        program.call(Sys.SETRESUID, uid, uid, uid);
    }

    private void workingDirectory() {
        String directory = command.workingDirectory().or(spec::workdir).orElse("/");
        program.step("change to the working directory", directory);
        program.call(Sys.CHDIR, Argument.of(directory));
    }

    private Environment environment() {
        Environment environment =
                Environment.of(spec.environment(), command.environment(), site.runAs().home());
        return command.terminal().isPresent() ? environment.withTerminal() : environment;
    }
}
