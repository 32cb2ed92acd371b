package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Command;
import io.bailey.sandbox.Device;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Terminal;
import io.bailey.sandbox.TimeOffsets;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.plan.Detachment.Kept;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The whole plan of the main kinds of sandbox, as a reviewer reads it. */
class PlannerGoldenTest {
    private static final Command ECHO = Command.of("/bin/echo", "hello");

    private static void check(String name, Specs specs, Sites sites, Command command)
            throws IOException {
        SandboxSpec spec = specs.spec();
        Site site = sites.of(spec);
        Golden.check(name, Planner.explain(Planner.compile(spec, command, site), site));
    }

    /** A further command in a sandbox with everything that there is to join. */
    @Test
    void enteringASandboxThatRuns() throws Exception {
        SandboxSpec spec = new Specs().rootChange(RootChange.CHROOT).spec();
        Golden.check(
                "exec",
                Planner.explainEntering(Planner.enter(spec, ECHO, Sites.rootful().v1(2).of(spec))));
    }

    /** An init that has files in place of a JVM. */
    @Test
    void oneThatOutlivesTheJvm() throws Exception {
        SandboxSpec spec = new Specs().spec();
        Site site = Sites.rootful().of(spec);
        Detachment detachment = Detachment.of(Kept.LOGGED, Kept.FORGOTTEN, 1 << 20, 1);
        Golden.check(
                "detached",
                Planner.explain(Planner.compile(spec, ECHO, site, Optional.of(detachment)), site));
    }

    @Test
    void hostRootUnderARootJvm() throws Exception {
        check("host-root", new Specs(), Sites.rootful(), Command.of("echo", "hello"));
    }

    @Test
    void directoryOverlayWithLimitsOfCgroupV1() throws Exception {
        check(
                "directory-overlay-v1",
                new Specs().directory("/srv/rootfs", WritableRoot.OVERLAY),
                Sites.rootful().v1(3),
                ECHO);
    }

    @Test
    void intoACgroupOfV2() throws Exception {
        check("cgroup-v2", new Specs(), Sites.rootful().v2(true), ECHO);
    }

    @Test
    void rootlessWithOneId() throws Exception {
        check("rootless", new Specs(), Sites.rootless(), ECHO);
    }

    @Test
    void idsOfTheHost() throws Exception {
        check(
                "host-ids",
                new Specs().without(Namespace.USER),
                Sites.rootful().as(new Site.RunAs(1000, 100, List.of(4, 24), "/home/user")),
                ECHO);
    }

    @Test
    void chrootInsteadOfPivotRoot() throws Exception {
        check("chroot", new Specs().rootChange(RootChange.CHROOT), Sites.rootful(), ECHO);
    }

    @Test
    void aMountNamespaceMadeAnew() throws Exception {
        check(
                "fresh-mounts",
                new Specs().directory("/srv/rootfs", WritableRoot.OVERLAY),
                Sites.rootful().freshMounts(true),
                ECHO);
    }

    @Test
    void withoutAnInit() throws Exception {
        check("no-init", new Specs().init(false), Sites.rootful(), ECHO);
    }

    @Test
    void mountsOfEveryKind() throws Exception {
        List<Mount> mounts =
                List.of(
                        Mount.readOnly(Path.of("/srv/data"), "/data"),
                        Mount.readWrite(Path.of("/srv/work"), "/made/here"),
                        Mount.tmpfs("/cache", "16m"),
                        Mount.file("key=value\n".getBytes(StandardCharsets.UTF_8), "/etc/app.conf"),
                        Mount.file(new byte[0], "/etc/empty"));
        check(
                "mounts",
                new Specs().directory("/srv/rootfs", WritableRoot.READ_ONLY).mounts(mounts),
                Sites.rootful().creating(List.of("/data", "/made/here", "/cache", "/etc/app.conf")),
                ECHO);
        check(
                "mounts-rootless",
                new Specs().directory("/srv/rootfs", WritableRoot.DIRECT).mounts(mounts),
                Sites.rootless(),
                ECHO);
    }

    @Test
    void devicesOfTheHost() throws Exception {
        List<Device> devices =
                List.of(
                        Device.of(Path.of("/dev/fuse")),
                        new Device(Path.of("/dev/bus/usb/001/002"), "/dev/meter", false));
        check("devices", new Specs().devices(devices), Sites.rootful().v1(1), ECHO);
        check("devices-rootless", new Specs().devices(devices), Sites.rootless(), ECHO);
    }

    @Test
    void networkOfTheHost() throws Exception {
        check("host-network", new Specs().without(Namespace.NETWORK), Sites.rootful(), ECHO);
    }

    @Test
    void noMountNamespace() throws Exception {
        check("host-mounts", new Specs().without(Namespace.MOUNT), Sites.rootful(), ECHO);
    }

    @Test
    void withoutAnyNamespace() throws Exception {
        check(
                "unprivileged",
                new Specs()
                        .unprivileged()
                        .mounts(List.of(Mount.readWrite(Path.of("/srv/work"), "/srv/work"))),
                Sites.rootless().as(new Site.RunAs(1000, 1000, List.of(), "/home/user")),
                ECHO);
    }

    @Test
    void capabilitiesAndAFilterThatTells() throws Exception {
        Walls.Seccomp filter = new Walls.Seccomp(List.of(0x7fff000000000006L), Walls.Watch.DENIALS);
        check(
                "walls",
                new Specs().capabilities(Set.of(Capability.NET_BIND_SERVICE, Capability.KILL)),
                Sites.rootful()
                        .as(new Site.RunAs(1000, 1000, List.of(), "/home/user"))
                        .walls(new Walls(0, Optional.of(filter), OptionalInt.of(7))),
                ECHO);
    }

    /** Where it waits, and how a command continues it. */
    @Test
    void waitingForACommand() throws Exception {
        Walls.Seccomp filter = new Walls.Seccomp(List.of(0x7fff000000000006L), Walls.Watch.NOTHING);
        SandboxSpec spec = new Specs().spec();
        Site site =
                Sites.rootful()
                        .walls(new Walls(0, Optional.of(filter), OptionalInt.of(7)))
                        .of(spec);
        Parked parked = Planner.park(spec, site, new Parked.Kind(true, true));
        Golden.check("parked", Planner.explain(parked.with(Command.of("echo", "hello")), site));
    }

    @Test
    void onATerminal() throws Exception {
        Command shell = Command.of("/bin/sh").terminal(Terminal.of(120, 40));
        Site.RunAs user = new Site.RunAs(1000, 1000, List.of(), "/home/user");
        check("terminal", new Specs(), Sites.rootful().as(user), shell);
        check(
                "terminal-unprivileged",
                new Specs().unprivileged(),
                Sites.rootless().as(user).walls(new Walls(0, Optional.empty(), OptionalInt.of(7))),
                Command.of("/bin/cat").terminal(Terminal.of(80, 24).asRaw()));
    }

    @Test
    void limitsClocksNameAndDirectory() throws Exception {
        check(
                "settings",
                new Specs()
                        .rlimits(Map.of(Rlimit.NOFILE, 1024L, Rlimit.CORE, Rlimit.INFINITY))
                        .timeOffsets(
                                Optional.of(
                                        new TimeOffsets(
                                                Duration.ofDays(1), Duration.ofMillis(-1500))))
                        .hostname(Optional.of("build-7"))
                        .workdir(Optional.of("/work"))
                        .environment(Map.of("PATH", "/opt/bin:/bin")),
                Sites.rootful().timeOnExec(false).announceExec(true),
                Command.of("make").env("HOME", "/work"));
    }
}
