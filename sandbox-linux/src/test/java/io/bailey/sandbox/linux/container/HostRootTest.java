package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The host's tree as a sandbox sees it. */
@ExtendWith(LeakAudit.class)
class HostRootTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc", "/usr", "/var", "/opt", "/root", "/home", "/sys", "/dev"})
    void nothingCanBeWritten(String directory) throws InterruptedException {
        String said =
                both(
                        host(),
                        "test -d " + directory + " && echo x > " + directory + "/bailey-was-here");

        assertThat(said).containsAnyOf("Read-only file system", "Permission denied");
        // Not doesNotExist(), which fails where this user may not look.
        assertThat(Files.exists(Path.of(directory, "bailey-was-here"))).isFalse();
    }

    /** Also for the sandbox's root, whom permissions would not stop. */
    @Test
    void everyMountBelowIsReadOnly() throws InterruptedException {
        String mountinfo = sh(host(), "cat /proc/self/mountinfo");

        // Devices of an ordinary user's sandbox are the host's own, each bound alone.
        List<String> writable =
                mountinfo
                        .lines()
                        .filter(line -> line.split(" ")[5].startsWith("rw"))
                        .filter(line -> !line.contains(" - devtmpfs "))
                        .map(line -> line.split(" ")[4])
                        .toList();
        assertThat(writable)
                .isSubsetOf(
                        "/proc", "/dev/pts", "/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp", "/run");
        assertThat(mountinfo.lines()).allSatisfy(line -> assertThat(line).contains("nosuid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp", "/var/tmp", "/run", "/dev/shm"})
    void privateDirectoriesAreEmptyAndWritable(String directory) throws InterruptedException {
        assertThat(
                        sh(
                                host(),
                                "ls -A "
                                        + directory
                                        + "; echo mine > "
                                        + directory
                                        + "/x; cat "
                                        + directory
                                        + "/x"))
                .isEqualTo("mine");
        assertThat(Path.of(directory, "x")).doesNotExist();
    }

    @Test
    void aFileInTheHostsTmpIsInvisible(@TempDir(factory = InTmp.class) Path hosts)
            throws Exception {
        Path secret = Files.writeString(hosts.resolve("secret"), "secret");

        assertThat(sh(host(), "cat " + secret + " 2>&1 || true")).contains("No such file");
    }

    @Test
    void aSocketOfTheHostIsInvisible(@TempDir(factory = InTmp.class) Path hosts) throws Exception {
        Path socket = hosts.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));

            assertThat(sh(host(), "test -e " + socket + " && echo there || echo absent"))
                    .isEqualTo("absent");
        }
    }

    @Test
    void withAnOverlayWritesVanish() throws InterruptedException {
        Powers.require(Power.OVERLAY, Power.ROOT);
        assertThat(
                        sh(
                                host().writableRoot(WritableRoot.OVERLAY),
                                "mkdir /bailey-was-here && echo x > /bailey-was-here/x && cat /bailey-was-here/x"))
                .isEqualTo("x");
        assertThat(Path.of("/bailey-was-here")).doesNotExist();
    }

    /** The kernel refuses: what the locked mounts cover could be seen through the overlay. */
    @Test
    void anOrdinaryUserIsToldWhyThereIsNoOverlayOfTheHost() {
        Powers.require(Power.OVERLAY, Power.NOT_ROOT);
        assertThatThrownBy(() -> host().writableRoot(WritableRoot.OVERLAY).run("true"))
                .isInstanceOf(SandboxSetupException.class)
                .hasMessageContainingAll("EINVAL", "locked mounts", "READ_ONLY", "as root");
    }

    /** The old root once stayed mounted at /: what covers it was cut off in its stead. */
    @ParameterizedTest
    @EnumSource(WritableRoot.class)
    void theOldRootIsGone(WritableRoot writable, @TempDir(factory = InTmp.class) Path hosts)
            throws Exception {
        if (writable == WritableRoot.DIRECT) {
            return;
        }
        if (writable == WritableRoot.OVERLAY) {
            Powers.require(Power.OVERLAY, Power.ROOT);
        }
        Files.writeString(hosts.resolve("secret"), "secret");
        String way = hosts.toString();

        String seen =
                sh(
                        host().writableRoot(writable),
                        "cd / && cd .. && cd ../../.. && ls ."
                                + way
                                + " 2>/dev/null; ls /proc/self/root"
                                + way
                                + " 2>/dev/null; ls /proc/1/root"
                                + way
                                + " 2>/dev/null; ls /proc/1/cwd/.."
                                + way
                                + " 2>/dev/null; cat /proc/self/mountinfo");

        assertThat(seen).doesNotContain("secret");
        // Exactly one mount at /, and the others hang beneath it.
        assertThat(seen.lines().filter(line -> line.split(" ")[4].equals("/"))).hasSize(1);
        assertThat(seen).doesNotContain(" /proc/driver ", "/oldroot");
    }

    @Test
    void chrootHidesTheHostsMountsToo() throws InterruptedException {
        String seen =
                sh(
                        host().rootChange(RootChange.CHROOT),
                        "cd / && cd .. && cd .. && pwd -P && ls -di / /../.. | cut -d' ' -f1 | uniq | wc -l;"
                                + " cat /proc/self/mountinfo");

        assertThat(seen).startsWith("/\n1\n");
        assertThat(seen.lines().skip(2).filter(line -> line.split(" ")[4].equals("/"))).hasSize(1);
    }

    @Test
    void theHostsMountTableIsTheSameBeforeAndAfter() throws InterruptedException {
        Path mountinfo = Path.of("/proc/self/mountinfo");
        String before = Sandboxes.read(mountinfo);
        String during = sh(host(), "cat /proc/self/mountinfo");

        assertThat(Sandboxes.read(mountinfo)).isEqualTo(before);
        assertThat(during).isNotEqualTo(before.strip());
    }
}
