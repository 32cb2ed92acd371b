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

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Sandboxes of every kind, on hosts of every kind. */
final class Cases extends DomainContextBase {
    /**
     * Every path of the imagined host begins with this, so that it is known wherever it turns up.
     */
    static final String HOST = "/host-side";

    private static final Arbitrary<Boolean> MAYBE = Arbitraries.of(true, false);

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(specs(), commands(), sites())
                .as((specs, command, sites) -> make(specs.spec(), command, sites));
    }

    private static Case make(SandboxSpec spec, Command command, Sites sites) {
        return Case.of(spec, command, sites.of(spec));
    }

    private static Arbitrary<Walls> walls() {
        Arbitrary<Optional<Walls.Seccomp>> filters =
                Combinators.combine(
                                Arbitraries.longs().list().ofMinSize(1).ofMaxSize(9),
                                Arbitraries.of(Walls.Watch.values()))
                        .as(Walls.Seccomp::new)
                        .optional();
        return Combinators.combine(filters, Arbitraries.integers().between(0, 11))
                .as((filter, abi) ->
                        new Walls(0, filter, abi == 0 ? OptionalInt.empty() : OptionalInt.of(abi)));
    }

    private static Arbitrary<Specs> specs() {
        return Builders.withBuilder(Specs::new)
                .use(Arbitraries.subsetOf(Namespace.values()))
                .withProbability(0.7)
                .in(Specs::namespaces)
                .use(Arbitraries.of(WritableRoot.values()))
                .withProbability(0.6)
                .in((specs, writable) -> specs.directory(HOST + "/rootfs", writable))
                .use(Arbitraries.of(RootChange.values()))
                .in(Specs::rootChange)
                .use(
                        Arbitraries.maps(
                                Arbitraries.of(Rlimit.values()), Arbitraries.longs().between(0, 9)))
                .in(Specs::rlimits)
                .use(mounts())
                .in(Specs::mounts)
                .use(devices())
                .in(Specs::devices)
                .use(environments())
                .in(Specs::environment)
                .use(Arbitraries.of("/", "/work").optional())
                .in(Specs::workdir)
                .use(Arbitraries.of("a", "host.example").optional())
                .in(Specs::hostname)
                .use(offsets())
                .in(Specs::timeOffsets)
                .use(MAYBE)
                .in(Specs::init)
                .use(Arbitraries.subsetOf(Capability.values()))
                .withProbability(0.3)
                .in(Specs::capabilities)
                .build();
    }

    private static Arbitrary<Map<String, String>> environments() {
        return Arbitraries.of(
                List.of(Map.of(), Map.of("A", "1"), Map.of("PATH", "/opt/bin::/bin")));
    }

    private static Arbitrary<Optional<TimeOffsets>> offsets() {
        Arbitrary<Duration> offset =
                Arbitraries.longs().between(-9_999, 9_999).map(Duration::ofMillis);
        return Combinators.combine(offset, offset).as(TimeOffsets::new).optional();
    }

    private static Arbitrary<List<Mount>> mounts() {
        Arbitrary<String> targets =
                Arbitraries.of("/data", "/a/b/c", "/etc/conf", "/usr/lib", "/proc/x");
        Arbitrary<Integer> kinds = Arbitraries.integers().between(0, 4);
        return Combinators.combine(kinds, targets)
                .as(Cases::mount)
                .list()
                .ofMaxSize(5)
                .uniqueElements(Mount::target);
    }

    private static Arbitrary<List<Device>> devices() {
        return Arbitraries.of("fuse", "kvm", "mydevice")
                .flatMap(name ->
                        MAYBE.map(writable ->
                                new Device(
                                        Path.of(HOST + "/dev/" + name), "/dev/" + name, writable)))
                .list()
                .ofMaxSize(3)
                .uniqueElements(Device::target);
    }

    private static Mount mount(int kind, String target) {
        Path source = Path.of(HOST + "/bind" + target);
        return switch (kind) {
            case 0 -> Mount.readOnly(source, target);
            case 1 -> Mount.readWrite(source, target);
            case 2 -> Mount.tmpfs(target, "1m");
            case 3 -> Mount.file(new byte[0], target);
            default -> Mount.file(new byte[] {1, 2, 3}, target);
        };
    }

    private static Arbitrary<Command> commands() {
        Arbitrary<Command> commands =
                Arbitraries.of(List.of("/bin/true"), List.of("sh", "-c", "exit 1"), List.of("./a"))
                        .map(Command::of);
        Arbitrary<Optional<Terminal>> terminals =
                MAYBE.map(raw -> new Terminal(80, 24, raw)).optional(0.3);
        return Combinators.combine(commands, MAYBE, terminals)
                .as((command, own, terminal) -> {
                    Command placed = own ? command.env("B", "2").workdir("/own") : command;
                    return terminal.map(placed::terminal).orElse(placed);
                });
    }

    private static Arbitrary<Sites> sites() {
        Arbitrary<Site.RunAs> users =
                Combinators.combine(
                                Arbitraries.of(0, 1000, -2),
                                Arbitraries.of(0, 100, -2),
                                Arbitraries.integers().between(0, 99).list().ofMaxSize(3))
                        .as((uid, gid, groups) -> new Site.RunAs(uid, gid, groups, "/home"));
        return Builders.withBuilder(Sites::new)
                .use(MAYBE)
                .in(Sites::privileged)
                .use(MAYBE)
                .in(Sites::range)
                .use(MAYBE)
                .in(Sites::devices)
                .use(Arbitraries.integers().between(0, 4))
                .in(Sites::v1)
                .use(MAYBE)
                .in(Sites::v2)
                .use(users)
                .in(Sites::as)
                .use(
                        Arbitraries.subsetOf("/data", "/a/b/c", "/etc/conf", "/tmp", "/proc")
                                .map(List::copyOf))
                .in(Sites::creating)
                .use(Arbitraries.integers().between(40, 63))
                .in(Sites::lastCapability)
                .use(walls())
                .in(Sites::walls)
                .use(MAYBE)
                .in(Sites::freshMounts)
                .use(MAYBE)
                .in(Sites::timeOnExec)
                .use(MAYBE)
                .in(Sites::announceExec)
                .use(Arbitraries.integers().between(1, 3))
                .in(Sites::cpus)
                .build();
    }
}
