package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Device;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Devices of the host inside, seen from there; the ones used do no harm. */
@ExtendWith(LeakAudit.class)
class DevicesTest {
    private static final Path NULL = Path.of("/dev/null");
    private static final Path FUSE = Path.of("/dev/fuse");

    private static final Device VOID = new Device(NULL, "/dev/void", true);

    private static final List<String> STANDARD =
            List.of(
                    "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr",
                    "stdin", "stdout", "tty", "urandom", "zero");

    private static String open(String how, String node) {
        return "(exec 3" + how + node + ") && echo 'opened" + how + "'; ";
    }

    /** A node of {@link #FUSE} that everyone may open. */
    private static Path openToAll(Path directory) {
        Path node = directory.resolve("node");
        Linux linux = Linux.host();
        assertThat(linux.mknodat(Linux.AT_FDCWD, node.toString(), 0020666, 10L << 8 | 229))
                .isZero();
        assertThat(linux.fchmodat(Linux.AT_FDCWD, node.toString(), 0666)).isZero();
        return node;
    }

    @Test
    void theHostsNodeAppearsUnderItsName() throws InterruptedException {
        assertThat(
                        sh(
                                host().device(VOID),
                                "stat -c '%F %t:%T' /dev/void; echo gone > /dev/void; wc -c < /dev/void"))
                .isEqualTo("character special file 1:3\n0");
    }

    @Test
    void itWorksForAnOrdinaryUserOfTheSandboxAndWithoutAnInit() throws InterruptedException {
        String use = "echo gone > /dev/void && echo written";
        assertThat(sh(host().device(VOID).user(1000, 1000), use)).isEqualTo("written");
        assertThat(sh(host().device(VOID).init(false), use)).isEqualTo("written");
    }

    @Test
    void nothingElseComesWithIt() throws InterruptedException {
        assertThat(sh(host().device(VOID), "ls /dev").lines())
                .contains("void")
                .filteredOn(name -> !name.equals("void"))
                .containsExactlyInAnyOrderElementsOf(STANDARD);
        // The tree that sandboxes without devices share has not changed.
        assertThat(sh(host(), "ls /dev").lines()).containsExactlyInAnyOrderElementsOf(STANDARD);
    }

    @Test
    void manyDevicesFit() throws InterruptedException {
        Sandbox.Builder sandbox = host();
        for (int i = 0; i < 100; i++) {
            sandbox.device(new Device(NULL, "/dev/void" + i, true));
        }
        assertThat(sh(sandbox, "ls /dev | grep -c void; echo x > /dev/void99 && echo ok"))
                .isEqualTo("100\nok");
    }

    @Test
    void everyOtherPlaceIsNodev() throws InterruptedException {
        List<String> mounts = sh(host().device(VOID), "cat /proc/self/mountinfo").lines().toList();
        assertThat(mounts)
                .anySatisfy(line ->
                        assertThat(line.split(" "))
                                .contains("/dev/void")
                                .anyMatch(options -> options.startsWith("ro,nosuid,noexec")));
        assertThat(mounts)
                .filteredOn(line -> !line.split(" ")[4].startsWith("/dev"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.split(" ")[5].split(",")).contains("nodev"));
    }

    @Test
    void whoItBelongsToDecides() throws InterruptedException {
        Powers.require(Power.ROOT, Power.FUSE);
        assertThat(both(host().device(FUSE), open("<", "/dev/fuse")))
                .contains("Permission denied")
                .doesNotContain("opened");
    }

    @Test
    void withTheHostsIdsTheHostsRootMayOpenIt() throws InterruptedException {
        Powers.require(Power.ROOT, Power.FUSE);
        Sandbox.Builder sandbox = host().idMap(IdMap.HOST).device(FUSE);
        assertThat(both(sandbox, open("<", "/dev/fuse") + open("<>", "/dev/fuse")))
                .isEqualTo("opened<\nopened<>");
        assertThat(both(sandbox, "chmod 666 /dev/fuse")).contains("Read-only file system");
    }

    @Test
    void readOnlyMeansThatWritingIsRefused(@TempDir Path directory) throws InterruptedException {
        Powers.require(Power.ROOT, Power.FUSE, Power.CGROUP_WRITABLE);
        Device writable = new Device(openToAll(directory), "/dev/fuse", true);
        String attempts = open("<", "/dev/fuse") + open(">", "/dev/fuse") + open("<>", "/dev/fuse");
        assertThat(both(host().device(writable), attempts)).isEqualTo("opened<\nopened>\nopened<>");
        for (IdMap map : List.of(IdMap.AUTO, IdMap.SINGLE, IdMap.HOST)) {
            assertThat(both(host().idMap(map).device(writable.readOnly()), attempts))
                    .as(map.name())
                    .startsWith("opened<\n")
                    .contains("Operation not permitted")
                    .doesNotContain("opened>", "opened<>");
        }
    }

    @Test
    void readOnlyIsRefusedWhereItCannotBeKept() {
        Powers.require(Power.NOT_ROOT, Power.FUSE);
        assertThatThrownBy(() -> host().device(Device.of(FUSE).readOnly()).build())
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("read-only device")
                .hasMessageContaining("fix: ");
    }

    /** Root of the host, among the host's own nodes: what is left is the policy. */
    @Test
    void withTheHostsIdsAPolicyIsASecondWall() throws InterruptedException {
        Powers.require(Power.ROOT, Power.FUSE, Power.CGROUP_WRITABLE);
        Sandbox.Builder sandbox =
                Sandbox.builder()
                        .idMap(IdMap.HOST)
                        .namespaces(allBut(Namespace.MOUNT, Namespace.USER));
        assertThat(both(sandbox, open("<", "/dev/fuse") + open(">", "/dev/null")))
                .contains("Operation not permitted")
                .contains("opened>")
                .doesNotContain("opened<");
    }

    private static Set<Namespace> allBut(Namespace... left) {
        Set<Namespace> rest = EnumSet.copyOf(Namespace.all());
        rest.removeAll(List.of(left));
        return rest;
    }

    /**
     * CAP_SYS_ADMIN to get past nodev, and no Landlock, which lets nobody mount: what is left is
     * the policy.
     */
    @Test
    void withTheHostsCapMknodAPolicyIsTheWall() throws InterruptedException {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        Sandbox.Builder sandbox =
                host().idMap(IdMap.HOST)
                        .seccomp(SeccompProfile.none())
                        .landlock(Landlock.OFF)
                        .capabilities(Capability.MKNOD, Capability.SYS_ADMIN);
        String attempts =
                "mount -t tmpfs -o dev none /tmp && cd /tmp && mknod mem c 1 1 && mknod null c 1 3"
                        + " && echo made; "
                        + open("<", "mem")
                        + open(">", "null");
        assertThat(both(sandbox, attempts))
                .contains("made", "mem: Operation not permitted", "opened>")
                .doesNotContain("opened<");
    }

    /** The first wall. */
    @Test
    void withTheHostsCapMknodANodeMadeInsideDoesNotOpen() throws InterruptedException {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        Sandbox.Builder sandbox =
                host().idMap(IdMap.HOST).capabilities(Capability.MKNOD, Capability.DAC_OVERRIDE);
        assertThat(both(sandbox, "cd /tmp && mknod null c 1 3 && echo made; " + open("<", "null")))
                .contains("made", "null: Permission denied");
    }

    @Test
    void whatIsNoDeviceIsRefused(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        for (Path source :
                List.of(file, directory, directory.resolve("absent"), Path.of("/dev/fd/0"))) {
            Device device = new Device(source, "/dev/thing", true);
            assertThatThrownBy(() -> host().device(device).build())
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("device " + source);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "tty", "pts", "shm", "fd", "stdin", "ptmx"})
    void namesOfTheStandardDirectoryAreTaken(String name) {
        assertThatThrownBy(() -> host().device(new Device(NULL, "/dev/" + name, true)).build())
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/dev/" + name);
    }

    @Test
    void whatMayBeWrittenUnderAnotherNameCannotBeReadOnly() {
        assertThatThrownBy(() -> host().device(VOID.readOnly()).build())
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("1:3");
    }

    @Test
    void aMountWouldHideIt() {
        assertThatThrownBy(() ->
                        host().device(VOID).mount(Mount.file(new byte[0], "/dev/void")).build())
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/dev/void");
        Sandbox.Builder above = host().device(VOID).mount(Mount.tmpfs("/dev", "1M"));
        assertThatThrownBy(above::build)
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/dev/void would be hidden by the mount on /dev;");
    }

    @Test
    void aMountBesideItDoesNot() throws InterruptedException {
        Sandbox.Builder sandbox = host().device(VOID).mount(Mount.tmpfs("/dev/shm", "1M"));
        assertThat(sh(sandbox, "echo gone > /dev/void && echo written")).isEqualTo("written");
    }

    @Test
    void withoutAMountNamespaceThereIsNoPlaceForIt() {
        assertThatThrownBy(() ->
                        Sandbox.builder().namespaces(allBut(Namespace.MOUNT)).device(VOID).build())
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("MOUNT");
    }

    /** A directory as root, with nothing in it but mount points. */
    @Test
    void itAppearsInARootOfOnesOwn(@TempDir Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Sandbox.Builder sandbox = TestRoot.complete(directory).sandbox().device(VOID);
        assertThat(sh(sandbox, "echo x > /dev/void && ls /dev/void; ls -A /dev | grep -c ."))
                .isEqualTo("/dev/void\n" + (STANDARD.size() + 1));
    }
}
