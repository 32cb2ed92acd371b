package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** Landlock, seccomp and a process group, where there are no namespaces. */
@ExtendWith(LeakAudit.class)
class UnprivilegedTest {

    private static Sandbox.Builder unprivileged() {
        Powers.require(Power.LANDLOCK_SCOPES);
        return Sandbox.builder().isolation(Isolation.UNPRIVILEGED).timeout(Sandboxes.PATIENCE);
    }

    private static String both(Sandbox.Builder sandbox, String script) throws InterruptedException {
        return Sandboxes.both(sandbox, script);
    }

    /** A directory that every user may enter, whatever the umask. */
    private static Path open(Path directory) throws Exception {
        return Files.setPosixFilePermissions(
                directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void itRunsAndSaysHowItWasWalledIn() throws InterruptedException {
        Result result =
                unprivileged().run(Command.of("sh", "-c", "cat; exit 4").stdin(Input.of("hello")));
        assertThat(result.isolation()).isEqualTo(Isolation.UNPRIVILEGED);
        assertThat(result.termination()).isEqualTo(new Termination.Exited(4));
        assertThat(result.stdout()).isEqualTo("hello");
    }

    @Test
    void nothingIsPermittedAndNothingCanBeGained() throws InterruptedException {
        String status = unprivileged().run("cat", "/proc/self/status").orThrow().stdout();
        assertThat(status).contains("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000");
        assertThat(status.lines().filter(line -> line.startsWith("Uid:")))
                .allSatisfy(line -> assertThat(line).doesNotContain("\t0\t0"));
    }

    @Test
    void filesOutsideTheSystemAreClosed(@TempDir Path directory) throws Exception {
        Path secret = Files.writeString(open(directory).resolve("hidden"), "secret");
        String said =
                both(
                        unprivileged(),
                        ("cat %s; echo x > %s; ls %s; ls /root; ls /proc; cat /proc/1/cmdline;"
                                        + " rm %s; mv %s %s.moved; ln %s /tmp/link; mkdir %s/d;"
                                        + " echo > /etc/bailey-test; echo > /tmp/bailey-test; cat /etc/passwd | wc -l")
                                .replace("%s", secret.toString()));
        assertThat(said).doesNotContain("secret").contains("Permission denied");
        assertThat(secret).hasContent("secret");
        assertThat(Path.of("/tmp/bailey-test")).doesNotExist();
        assertThat(Path.of("/etc/bailey-test")).doesNotExist();
    }

    /** A lease keeps whoever wants to write waiting; F_NOTIFY tells of all that is done there. */
    @Test
    void nobodyWatchesWhatOthersDo() throws InterruptedException {
        String script =
                "open(F, '<', '/etc/passwd'); open(D, '<', '/etc');"
                        + " print fcntl(F, 1024, 0) ? 'leased ' : $!{EPERM} ? 'refused ' : $!;"
                        + " print fcntl(D, 1026, 2) ? 'told ' : $!{EPERM} ? 'refused' : $!";
        assertThat(unprivileged().run("perl", "-e", script).stdout()).isEqualTo("refused refused");
    }

    /** Landlock knows nothing of modes, owners and times. */
    @Test
    void metadataStaysAsItIs(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(open(directory).resolve("file"), "x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        var before = Files.readAttributes(file, "unix:mode,uid,lastModifiedTime");
        String said =
                both(
                        unprivileged().mount(Mount.readOnly(directory, directory.toString())),
                        "chmod 777 " + file + "; touch -d yesterday " + file + "; chown 0 " + file);
        assertThat(said).contains("not permitted");
        assertThat(Files.readAttributes(file, "unix:mode,uid,lastModifiedTime")).isEqualTo(before);
    }

    /** An ordinary user's JVM gives the command its own user, whose files these are. */
    @Test
    void nobodyLeavesASetUserIdProgramOnTheHost(@TempDir Path directory) throws Exception {
        open(directory);
        String script =
                "use Fcntl; umask 0; chdir '%s'; sysopen(F, 'made', O_CREAT | O_WRONLY, 04777)"
                        + " and print 'made '; mkdir('d', 02777) and print 'made ';"
                        + " sysopen(F, 'plain', O_CREAT | O_WRONLY, 0777) and print 'plain'";
        assertThat(
                        unprivileged()
                                .mount(Mount.readWrite(directory, directory.toString()))
                                .run("perl", "-e", script.formatted(directory))
                                .stdout())
                .isEqualTo("plain");
        assertThat(Sandboxes.list(directory)).containsExactly("plain");
    }

    /** A descriptor that can only read is enough for these: FS_IOC_ENABLE_VERITY, of btrfs. */
    @Test
    void readersChangeNothingByIoctl(@TempDir Path directory) throws Exception {
        Files.writeString(open(directory).resolve("file"), "x");
        String script =
                "open(F, '%s/file'); for (0x40806685, 0x5000940E, 0x80086601) {"
                        + " print ioctl(F, $_, my $b = chr(0) x 5000) ? 0 : $! + 0, ' ' }";
        String said =
                unprivileged()
                        .mount(Mount.readOnly(directory, directory.toString()))
                        .run("perl", "-e", script.formatted(directory))
                        .stdout();
        assertThat(said).startsWith("1 1 ").doesNotEndWith(" 1 ");
    }

    /** A user who was picked for the sandbox has no files but those it makes. */
    @Test
    void whoOwnsNothingMayChangeModes(@TempDir Path directory) throws Exception {
        Powers.require(Power.ROOT);
        open(directory);
        assertThat(
                        both(
                                unprivileged()
                                        .mount(Mount.readWrite(directory, directory.toString()))
                                        .workdir(directory.toString()),
                                "echo x > f; chmod 700 f && chmod u+s f; stat -c %a f; chmod 777 /etc/passwd"))
                .contains("700")
                .contains("not permitted")
                .doesNotContain("4700");
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> unprivileged().run(Command.of("true").user(1000, 1000)))
                .withMessageContaining("1000");
    }

    @Test
    void whatIsMountedInPlaceIsOpen(@TempDir Path directory) throws Exception {
        open(directory);
        Path in = Files.createDirectory(directory.resolve("in"));
        Path out = open(Files.createDirectory(directory.resolve("out")));
        Files.writeString(in.resolve("a"), "read me");
        open(in);
        Sandbox.Builder sandbox =
                unprivileged()
                        .mount(Mount.readOnly(in, in.toString()))
                        .mount(Mount.readWrite(out, out.toString()));
        String script = "cat %s/a > %s/b; echo no > %s/c; mkdir %s/d && mv %s/b %s/d/e";
        both(sandbox, String.format(script, in, out, in, out, out, out));
        assertThat(out.resolve("d/e")).hasContent("read me");
        assertThat(in.resolve("c")).doesNotExist();
    }

    @Test
    void processesOutsideAreOutOfReach() throws Exception {
        Process outside = new ProcessBuilder("sleep", "600").start();
        try {
            String said =
                    both(
                            unprivileged(),
                            "kill -9 "
                                    + outside.pid()
                                    + "; cat /proc/"
                                    + outside.pid()
                                    + "/environ");
            assertThat(said).contains("ermi");
            assertThat(outside.isAlive()).isTrue();
        } finally {
            outside.destroyForcibly().waitFor();
        }
    }

    @Test
    void nobodyLeavesTheGroup() throws InterruptedException {
        assertThat(both(unprivileged(), "setsid sleep 1; perl -e 'setpgrp(0, 0) or print $!'"))
                .contains("ermitted");
    }

    @Test
    void whatTheCommandLeavesEndsWithIt() throws InterruptedException {
        String mark = "600." + System.nanoTime() % 1_000_000_000L;
        Result result =
                unprivileged()
                        .run("sh", "-c", "(sleep " + mark + " & sleep " + mark + " &) ; echo bye");
        assertThat(result.stdout()).isEqualTo("bye\n");
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void aTimeoutTakesAllOfThem() throws InterruptedException {
        String mark = "600." + System.nanoTime() % 1_000_000_000L;
        Result result =
                unprivileged()
                        .run(
                                Command.of("sh", "-c", "(sleep " + mark + "&) & exec sleep " + mark)
                                        .timeout(Duration.ofMillis(300)));
        assertThat(result.termination()).isInstanceOf(Termination.TimedOut.class);
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void aForkBombEndsWithItsTime() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                unprivileged()
                        .pids(64)
                        .run(
                                Command.of("perl", "-e", "while (1) { fork() }")
                                        .timeout(Duration.ofSeconds(1)));
        assertThat(result.termination()).isInstanceOf(Termination.TimedOut.class);
    }

    @Test
    void aContainerIsSignaledStoppedAndKilled() throws Exception {
        try (Container container = unprivileged().start("sleep", "600")) {
            container.signal(Signal.TERM);
            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().termination())
                    .isEqualTo(new Termination.Signaled(15));
        }
        String mark = "600." + System.nanoTime() % 1_000_000_000L;
        try (Container container =
                unprivileged().start("sh", "-c", "sleep " + mark + " & sleep " + mark)) {
            container.kill();
            assertThat(container.waitFor().termination()).isInstanceOf(Termination.Cancelled.class);
        }
        assertThat(eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
    }

    @Test
    void thereIsNoNetworkUnlessNamed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String script =
                    "use IO::Socket::INET; print IO::Socket::INET->new(PeerAddr => '127.0.0.1',"
                            + " PeerPort => "
                            + server.getLocalPort()
                            + ", Timeout => 5) ? 'connected' : 'refused'";
            assertThat(unprivileged().run("perl", "-e", script).stdout()).isEqualTo("refused");
            assertThat(unprivileged().network(Network.HOST).run("perl", "-e", script).stdout())
                    .isEqualTo("connected");
        }
    }

    /** Journals and the like take datagrams from whoever can reach them. */
    @Test
    void noPairOfSocketsSendsToTheHost() throws InterruptedException {
        String script =
                "use Socket; for $type (SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOCK_SEQPACKET) {"
                        + " print socketpair($a, $b, AF_UNIX, $type, 0) ? 'made ' : $! + 0 . ' ' }";
        for (Network network : Network.values()) {
            assertThat(unprivileged().network(network).run("perl", "-e", script).stdout())
                    .isEqualTo("94 94 made made ");
        }
    }

    @Test
    void errorsNameTheCommandAndTheCause() {
        assertThatExceptionOfType(CommandException.class)
                .isThrownBy(() -> unprivileged().run("/no/such/program"))
                .withMessageContaining("/no/such/program");
        Powers.require(Power.ROOT);
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> unprivileged().user(0, 0).run("true"))
                .withMessageContaining("root on the host");
    }

    @Test
    void limitsThatCannotBeGivenAreRefused() {
        Powers.require(Power.LANDLOCK_SCOPES);
        if (Power.CGROUP_WRITABLE.isPresent()) {
            assertThat(unprivileged().memory("64M").build().spec().limits().memory()).isPresent();
        } else {
            assertThatExceptionOfType(SandboxUnavailableException.class)
                    .isThrownBy(() -> unprivileged().memory("64M").run("true"));
        }
    }
}
