package io.bailey.sandbox.linux.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.TimeOffsets;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.SyscallProgram;
import io.bailey.sandbox.linux.sys.CProgram;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A listing shows names and the kernel gets numbers: each name is asked of the C headers. */
class ConstantsTest {
    private static final String[] HEADERS = {
        "sys/types.h",
        "sys/socket.h",
        "net/if.h",
        "sys/ioctl.h",
        "sys/resource.h",
        "sys/wait.h",
        "sys/signalfd.h",
        "poll.h",
        "signal.h",
        "time.h",
        "fcntl.h",
        "linux/mount.h",
        "linux/close_range.h",
        "linux/sched.h",
        "linux/prctl.h",
        "linux/capability.h",
        "linux/keyctl.h",
        "linux/openat2.h",
        "linux/landlock.h",
        "linux/seccomp.h"
    };

    /** Of headers that contradict those above, and of the kernel's own part of one. */
    private static final Map<String, Long> ELSEWHERE =
            Map.of(
                    "MNT_DETACH", 2L, // sys/mount.h
                    "RLIMIT_RTTIME", 15L,
                    "PIDFD_SIGNAL_PROCESS_GROUP", 4L, // linux/pidfd.h from 6.9 on
                    "~0U", 0xFFFF_FFFFL);

    private static Stream<SyscallProgram> programs() {
        List<Mount> mounts =
                List.of(
                        Mount.readOnly(Path.of("/srv"), "/a"),
                        Mount.tmpfs("/b", "1m"),
                        Mount.file(new byte[1], "/c"));
        Map<Rlimit, Long> rlimits =
                Stream.of(Rlimit.values()).collect(Collectors.toMap(r -> r, _ -> 1L));
        Specs everything =
                new Specs()
                        .directory("/srv", WritableRoot.OVERLAY)
                        .mounts(mounts)
                        .rlimits(rlimits)
                        .timeOffsets(Optional.of(new TimeOffsets(Duration.ZERO, Duration.ZERO)));
        return Stream.of(
                        plan(everything, Sites.rootful().v2(true).announceExec(true)),
                        plan(
                                everything.init(false).rootChange(RootChange.CHROOT),
                                Sites.rootless()),
                        plan(new Specs().without(Namespace.NETWORK), Sites.rootful().v1(1)),
                        plan(new Specs(), Sites.rootful().walls(watched(Walls.Watch.DENIALS))),
                        plan(new Specs(), Sites.rootful().walls(watched(Walls.Watch.CALLS))),
                        Planner.compile(
                                new Specs().spec(),
                                Command.of("a").terminal(Terminal.of(80, 24).asRaw()),
                                Sites.rootful().of(new Specs().spec())),
                        plan(
                                new Specs().unprivileged(),
                                Sites.rootless().as(new Site.RunAs(7, 7, List.of(), "/"))))
                .flatMap(plan -> Stream.of(plan.entry(), plan.init()));
    }

    private static Walls watched(Walls.Watch watch) {
        return new Walls(
                1L << 27, Optional.of(new Walls.Seccomp(List.of(6L), watch)), OptionalInt.of(7));
    }

    private static Blueprint plan(Specs specs, Sites sites) {
        SandboxSpec spec = specs.spec();
        return Planner.compile(spec, Command.of("/bin/true"), sites.of(spec));
    }

    /** Octal modes and plain numbers say their value themselves. */
    private static Map<String, Long> named() {
        Map<String, Long> names = new TreeMap<>();
        programs()
                .flatMap(program -> program.operations().stream())
                .flatMap(operation -> operation.arguments().stream())
                .filter(Argument.Number.class::isInstance)
                .map(Argument.Number.class::cast)
                .filter(number -> !number.text().matches("-?\\d+"))
                .forEach(number -> names.put(number.text(), number.value()));
        return names;
    }

    @Test
    void everyNameHasItsNumber(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        Map<String, Long> ours = named();
        assertThat(ours.keySet())
                .contains("CLONE_NEWCGROUP", "PR_SET_NO_NEW_PRIVS", "CAP_SYS_ADMIN", "RLIMIT_AS");
        CProgram program = new CProgram(HEADERS);
        for (String name : ours.keySet()) {
            program.print(name, ELSEWHERE.containsKey(name) ? ELSEWHERE.get(name) + "ull" : name);
        }
        assertThat(new TreeMap<>(program.run(directory))).isEqualTo(new TreeMap<>(ours));
    }

    @Test
    void theCloneFlagsAreWhatTheyAreCalled(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CloneFlags flags = CloneFlags.of(Set.of(Namespace.values()), true);
        Map<String, Long> answer =
                new CProgram("linux/sched.h").print("flags", flags.text()).run(directory);
        assertThat(answer).containsEntry("flags", flags.bits());
    }
}
