package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.host.SubordinateIds;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Who a command is inside, and who that is on the host. */
@Timeout(240)
@ExtendWith(LeakAudit.class)
class UsersTest {
    /** systemd's first id for containers: every user of the host is below. */
    private static final long FIRST_UNPRIVILEGED = 524_288;

    private static final String MAPS =
            "for f in uid gid; do set -- $(cat /proc/self/${f}_map); echo $*; done";
    private static final String WHO = "echo $(id -u) $(id -g) $(id -G) $HOME";

    @TempDir Path temporary;
    private TestRoot root;

    @BeforeEach
    void make() throws IOException {
        root = TestRoot.complete(temporary);
        root.file(
                "etc/passwd",
                """
                root:x:0:0:root:/root:/bin/sh
                daemon:x:1234:1235::/nowhere:/bin/sh
                alice:x:1000:1001:Alice:/home/alice:/bin/sh
                """);
        root.file(
                "etc/group",
                """
                root:x:0:
                alice:x:1001:
                staff:x:2000:bob,alice
                malice:x:2001:malice,alicex
                video:x:3000:alice
                """);
    }

    private String who(String user) throws InterruptedException {
        return sh(root.sandbox().user(user), WHO);
    }

    private static long number(String line, int word) {
        return Long.parseLong(line.split(" ")[word]);
    }

    @Test
    void rootMapsARangeThatIsNobodysOnTheHost() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertThat(sh(host(), MAPS).lines())
                .hasSize(2)
                .allSatisfy(line -> {
                    assertThat(line).matches("0 \\d+ 65536");
                    assertThat(number(line, 1)).isBetween(FIRST_UNPRIVILEGED, (1L << 31) - 65_536);
                });
    }

    /** Seen from the host, not as the sandbox tells it. */
    @Test
    void theSandboxsRootIsNotTheHosts() throws IOException {
        Powers.require(Power.ROOT);
        try (Container container = host().start("sleep", "600")) {
            int owner = (Integer) Files.getAttribute(process(container), "unix:uid");

            assertThat((long) owner).isGreaterThanOrEqualTo(FIRST_UNPRIVILEGED);
            assertThat(Sandboxes.read(process(container).resolve("status")))
                    .contains("Uid:\t" + owner + "\t" + owner + "\t" + owner + "\t" + owner + "\n");
        }
    }

    private static Path process(Container container) {
        long init = container.pid();
        String child = Sandboxes.read(Path.of("/proc/" + init + "/task/" + init + "/children"));
        return Path.of("/proc", child.strip());
    }

    @Test
    void anOrdinaryUserMapsHimself() throws InterruptedException {
        Powers.require(Power.NOT_ROOT);
        HostFacts facts = HostFacts.probe(Linux.host());
        for (IdMap map : List.of(IdMap.AUTO, IdMap.SINGLE)) {
            assertThat(sh(host().idMap(map), MAPS + "; cat /proc/self/setgroups"))
                    .isEqualTo("0 " + facts.euid() + " 1\n0 " + facts.egid() + " 1\ndeny");
        }
    }

    @Test
    void singleIsOneIdAndNotTheHostsRoot() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertThat(sh(host().idMap(IdMap.SINGLE), MAPS).lines())
                .allSatisfy(line -> {
                    assertThat(line).matches("0 \\d+ 1");
                    assertThat(number(line, 1)).isGreaterThanOrEqualTo(FIRST_UNPRIVILEGED);
                });
    }

    @Test
    void singleMapsWhoeverTheCommandIs() throws InterruptedException {
        assertThat(sh(host().idMap(IdMap.SINGLE).user(1000, 1001), MAPS + "; id -u; id -g"))
                .matches("1000 \\d+ 1\n1001 \\d+ 1\n1000\n1001");
    }

    @Test
    void hostIdsAreTheHostsOwn() throws InterruptedException {
        Powers.require(Power.ROOT);
        String hosts = Sandboxes.read(Path.of("/proc/self/uid_map")).strip().replaceAll(" +", " ");

        assertThat(sh(host().idMap(IdMap.HOST).user(1000, 1001), MAPS + "; " + WHO))
                .startsWith(hosts + "\n")
                .contains("\n1000 1001 1001 ");
    }

    @Test
    void subordinateIdsAreMappedOrWhatIsMissingIsNamed() throws InterruptedException {
        Powers.require(Power.NOT_ROOT, Power.USERNS);
        SubordinateIds ids = HostFacts.probe(Linux.host()).subordinate();
        if (!ids.usable()) {
            assertThatExceptionOfType(SandboxUnavailableException.class)
                    .isThrownBy(() -> host().idMap(IdMap.SUBORDINATE).run("true"))
                    .withMessageContainingAll("newuidmap", "/etc/subuid", "/etc/subgid");
            return;
        }
        assertThat(sh(host().idMap(IdMap.SUBORDINATE).user(5, 6), MAPS + "; id -u; id -g; id -G"))
                .startsWith("0 " + ids.uids().orElseThrow().start() + " ")
                .contains("\n0 " + ids.gids().orElseThrow().start() + " ")
                .endsWith("\n5\n6\n6");
    }

    @Test
    void aNameIsTheRootsOwn() throws InterruptedException {
        assertThat(who("alice")).startsWith("1000 1001 1001").endsWith(" /home/alice");
        assertThat(who("daemon")).isEqualTo("1234 1235 1235 /nowhere");
    }

    @Test
    void aNameBringsItsGroups() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertThat(who("alice")).isEqualTo("1000 1001 1001 2000 3000 /home/alice");
        assertThat(who("1000")).isEqualTo("1000 1001 1001 2000 3000 /home/alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice:staff=1000 2000 2000 /home/alice",
                "alice:77=1000 77 77 /home/alice",
                "1000:staff=1000 2000 2000 /home/alice",
                "4242:77=4242 77 77 /",
                "4242=4242 0 0 /",
                "0=0 0 0 /root",
                "root=0 0 0 /root"
            })
    void aGroupThatIsNamedIsTheOnlyOne(String example) throws InterruptedException {
        String[] parts = example.split("=");

        assertThat(who(parts[0])).isEqualTo(parts[1]);
    }

    @Test
    void withoutAnyAccountsNumbersStillWork() throws Exception {
        Files.delete(root.path().resolve("etc/passwd"));
        Files.delete(root.path().resolve("etc/group"));

        assertThat(who("1000:1001")).isEqualTo("1000 1001 1001 /");
        assertThat(sh(root.sandbox(), WHO)).isEqualTo("0 0 0 /root");
    }

    /** Its look-up is when the command starts, not when the sandbox was first used. */
    @Test
    void aNameIsLookedUpForEachCommand() throws Exception {
        try (Sandbox sandbox = root.sandbox().user("alice").build()) {
            assertThat(sandbox.run("id", "-u").stdout()).isEqualTo("1000\n");
            root.file("etc/passwd", "alice:x:1002:1001::/:/bin/sh\n");

            assertThat(sandbox.run("id", "-u").stdout()).isEqualTo("1002\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody-here", "bob", "alice:nobody-here", "alice:bob", "x:alice"})
    void whoIsUnknownIsNamed(String user) {
        assertRefused(user).hasMessageContaining("is not in the root's /etc/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b:c", ":", "alice:", ":staff", "-1", "4294967295", "4294967296"})
    void whatIsNoUserIsRefused(String user) {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> host().user(user))
                .withMessageContaining("is neither a name nor a number");
    }

    /** CVE-2024-40635: a number that overflowed was root. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1:1001",
                "4294967295:1001",
                "4294967296:1001",
                "18446744073709551616:1001",
                "99999999999999999999999999:1001",
                "0x0:1001",
                ":1001",
                " 0:1001",
                "+0:1001",
                "1e3:1001",
                "\u0660:1001",
                "1000\0:1001",
                "1000:-1",
                "1000:4294967295",
                "1000:4294967296",
                "1000:18446744073709551616",
                "1000:",
                "1000:x",
                "1000: 0"
            })
    void aNumberThatIsNoneMakesNobodyRoot(String ids) throws IOException {
        root.file("etc/passwd", "alice:x:" + ids + "::/:/bin/sh\n");

        assertRefused("alice").hasMessageContaining("/etc/passwd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "alice:", "alice:x:1000", "alice:x:0:0", "al:ice:x:0:0::/:"})
    void aLineWithFieldsMissingIsNone(String line) throws IOException {
        root.file("etc/passwd", line + "\n");

        assertRefused("alice").hasMessageContaining("/etc/passwd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "4294967295", "4294967296", "", "x"})
    void aGroupThatIsNoNumberIsRefused(String gid) throws IOException {
        root.file("etc/group", "staff:x:" + gid + ":alice\n");

        assertRefused("alice:staff").hasMessageContaining("/etc/group");
    }

    @Test
    void aLongLineIsReadUpToALimit() throws Exception {
        String alice = "alice:x:1000:1001::/:/bin/sh\n";
        root.file("etc/passwd", "x".repeat(500_000) + "\n" + alice);
        assertThat(sh(root.sandbox().user("alice"), "id -u")).isEqualTo("1000");

        root.file("etc/passwd", "x".repeat(4 << 20) + "\n" + alice);
        assertRefused("alice").hasMessageContainingAll("/etc/passwd", "1048576");
    }

    /** Inside the root a link leads to nothing, on the host it would lead to the secret. */
    @ParameterizedTest
    @ValueSource(strings = {"", "../../../../../../../../../.."})
    void aLinkOutOfTheRootLeadsNowhere(String up, @TempDir Path outside) throws Exception {
        Path accounts =
                Files.writeString(outside.resolve("passwd"), "eve:x:1000:1001::/:/bin/sh\n");
        Path passwd = root.path().resolve("etc/passwd");
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, Path.of(up + accounts));

        assertRefused("eve");
    }

    @Test
    void aLinkWithinTheRootIsFollowed() throws Exception {
        Path passwd = root.path().resolve("etc/passwd");
        Files.move(passwd, root.path().resolve("data/accounts"));
        Files.createSymbolicLink(passwd, Path.of("/data/accounts"));

        assertThat(who("daemon")).startsWith("1234 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkdir", "mkfifo"})
    void accountsThatAreNoFileAreRefused(String maker) throws Exception {
        Path passwd = root.path().resolve("etc/passwd");
        Files.delete(passwd);
        assertThat(new ProcessBuilder(maker, passwd.toString()).start().waitFor()).isZero();

        assertRefused("alice").hasMessageContaining("/etc/passwd");
    }

    /** A file that is there and cannot be read does not mean that nobody is listed in it. */
    @Test
    void accountsThatCannotBeOpenedAreNotTakenForNone() throws Exception {
        Path passwd = root.path().resolve("etc/passwd");
        Files.delete(passwd);
        Files.createSymbolicLink(passwd, Path.of("passwd"));

        assertRefused(SandboxSetupException.class, "1000")
                .hasMessageContainingAll("/etc/passwd", "ELOOP");
    }

    private AbstractThrowableAssert<?, ?> assertRefused(String user) {
        return assertRefused(SandboxConfigException.class, user);
    }

    /** Anyone could write where the command would leave its trace, so none means that none ran. */
    private AbstractThrowableAssert<?, ?> assertRefused(
            Class<? extends SandboxException> how, String user) {
        Path data = root.path().resolve("data");
        Throwable failure =
                catchThrowable(() -> {
                    Files.setPosixFilePermissions(
                            data, PosixFilePermissions.fromString("rwxrwxrwx"));
                    root.sandbox()
                            .writableRoot(WritableRoot.DIRECT)
                            .user(user)
                            .run("touch", "/data/ran");
                });

        assertThat(data.resolve("ran")).doesNotExist();
        return assertThat(failure).isInstanceOf(how);
    }

    @Test
    void aUserBeyondTheRangeIsNamed() {
        Powers.require(Power.ROOT);
        assertThatThrownBy(() -> host().user(65_536, 0).run("true"))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("user 65536");
        assertThatThrownBy(() -> host().user("0:4294967294").run("true"))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("group 4294967294");
    }

    /** The root is idmapped: who owns what is the same inside and outside, though nobody is. */
    @ParameterizedTest
    @EnumSource(
            value = WritableRoot.class,
            names = {"OVERLAY", "DIRECT"})
    void ownersAreTheSameInsideAndOutside(WritableRoot writable) throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Path data = root.path().resolve("data");
        Files.setAttribute(root.file("data/theirs", ""), "unix:uid", 1000);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        Sandbox.Builder sandbox = root.sandbox().writableRoot(writable);

        assertThat(sh(sandbox, "touch /data/zero; stat -c %u:%g /data /data/zero /data/theirs"))
                .isEqualTo("0:0\n0:0\n1000:0");
        assertThat(sh(sandbox.user(1000, 1001), "touch /data/one; stat -c %u:%g /data/one"))
                .isEqualTo("1000:1001");
        if (writable == WritableRoot.DIRECT) {
            assertThat(Files.getAttribute(data.resolve("zero"), "unix:uid")).isEqualTo(0);
            assertThat(Files.getAttribute(data.resolve("one"), "unix:uid")).isEqualTo(1000);
            assertThat(Files.getAttribute(data.resolve("one"), "unix:gid")).isEqualTo(1001);
        }
    }

    /** Files of the host's own ids beyond the range are nobody's, and closed to the sandbox. */
    @Test
    void whoIsNotMappedIsNobody() throws Exception {
        Powers.require(Power.ROOT);
        Path strange = root.file("data/strange", "secret\n");
        Files.setPosixFilePermissions(strange, PosixFilePermissions.fromString("rw-------"));
        Files.setAttribute(strange, "unix:uid", 70_000);

        assertThat(
                        Sandboxes.both(
                                root.sandbox().writableRoot(WritableRoot.DIRECT),
                                "stat -c %u /data/strange; cat /data/strange"))
                .startsWith("65534\n")
                .contains("Permission denied");
    }

    /** Run by a JVM that is in groups which open doors on the host. */
    static final class Member {
        private Member() {}

        public static void main(String[] arguments) throws InterruptedException {
            for (IdMap map : List.of(IdMap.AUTO, IdMap.SINGLE, IdMap.HOST)) {
                for (int user : new int[] {0, 1000}) {
                    System.out.println(sh(host().idMap(map).user(user, user), "id -G"));
                }
            }
        }
    }

    @Test
    void groupsOfTheJvmAreNotTheSandboxs() throws Exception {
        Powers.require(Power.ROOT);
        Process jvm =
                new ProcessBuilder(
                                "setpriv",
                                "--groups",
                                "4242,4243",
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-classpath",
                                ChildJvm.classPath(),
                                Member.class.getName())
                        .redirectErrorStream(true)
                        .start();

        assertThat(new String(jvm.getInputStream().readAllBytes()))
                .isEqualTo("0\n1000\n0\n1000\n0\n1000\n");
        assertThat(jvm.waitFor()).isZero();
    }
}
