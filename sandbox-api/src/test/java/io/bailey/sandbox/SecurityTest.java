package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The walls of a sandbox as words: defaults, and what contradicts what. */
class SecurityTest {

    private static SandboxBuilder builder() {
        return new SandboxBuilder();
    }

    @Test
    void everyWallStandsUnlessTakenDownByName() {
        assertThat(builder().spec().security())
                .isEqualTo(
                        new Security(
                                Isolation.FULL,
                                Set.of(),
                                SeccompProfile.standard(),
                                Landlock.REQUIRED,
                                List.of()));
    }

    @Test
    void unprivilegedHasNoNamespaceAndNoNetwork() {
        SandboxBuilder builder = builder();
        builder.isolation(Isolation.UNPRIVILEGED);
        SandboxSpec spec = builder.spec();
        assertThat(spec.namespaces()).isEmpty();
        assertThat(spec.network()).isEqualTo(Network.NONE);
        assertThat(spec.idMap()).isEqualTo(IdMap.HOST);
    }

    @Test
    void unprivilegedReachesWhatIsNamedInPlace() {
        SandboxBuilder builder = builder();
        builder.isolation(Isolation.UNPRIVILEGED).mount(Mount.readOnly(Path.of("/srv"), "/srv"));
        assertThat(builder.spec().mounts()).hasSize(1);
    }

    @Test
    void unprivilegedRefusesWhatNeedsANamespace() {
        Mount elsewhere = Mount.readOnly(Path.of("/srv"), "/data");
        rejectedNaming(() -> unprivileged(b -> b.mount(elsewhere)), "/data", "UNPRIVILEGED");
        rejectedNaming(() -> unprivileged(b -> b.mount(Mount.tmpfs("/x", "1M"))), "/x");
        rejectedNaming(() -> unprivileged(b -> b.hostname("box")), "hostname", "box");
        rejectedNaming(() -> unprivileged(b -> b.rootfs(Path.of("/srv"))), "rootfs", "/srv");
        rejectedNaming(() -> unprivileged(b -> b.idMap(IdMap.SINGLE)), "idMap", "SINGLE");
        rejectedNaming(
                () -> unprivileged(b -> b.namespaces(Namespace.all())), "namespaces", "USER");
        rejectedNaming(() -> unprivileged(b -> b.init(false)), "init");
    }

    @Test
    void unprivilegedCannotDoWithoutItsWalls() {
        rejectedNaming(() -> unprivileged(b -> b.seccomp(SeccompProfile.none())), "seccomp");
        rejectedNaming(() -> unprivileged(b -> b.landlock(Landlock.OFF)), "landlock", "OFF");
        rejectedNaming(() -> unprivileged(b -> b.landlock(Landlock.BEST_EFFORT)), "BEST_EFFORT");
        rejectedNaming(
                () -> unprivileged(b -> b.capabilities(Capability.KILL)), "capabilities", "KILL");
        rejectedNaming(() -> unprivileged(b -> b.device(Path.of("/dev/kvm"))), "device");
    }

    private static SandboxSpec unprivileged(java.util.function.Consumer<Sandbox.Builder> setting) {
        SandboxBuilder builder = builder();
        builder.isolation(Isolation.UNPRIVILEGED);
        setting.accept(builder);
        return builder.spec();
    }

    @Test
    void devicesLieDirectlyInDev() {
        assertThat(Device.of(Path.of("/dev/kvm")).target()).isEqualTo("/dev/kvm");
        rejectedNaming(() -> Device.of(Path.of("/dev/net/tun")), "/dev/net/tun");
        rejectedNaming(() -> new Device(Path.of("/dev/kvm"), "/kvm", true), "/kvm");
        Path kvm = Path.of("/dev/kvm");
        assertThat(new Device(kvm, "/dev/" + "n".repeat(255), true).writable()).isTrue();
        rejectedNaming(
                () -> new Device(kvm, "/dev/" + "n".repeat(256), true), "256 bytes", "255 allowed");
        assertThat(new Device(Path.of("/dev/net/tun"), "/dev/tun", false).writable()).isFalse();
        rejectedNaming(
                () -> builder().device(Path.of("/dev/kvm")).device(Path.of("/dev/kvm")), "kvm");
    }

    @Test
    void dockersCapabilitiesAreFourteen() {
        assertThat(Capability.DOCKER)
                .hasSize(14)
                .contains(Capability.CHOWN, Capability.SYS_CHROOT)
                .doesNotContain(Capability.SYS_ADMIN, Capability.SYS_PTRACE);
        assertThat(Capability.values()).hasSize(41);
        assertThat(Capability.CHECKPOINT_RESTORE.number()).isEqualTo(40);
    }

    @Test
    void derivedBuildersKeepTheWalls() {
        SandboxBuilder first = builder();
        first.capabilities(Capability.KILL).seccomp(SeccompProfile.strict());
        assertThat(new SandboxBuilder(first.spec()).spec().security())
                .isEqualTo(first.spec().security());
    }

    @Test
    void aChainOfProfilesHasAnEnd() {
        SeccompProfile chain = SeccompProfile.builder(SeccompProfile.standard()).build();
        for (int depth = 2; depth <= 100; depth++) {
            chain = SeccompProfile.builder(chain).allow("read").build();
        }
        SeccompProfile.Builder oneMore = SeccompProfile.builder(chain);
        rejectedNaming(oneMore::build, "101 profiles", "100 allowed");
        assertThat(chain.hashCode()).isEqualTo(chain.hashCode());
    }

    @Test
    void rulesAreKeptInOrderAndNamesChecked() {
        SeccompProfile.Rules rules =
                (SeccompProfile.Rules)
                        SeccompProfile.builder(SeccompProfile.standard())
                                .deny("socket", SeccompArgument.masked(0, 0xFFFFFFFFL, 2))
                                .kill("ptrace")
                                .allow("socket", "bind")
                                .build();
        assertThat(rules.rules())
                .extracting(SeccompRule::action)
                .containsExactly(
                        SeccompAction.errno(1), SeccompAction.kill(), SeccompAction.allow());
        assertThat(rules.base()).containsExactly(SeccompProfile.standard());
        rejectedNaming(() -> SeccompProfile.builder().allow("no such call"), "no such call");
        rejectedNaming(() -> SeccompProfile.builder().allow(), "at least one");
        rejectedNaming(() -> SeccompProfile.builder(SeccompProfile.none()), "none()");
        rejectedNaming(() -> SeccompAction.errno(0), "0");
        rejectedNaming(() -> SeccompArgument.of(6, SeccompArgument.Operator.EQ, 1), "6");
        rejectedNaming(
                () ->
                        SeccompProfile.builder(SeccompProfile.standard())
                                .otherwise(SeccompAction.allow()),
                "otherwise");
    }

    @Test
    void aDeniedCallIsNamed() {
        Termination end = new Termination.SyscallDenied("ptrace");
        assertThat(end.describe()).contains("ptrace");
        assertThat(Answers.answer(end, 137, "", "").success()).isFalse();
        assertThat(Optional.of(end)).isPresent();
    }

    @Test
    void aProfileThatCannotBeReadIsNamed() {
        rejectedNaming(
                () -> SeccompProfile.docker(Path.of("/no/such/profile.json")),
                "/no/such/profile.json");
        rejectedNaming(() -> SeccompProfile.docker(Path.of("/dev/zero")), "/dev/zero");
    }
}
