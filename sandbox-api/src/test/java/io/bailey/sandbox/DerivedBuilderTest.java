package io.bailey.sandbox;

import static io.bailey.sandbox.Namespace.NETWORK;
import static io.bailey.sandbox.Namespace.TIME;
import static io.bailey.sandbox.Namespace.USER;
import static io.bailey.sandbox.Namespace.allBut;
import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A builder that begins with a spec: what it carries over, and what gives way. */
class DerivedBuilderTest {

    @Test
    void carriesEverythingOver() {
        SandboxSpec spec = full();
        assertThat(new SandboxBuilder(spec).spec()).isEqualTo(spec);
    }

    @Test
    void carriesDefaultsOver() {
        SandboxSpec spec = new SandboxBuilder().spec();
        assertThat(new SandboxBuilder(spec).spec()).isEqualTo(spec);
    }

    @Test
    void aLimitMaySetOnceMore() {
        SandboxBuilder derived = new SandboxBuilder(full());
        derived.memory("512M").timeout(Duration.ofSeconds(9)).rlimit(Rlimit.CORE, 7);
        assertThat(derived.spec().limits().memory()).contains(MemorySize.parse("512M"));
        assertThat(derived.spec().timeout()).contains(Duration.ofSeconds(9));
        assertThat(derived.spec().rlimits()).containsEntry(Rlimit.CORE, 7L);
        rejected(
                () -> derived.memory("1G"), "memory: was already set to 512M, cannot be set to 1G");
    }

    @Test
    void contradictionsWithWhatWasCarriedOverAreFound() {
        SandboxBuilder derived = new SandboxBuilder(full());
        derived.memory("1M");
        rejected(derived::spec, "memoryHigh: 200M is above memory 1M and would never act");
        rejectedNaming(() -> derived.mount(Mount.tmpfs("/t", "1M")), "two mounts on \"/t\"");
    }

    @Test
    void namespacesFollowTheNetwork() {
        SandboxSpec shared = derive(new SandboxBuilder().spec(), b -> b.network(Network.HOST));
        assertThat(shared.namespaces()).isEqualTo(allBut(NETWORK));
        assertThat(derive(shared, b -> b.network(Network.NONE)).namespaces())
                .isEqualTo(Namespace.all());
    }

    @Test
    void theNetworkFollowsNamespaces() {
        SandboxSpec shared =
                derive(new SandboxBuilder().spec(), b -> b.namespaces(allBut(NETWORK)));
        assertThat(shared.network()).isEqualTo(Network.HOST);
        assertThat(derive(shared, b -> b.namespaces(allBut(TIME))).network())
                .isEqualTo(Network.NONE);
    }

    @Test
    void namespacesFollowTheIdMap() {
        SandboxSpec shared = derive(new SandboxBuilder().spec(), b -> b.idMap(IdMap.HOST));
        assertThat(shared.namespaces()).isEqualTo(allBut(USER));
        assertThat(derive(shared, b -> b.idMap(IdMap.SINGLE)).namespaces())
                .isEqualTo(Namespace.all());
        assertThat(derive(shared, b -> b.namespaces(Namespace.all())).idMap())
                .isEqualTo(IdMap.AUTO);
    }

    @Test
    void keepsTheIdMapWhenNamespacesChange() {
        SandboxSpec single = derive(new SandboxBuilder().spec(), b -> b.idMap(IdMap.SINGLE));
        assertThat(derive(single, b -> b.namespaces(allBut(TIME))).idMap()).isEqualTo(IdMap.SINGLE);
    }

    @Test
    void keepsTheStricterRootWhenTheRootfsChanges() {
        SandboxSpec moved = derive(new SandboxBuilder().spec(), b -> b.rootfs(Path.of("/img")));
        assertThat(moved.writableRoot()).isEqualTo(WritableRoot.READ_ONLY);
    }

    @Test
    void doesNotWriteTheHostsTree() {
        SandboxSpec direct =
                derive(
                        new SandboxBuilder().spec(),
                        b -> b.rootfs(Path.of("/img")).writableRoot(WritableRoot.DIRECT));
        rejectedNaming(
                () -> derive(direct, b -> b.rootfs(Rootfs.host())),
                "writableRoot: DIRECT with Rootfs.host()");
    }

    private static SandboxSpec derive(SandboxSpec spec, UnaryOperator<Sandbox.Builder> change) {
        return ((SandboxBuilder) change.apply(new SandboxBuilder(spec))).spec();
    }

    private static SandboxSpec full() {
        return derive(
                new SandboxBuilder().spec(),
                b ->
                        b.rootfs(Path.of("/img"))
                                .writableRoot(WritableRoot.OVERLAY)
                                .writableRootSize("64M")
                                .rootChange(RootChange.CHROOT)
                                .memory("256M")
                                .memoryHigh("200M")
                                .memorySwap("1M")
                                .pids(64)
                                .cpus(1.5)
                                .cpuWeight(50)
                                .cpuset("0-2")
                                .rlimit(Rlimit.CORE, 0)
                                .timeout(Duration.ofSeconds(1))
                                .cpuTime(Duration.ofSeconds(2))
                                .outputLimit("2M")
                                .mount(Mount.tmpfs("/t", "1M"))
                                .env("A", "1")
                                .workdir("/w")
                                .user("app:app")
                                .hostname("box")
                                .timeOffsets(Duration.ZERO, Duration.ofDays(1))
                                .idMap(IdMap.SUBORDINATE)
                                .enforcement(Enforcement.BEST_EFFORT)
                                .init(false)
                                .name("web")
                                .label("k", "v")
                                .cgroupParent("/jobs"));
    }
}
