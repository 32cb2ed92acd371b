package io.bailey.sandbox;

import static io.bailey.sandbox.Namespace.MOUNT;
import static io.bailey.sandbox.Namespace.NETWORK;
import static io.bailey.sandbox.Namespace.TIME;
import static io.bailey.sandbox.Namespace.USER;
import static io.bailey.sandbox.Namespace.UTS;
import static io.bailey.sandbox.Namespace.allBut;
import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;

/** What does not go together, found by build(), and what follows from a word that was said. */
class ContradictionsTest {

    private final SandboxBuilder builder = new SandboxBuilder();

    @Test
    void hostNetworkIsNoNetworkNamespace() {
        builder.network(Network.HOST);
        assertThat(builder.spec().namespaces()).isEqualTo(allBut(NETWORK));
    }

    @Test
    void hostNetworkHoldsWhateverTheNamespacesSay() {
        builder.namespaces(allBut(TIME)).network(Network.HOST);
        assertThat(builder.spec().namespaces()).isEqualTo(allBut(TIME, NETWORK));
    }

    @Test
    void noNetworkNamespaceIsHostNetwork() {
        builder.namespaces(allBut(NETWORK));
        assertThat(builder.spec().network()).isEqualTo(Network.HOST);
    }

    @Test
    void noNetworkNeedsANamespace() {
        builder.network(Network.NONE).namespaces(allBut(NETWORK));
        rejected(
                builder::spec,
                "network: NONE needs the NETWORK namespace, but namespaces are "
                        + allBut(NETWORK)
                        + "; to share the host's network leave network(...) out or say"
                        + " network(HOST)");
    }

    @Test
    void hostIdsAreNoUserNamespace() {
        builder.idMap(IdMap.HOST);
        assertThat(builder.spec().namespaces()).isEqualTo(allBut(USER));
    }

    @Test
    void noUserNamespaceIsHostIds() {
        builder.namespaces(allBut(USER));
        assertThat(builder.spec().idMap()).isEqualTo(IdMap.HOST);
    }

    @Test
    void bothWordsMayAgree() {
        builder.namespaces(allBut(USER, NETWORK)).idMap(IdMap.HOST).network(Network.HOST);
        assertThat(builder.spec().namespaces()).isEqualTo(allBut(USER, NETWORK));
    }

    @Test
    void hostIdsContradictAUserNamespace() {
        builder.idMap(IdMap.HOST).namespaces(allBut(TIME));
        rejected(
                builder::spec,
                "idMap: HOST is to have no user namespace, but namespaces are "
                        + allBut(TIME)
                        + "; leave USER out of them");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HOST")
    void mappedIdsNeedAUserNamespace(IdMap idMap) {
        builder.idMap(idMap).namespaces(allBut(USER));
        rejected(
                builder::spec,
                "idMap: "
                        + idMap
                        + " needs the USER namespace, but namespaces are "
                        + allBut(USER)
                        + "; to share the host's ids say idMap(HOST)");
    }

    @Test
    void withoutMountNamespaceTheRootIsTheHosts() {
        builder.namespaces(allBut(MOUNT));
        assertThat(builder.spec().rootfs()).isEqualTo(Rootfs.host());
    }

    @Test
    void withoutMountNamespaceNothingCanBeMounted() {
        builder.namespaces(allBut(MOUNT)).mount(Mount.tmpfs("/t", "1M"));
        rejected(
                builder::spec,
                "mount: Tmpfs[target=/t, size=1M] needs the MOUNT namespace, but the namespaces are"
                        + " "
                        + allBut(MOUNT));
    }

    @Test
    void withoutMountNamespaceThereIsNoPlaceForADevice() {
        builder.namespaces(allBut(MOUNT)).device(Path.of("/dev/fuse"));
        rejected(
                builder::spec,
                "device: Device[source=/dev/fuse, target=/dev/fuse, writable=true] needs the MOUNT"
                        + " namespace, but the namespaces are "
                        + allBut(MOUNT));
    }

    @Test
    void withoutMountNamespaceTheRootCannotChange() {
        assertNeedsMount(new SandboxBuilder().rootfs(Rootfs.host()), "rootfs: the host's tree");
        assertNeedsMount(new SandboxBuilder().rootfs(Path.of("/img")), "rootfs: /img");
        assertNeedsMount(
                new SandboxBuilder().writableRoot(WritableRoot.READ_ONLY),
                "writableRoot: READ_ONLY");
        assertNeedsMount(new SandboxBuilder().writableRootSize("1M"), "writableRootSize: 1M");
        assertNeedsMount(new SandboxBuilder().rootChange(RootChange.CHROOT), "rootChange: CHROOT");
    }

    private static void assertNeedsMount(Sandbox.Builder builder, String setting) {
        SandboxBuilder shared = (SandboxBuilder) builder.namespaces(allBut(MOUNT));
        rejected(
                shared::spec,
                setting + " needs the MOUNT namespace, but the namespaces are " + allBut(MOUNT));
    }

    @Test
    void aHostnameNeedsItsNamespace() {
        builder.namespaces(allBut(UTS)).hostname("box");
        rejected(
                builder::spec,
                "hostname: box needs the UTS namespace, but the namespaces are " + allBut(UTS));
    }

    @Test
    void timeOffsetsNeedTheirNamespace() {
        builder.namespaces(allBut(TIME)).timeOffsets(Duration.ZERO, Duration.ofDays(1));
        rejectedNaming(
                builder::spec,
                "timeOffsets: ",
                "needs the TIME namespace",
                allBut(TIME).toString());
    }

    @Test
    void theHostsTreeIsNotWritten() {
        builder.writableRoot(WritableRoot.DIRECT);
        rejectedNaming(builder::spec, "writableRoot: DIRECT with Rootfs.host()");
    }

    @Test
    void theHostsTreeMayHaveALayer() {
        builder.writableRoot(WritableRoot.OVERLAY).writableRootSize("1M");
        assertThat(builder.spec().writableRoot()).isEqualTo(WritableRoot.OVERLAY);
    }

    @Test
    void aDirectoryMayBeWritten() {
        builder.rootfs(Path.of("/img")).writableRoot(WritableRoot.DIRECT);
        assertThat(builder.spec().writableRoot()).isEqualTo(WritableRoot.DIRECT);
    }

    @Test
    void aSizeNeedsALayer() {
        builder.writableRootSize("1M");
        rejected(
                builder::spec,
                "writableRootSize: 1M bounds the writable layer of OVERLAY, but writableRoot is"
                        + " READ_ONLY");
    }

    @Test
    void highIsNotAboveMax() {
        builder.memoryHigh("2M").memory("1M");
        rejected(builder::spec, "memoryHigh: 2M is above memory 1M and would never act");
    }
}
