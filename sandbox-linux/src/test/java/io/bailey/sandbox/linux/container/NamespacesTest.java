package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.PATIENCE;
import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Each namespace is the sandbox's own or the host's, as it was asked, and does what it is for. */
@Timeout(240)
@ExtendWith(LeakAudit.class)
class NamespacesTest {
    private static final Duration DAY = Duration.ofDays(1);

    /** What a sandbox without it takes of this machine. */
    private static Power[] powersWithout(Namespace left) {
        return switch (left) {
            case USER -> new Power[] {Power.ROOT};
            case PID -> new Power[] {Power.CGROUP_WRITABLE};
            case MOUNT, NETWORK, UTS, IPC, CGROUP, TIME -> new Power[0];
        };
    }

    private static String link(Namespace namespace) {
        return "/proc/self/ns/"
                + switch (namespace) {
                    case USER, PID, UTS, IPC, CGROUP, TIME ->
                            namespace.name().toLowerCase(Locale.ROOT);
                    case MOUNT -> "mnt";
                    case NETWORK -> "net";
                };
    }

    /** Which of its namespaces the host has too, by their inodes. */
    private static Set<Namespace> shared(Sandbox.Builder sandbox) throws Exception {
        List<String> readlink = new ArrayList<>(List.of("readlink"));
        for (Namespace namespace : Namespace.values()) {
            readlink.add(link(namespace));
        }
        List<String> inside = sandbox.run(Command.of(readlink)).orThrow().stdout().lines().toList();

        assertThat(inside).hasSize(Namespace.values().length).doesNotHaveDuplicates();
        Set<Namespace> shared = EnumSet.noneOf(Namespace.class);
        for (Namespace namespace : Namespace.values()) {
            Path hosts = Files.readSymbolicLink(Path.of(link(namespace)));
            if (inside.get(namespace.ordinal()).equals(hosts.toString())) {
                shared.add(namespace);
            }
        }
        return shared;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachIsTheSandboxsOwn(boolean init) throws Exception {
        assertThat(shared(host().init(init))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Namespace.class)
    void oneThatIsLeftOutIsTheHostsAndNoOther(Namespace left) throws Exception {
        Powers.require(powersWithout(left));
        for (boolean init : new boolean[] {true, false}) {
            Sandbox.Builder sandbox =
                    Sandbox.builder().timeout(PATIENCE).namespaces(Namespace.allBut(left));

            assertThat(shared(sandbox.init(init))).containsExactly(left);
        }
    }

    @ParameterizedTest
    @EnumSource(Namespace.class)
    void oneAloneIsTheSandboxsOwn(Namespace only) throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        Sandbox.Builder sandbox = Sandbox.builder().timeout(PATIENCE).namespaces(Set.of(only));

        assertThat(shared(sandbox)).isEqualTo(Namespace.allBut(only));
    }

    @Test
    void withoutAnyAllAreTheHosts() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_WRITABLE);
        Sandbox.Builder sandbox = Sandbox.builder().timeout(PATIENCE).namespaces(Set.of());

        assertThat(shared(sandbox)).isEqualTo(Namespace.all());
    }

    @Test
    void anOrdinaryUserNeedsOneOfUsers() {
        Powers.require(Power.NOT_ROOT);
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(() -> host().namespaces(Namespace.allBut(Namespace.USER)).run("true"))
                .withMessageContaining("CAP_SYS_ADMIN");
    }

    @Test
    void theHostNameIsTheSandboxsAlone() throws InterruptedException {
        Path file = Path.of("/proc/sys/kernel/hostname");
        String before = Sandboxes.read(file);

        assertThat(sh(host().hostname("box-7"), "uname -n; cat " + file)).isEqualTo("box-7\nbox-7");
        assertThat(sh(host(), "uname -n")).isEqualTo("sandbox");
        assertThat(sh(host().namespaces(Namespace.allBut(Namespace.UTS)), "uname -n"))
                .isEqualTo(before.strip());
        assertThat(Sandboxes.read(file)).isEqualTo(before);
    }

    private static final String INTERFACES = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '";

    /** The kernel's own, in each new namespace: net.core.fb_tunnels_only_for_init_net. */
    private static final List<String> FALLBACK_TUNNELS =
            List.of(
                    "tunl0",
                    "gre0",
                    "gretap0",
                    "erspan0",
                    "ip_vti0",
                    "ip6_vti0",
                    "sit0",
                    "ip6tnl0",
                    "ip6gre0");

    @Test
    void loopbackIsTheOnlyInterface() throws InterruptedException {
        for (String look : List.of(INTERFACES, "ls /sys/class/net")) {
            List<String> interfaces = new ArrayList<>(sh(host(), look).lines().toList());

            interfaces.removeAll(FALLBACK_TUNNELS);
            assertThat(interfaces).containsExactly("lo");
        }
    }

    @Test
    void noOtherInterfaceIsUp() throws InterruptedException {
        String up =
                "for i in /sys/class/net/*; do [ $(($(cat $i/flags) & 1)) = 1 ] && echo ${i##*/};"
                        + " done; true";

        assertThat(sh(host(), up)).isEqualTo("lo");
    }

    /** Both ends are inside. */
    @Test
    void loopbackIsUp() throws InterruptedException {
        String talk =
                """
                $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die $!;
                if (!fork) {
                    $client = IO::Socket::INET->new(
                        PeerAddr => "127.0.0.1", PeerPort => $listener->sockport) or die $!;
                    print $client "hello\n";
                    exit;
                }
                print $listener->accept->getline;
                """;

        assertThat(both(host(), "perl -MIO::Socket::INET -e '" + talk + "'")).isEqualTo("hello");
    }

    @Test
    void thereIsNoWayOut() throws InterruptedException {
        assertThat(both(host(), "tail -n +2 /proc/net/route; " + connect("192.0.2.1", 80)))
                .startsWith("bash: ")
                .contains("Network is unreachable");
    }

    private static String connect(String address, int port) {
        return "bash -c 'exec 3<> /dev/tcp/" + address + "/" + port + " && echo connected'";
    }

    @Test
    void theHostsPortsAreReachedOnlyByItsNetwork() throws Exception {
        try (ServerSocket hosts = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            String connect = connect("127.0.0.1", hosts.getLocalPort());

            assertThat(both(host(), connect)).contains("Connection refused");
            assertThat(both(host().network(Network.HOST), connect)).isEqualTo("connected");
        }
    }

    @Test
    void withoutANamespaceTheInterfacesAreTheHosts() throws Exception {
        String hosts =
                String.join(
                        "\n",
                        Sandboxes.read(Path.of("/proc/net/dev"))
                                .lines()
                                .skip(2)
                                .map(line -> line.substring(0, line.indexOf(':')).strip())
                                .toList());

        assertThat(sh(host().network(Network.HOST), INTERFACES)).isEqualTo(hosts);
        assertThat(sh(host().namespaces(Namespace.allBut(Namespace.NETWORK)), INTERFACES))
                .isEqualTo(hosts);
    }

    /** One sandbox on the host's network listens; who shares that network reaches it. */
    @Test
    void abstractSocketsBelongToTheNetwork() throws Exception {
        String name = "bailey-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        String address = "pack_sockaddr_un(\"\\0" + name + "\")";
        CountDownLatch listening = new CountDownLatch(1);
        Command listener =
                perl("bind(S, "
                                + address
                                + ") or die $!; listen(S, 5) or die $!;"
                                + " print \"listening\\n\"; sleep 600")
                        .stdout(Output.lines(line -> listening.countDown()));
        String client = "print connect(S, " + address + ") ? \"connected\" : \"$!\"";

        try (Container container = host().network(Network.HOST).start(listener)) {
            assertThat(listening.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);

            // The scope of Landlock stands in for the namespace (CVE-2020-15257).
            assertThat(host().network(Network.HOST).run(perl(client)).stdout())
                    .isEqualTo("Operation not permitted");
            assertThat(
                            host().network(Network.HOST)
                                    .landlock(Landlock.OFF)
                                    .run(perl(client))
                                    .stdout())
                    .isEqualTo("connected");
            assertThat(host().run(perl(client)).stdout()).isEqualTo("Connection refused");
            assertThat(sh(host(), "cat /proc/net/unix")).doesNotContain(name);
        }
    }

    private static Command perl(String script) {
        return Command.of(
                "perl",
                "-MSocket",
                "-e",
                "$| = 1; socket(S, AF_UNIX, SOCK_STREAM, 0) or die $!; " + script);
    }

    /** A queue of the host's is seen by those who share its namespace, and only by them. */
    @Test
    void systemVObjectsAreNotShared() throws Exception {
        String id = said("ipcmk", "-Q").replaceAll("\\D", "");
        String look = "ipcs -q -i " + id + " 2>&1 | grep -c msqid=" + id + " || true";
        try {
            assertThat(sh(host(), look)).isEqualTo("0");
            assertThat(sh(host(), "tail -n +2 /proc/sysvipc/msg")).isEmpty();
            assertThat(sh(host().namespaces(Namespace.allBut(Namespace.IPC)), look)).isEqualTo("1");
        } finally {
            said("ipcrm", "-q", id);
        }
    }

    @Test
    void systemVObjectsGoWithTheSandbox() throws InterruptedException {
        Path hosts = Path.of("/proc/sysvipc/shm");
        String before = Sandboxes.read(hosts);
        String made = sh(host(), "ipcmk -M 4096 > /dev/null; tail -n +2 /proc/sysvipc/shm");

        assertThat(made.lines()).hasSize(1);
        assertThat(Sandboxes.read(hosts).lines().count()).isEqualTo(before.lines().count());
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** In a group of its own, or the answer would be the same without. */
    @Test
    void theOwnGroupIsTheRootOfTheView() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        String look = "cat /proc/self/cgroup";
        Sandbox.Builder sharing = host().pids(16).namespaces(Namespace.allBut(Namespace.CGROUP));

        assertThat(sh(host().pids(16), look).lines())
                .isNotEmpty()
                .anySatisfy(line -> assertThat(line).contains("0::/"))
                .noneMatch(line -> line.contains("bailey"));
        assertThat(sh(host().pids(16), look).lines().filter(NamespacesTest::isPids))
                .singleElement()
                .asString()
                .endsWith(":/");
        assertThat(sh(sharing, look).lines().filter(NamespacesTest::isPids))
                .singleElement()
                .asString()
                .contains("/bailey-" + ProcessHandle.current().pid() + "-");
    }

    private static boolean isPids(String line) {
        return line.contains(Power.CGROUP_V2.isPresent() ? "0::" : ":pids:");
    }

    private static final String UPTIME =
            "cut -d. -f1 /proc/uptime; tr -s ' ' < /proc/self/timens_offsets";

    @Test
    void clocksAreShiftedInsideOnly() throws InterruptedException {
        String clock =
                "perl -MTime::HiRes=clock_gettime,CLOCK_MONOTONIC -e"
                        + " 'print int clock_gettime(CLOCK_MONOTONIC)'";
        long monotonic = System.nanoTime() / 1_000_000_000;
        long before = uptime();
        String[] seen =
                sh(
                                host().timeOffsets(DAY.multipliedBy(2), DAY.plusMillis(250)),
                                UPTIME + "; " + clock)
                        .split("\n");

        assertThat(Long.parseLong(seen[0]) - DAY.toSeconds()).isBetween(before, uptime() + 1);
        assertThat(List.of(seen[1], seen[2]))
                .containsExactly("monotonic 172800 0", "boottime 86400 250000000");
        assertThat(Long.parseLong(seen[3]) - 2 * DAY.toSeconds())
                .isBetween(monotonic, monotonic + 2 * PATIENCE.toSeconds());
    }

    @Test
    void clocksCanBeSetBack() throws InterruptedException {
        long before = uptime();
        String[] seen =
                sh(host().timeOffsets(Duration.ZERO, Duration.ofMillis(-1_500)), UPTIME)
                        .split("\n");

        assertThat(Long.parseLong(seen[0])).isBetween(before - 2, uptime() - 1);
        assertThat(seen[2]).isEqualTo("boottime -2 500000000");
    }

    @Test
    void withoutOffsetsTheClocksAreTheHosts() throws InterruptedException {
        long before = uptime();
        String[] seen = sh(host(), UPTIME).split("\n");

        assertThat(Long.parseLong(seen[0])).isBetween(before, uptime() + 1);
        assertThat(List.of(seen[1], seen[2])).containsExactly("monotonic 0 0", "boottime 0 0");
    }

    private static long uptime() {
        return (long) Double.parseDouble(Sandboxes.read(Path.of("/proc/uptime")).split(" ")[0]);
    }

    @Test
    void clocksDoNotGoBelowZero() {
        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(() ->
                        host().timeOffsets(Duration.ZERO, Duration.ofDays(-36_500)).run("true"))
                .withMessageContainingAll("clock offsets", "ERANGE");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theFirstProcessIsTheInitOrTheCommand(boolean init) throws InterruptedException {
        Result result =
                host().init(init).run("sh", "-c", "echo $$ $PPID; tr '\\0' ' ' < /proc/1/cmdline");

        assertThat(result.stdout())
                .startsWith(init ? "2 1\n" : "1 0\n")
                .satisfies(said -> assertThat(said.contains("echo")).isEqualTo(!init));
    }

    @Test
    void withoutANamespaceProcessesAreTheHosts() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        long jvm = ProcessHandle.current().pid();

        assertThat(
                        sh(
                                host().namespaces(Namespace.allBut(Namespace.PID)),
                                "cat /proc/" + jvm + "/comm"))
                .isEqualTo(Sandboxes.read(Path.of("/proc/self/comm")).strip());
    }
}
