package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SeccompAction;
import io.bailey.sandbox.SeccompArgument;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.SeccompRule;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What the filter of a sandbox does to the programs in it. */
@ExtendWith(LeakAudit.class)
class SeccompTest {
    private static final SeccompProfile KILLS_MKDIR =
            SeccompProfile.builder(SeccompProfile.standard()).kill("mkdir", "mkdirat").build();

    @Test
    void everyThreadHasTheFilter() throws InterruptedException {
        String status = sh(host(), "for task in /proc/$$/task/*/status; do cat $task; done");
        assertThat(status).contains("Seccomp:\t2").doesNotContain("Seccomp:\t0");
        assertThat(sh(host().seccomp(SeccompProfile.none()), "cat /proc/self/status"))
                .contains("Seccomp:\t0");
    }

    @Test
    void aCallThatIsDeniedFailsAndTheProgramGoesOn() throws InterruptedException {
        SeccompProfile profile =
                SeccompProfile.builder(SeccompProfile.standard()).deny("mkdir", "mkdirat").build();
        assertThat(both(host().seccomp(profile), "mkdir /tmp/x; echo went on"))
                .contains("Operation not permitted", "went on");
    }

    @Test
    void aCallThatKillsIsNamed() throws InterruptedException {
        Result result =
                host().seccomp(KILLS_MKDIR)
                        .run("sh", "-c", "echo before; mkdir /tmp/x; echo after");
        assertThat(result.termination()).isEqualTo(new Termination.SyscallDenied("mkdir"));
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(result.stdout()).isEqualTo("before\n");
    }

    /** They start and end programs, but not this one. */
    @Test
    void execveatAndTheEndOfAThreadAreNamedToo() throws InterruptedException {
        SeccompProfile kills =
                SeccompProfile.builder(SeccompProfile.standard()).kill("execveat", "exit").build();
        String execveat = "open(F, '/bin/true'); " + Perl.execveat("fileno(F)");
        assertThat(host().seccomp(kills).run("perl", "-e", execveat).termination())
                .isEqualTo(new Termination.SyscallDenied("execveat"));
        String exit = Perl.call("exit", "0");
        assertThat(host().seccomp(kills).run("perl", "-e", exit).termination())
                .isEqualTo(new Termination.SyscallDenied("exit"));
    }

    /** Not only the one that made it, and not only while someone polls. */
    @Test
    void theWholeSandboxDies() throws Exception {
        String script = "sleep 600 & (sleep 0.1; mkdir /tmp/x) & sleep 600";
        try (Container container = host().seccomp(KILLS_MKDIR).start("sh", "-c", script)) {
            Result result = container.waitFor(Sandboxes.PATIENCE).orElseThrow();
            assertThat(result.termination()).isEqualTo(new Termination.SyscallDenied("mkdir"));
        }
        Result later =
                host().seccomp(KILLS_MKDIR)
                        .build()
                        .runAsync(Command.of("sh", "-c", script))
                        .get(30, TimeUnit.SECONDS);
        assertThat(later.termination()).isEqualTo(new Termination.SyscallDenied("mkdir"));
    }

    @Test
    void whoMakesNoSuchCallEndsAsEver() throws InterruptedException {
        Result result =
                host().seccomp(KILLS_MKDIR)
                        .run(
                                Command.of("sh", "-c", "cat; echo err >&2; exit 3")
                                        .stdin(Input.of("in\n")));
        assertThat(result.termination()).isEqualTo(new Termination.Exited(3));
        assertThat(result.stdout()).isEqualTo("in\n");
        assertThat(result.stderr()).isEqualTo("err\n");
    }

    /** It is the init's, not the caller's: a sandbox of one process has one process. */
    @Test
    void whoListensIsNotCounted() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().seccomp(KILLS_MKDIR).pids(1).run("sh", "-c", "echo alone");
        assertThat(result.stdout()).isEqualTo("alone\n");
        assertThat(result.usage().maxPids().orElse(1)).isEqualTo(1);
    }

    @Test
    void aTimeoutEndsWhoWaitsForNothing() throws InterruptedException {
        Result result =
                host().seccomp(KILLS_MKDIR)
                        .run(Command.of("sleep", "600").timeout(Duration.ofMillis(200)));
        assertThat(result.termination()).isInstanceOf(Termination.TimedOut.class);
    }

    /** Nobody is left to say the name: the kernel's signal has to do. */
    @Test
    void withoutAnInitTheKernelKills() throws InterruptedException {
        Result result = host().seccomp(KILLS_MKDIR).init(false).run("mkdir", "/tmp/x");
        assertThat(result.termination()).isEqualTo(new Termination.Signaled(31));
    }

    @Test
    void argumentsAreTold() throws InterruptedException {
        SeccompProfile noFifteen =
                SeccompProfile.builder(SeccompProfile.standard())
                        .deny("kill", SeccompArgument.masked(1, 0xFFFFFFFFL, 15))
                        .build();
        assertThat(both(host().seccomp(noFifteen), "kill -0 $$ && echo probed; kill -15 $$"))
                .startsWith("probed")
                .contains("not permitted");
    }

    /** As the builder says: of several tests on one argument one is enough. */
    @Test
    void eitherOfTwoValuesIsDenied() throws InterruptedException {
        SeccompProfile profile =
                SeccompProfile.builder(SeccompProfile.standard())
                        .deny(
                                "kill",
                                SeccompArgument.masked(1, 0xFFFFFFFFL, 10),
                                SeccompArgument.masked(1, 0xFFFFFFFFL, 12))
                        .build();
        String script = "for s in 0 10 12; do kill -$s $$ 2>/dev/null && echo sent $s; done; true";
        assertThat(sh(host().seccomp(profile), script)).isEqualTo("sent 0");
    }

    @Test
    void aTrapCanBeHandled() throws InterruptedException {
        SeccompProfile traps =
                SeccompProfile.builder(SeccompProfile.standard())
                        .rule(new SeccompRule(Set.of("chdir"), SeccompAction.trap(), List.of()))
                        .build();
        Result result =
                host().seccomp(traps)
                        .run(
                                "perl",
                                "-e",
                                "$SIG{SYS} = sub { print \"told\"; exit 7 }; chdir '/tmp'");
        assertThat(result.stdout()).isEqualTo("told");
        assertThat(result.exitCode()).isEqualTo(7);
    }

    @Test
    void aDocumentOfDockersIsRead(@TempDir Path directory) throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("profile.json"),
                        """
                        {
                          "defaultAction": "SCMP_ACT_ALLOW",
                          "syscalls": [
                            {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
                            {"names": ["umask"], "action": "SCMP_ACT_KILL_PROCESS",
                             "excludes": {"caps": ["CAP_CHOWN"]}}
                          ]
                        }
                        """);
        SeccompProfile profile = SeccompProfile.docker(file);
        assertThat(both(host().seccomp(profile), "mkdir /tmp/x")).contains("No space left");
        assertThat(host().seccomp(profile).run("sh", "-c", "umask 077").termination())
                .isEqualTo(new Termination.SyscallDenied("umask"));
    }

    @Test
    void whatIsNotAProfileIsRefusedWhenBuilt(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("profile.json"), "{\"defaultAction\": 7}");
        refused(SeccompProfile.docker(file), "defaultAction");
        refused(SeccompProfile.builder().allow("opnat").build(), "opnat");
        refused(SeccompProfile.builder().allow("read", "write").build(), "execve");
    }

    private static void refused(SeccompProfile profile, String word) {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> host().seccomp(profile).build())
                .withMessageContaining("seccomp")
                .withMessageContaining(word);
    }

    /** The parent of a command that entered a sandbox is outside. */
    @Test
    void nobodyGivesItsChildToItsParent() throws Exception {
        String script = "print " + Perl.call("clone", "0x8011", "0", "0", "0", "0");
        for (SeccompProfile profile :
                List.of(
                        SeccompProfile.standard(),
                        SeccompProfile.strict(),
                        SeccompProfile.builder().otherwise(SeccompAction.allow()).build())) {
            try (Container container = host().seccomp(profile).start("sleep", "600")) {
                assertThat(container.exec("perl", "-e", script).stdout()).isEqualTo("22");
            }
        }
    }

    @Test
    void strictLetsProgramsCompute() throws InterruptedException {
        assertThat(host().seccomp(SeccompProfile.strict()).run("echo", "hi").orThrow().stdout())
                .isEqualTo("hi\n");
        assertThat(
                        host().seccomp(SeccompProfile.strict())
                                .run("perl", "-e", "print 6 * 7; fork() // print ' ', $!")
                                .stdout())
                .isEqualTo("42 Operation not permitted");
    }

    /** It does so for whoever comes by rshd, and takes a refusal for that. */
    @Test
    void bashReadsNoStartUpFileForItsInput(@TempDir Path home) throws Exception {
        Powers.requireProgram("/bin/bash");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve(".bashrc"), "echo start-up file");
        Result result =
                host().seccomp(SeccompProfile.strict())
                        .mount(Mount.readOnly(home, "/tmp/home"))
                        .run(
                                Command.of("bash", "-c", "echo command")
                                        .env("HOME", "/tmp/home")
                                        .env("SHLVL", "0"));
        assertThat(result.stdout()).isEqualTo("command\n");
    }

    @Test
    void strictKeepsTheLimitsOfTheInit() throws InterruptedException {
        String script =
                "$limits = pack('Q2', 64, 64); print join ' ', "
                        + Perl.call("prlimit64", "1", "7", "$limits", "0")
                        + ", "
                        + Perl.call("prlimit64", "0", "7", "$limits", "0");
        assertThat(host().seccomp(SeccompProfile.strict()).run("perl", "-e", script).stdout())
                .isEqualTo("1 0");
    }

    /** What is written through a mount belongs to the JVM's user on the host, root or not. */
    @Test
    void nobodyLeavesASetUserIdProgramOnTheHost(@TempDir Path shared) throws Exception {
        Powers.require(Power.USERNS);
        String attempts =
                "cp /bin/true /mnt/t; chmod 4755 /mnt/t; chmod g+s /mnt/t;"
                        + " install -m 6755 /bin/true /mnt/u;"
                        + " perl -e 'use Fcntl; sysopen(F, \"/mnt/v\", O_CREAT|O_WRONLY, 04777)"
                        + " or print \"open: $!\\n\"; mkdir(\"/mnt/d\", 02777) or print \"mkdir: $!\\n\"';"
                        + " chmod 755 /mnt/t && echo plain modes work";
        String said = both(host().mount(Mount.readWrite(shared, "/mnt")), attempts);
        assertThat(said).contains("not permitted", "open: ", "plain modes work");
        try (var files = Files.list(shared)) {
            assertThat(files)
                    .allSatisfy(file ->
                            assertThat((Integer) Files.getAttribute(file, "unix:mode") & 06000)
                                    .isZero());
        }
    }

    /**
     * The old form of the attribute names no user: the kernel would take it for the host's root.
     */
    @Test
    void nobodyLeavesAProgramWithCapabilitiesOnTheHost(@TempDir Path shared) throws Exception {
        Powers.require(Power.ROOT);
        String setuid = "$caps = pack('V5', 0x02000001, 1 << 7, 0, 0, 0); ";
        String script =
                "$path = '/mnt/t'; $name = 'security.capability'; "
                        + setuid
                        + "open(F, '>', '/mnt/t'); print join ' ', "
                        + Perl.call("setxattr", "$path", "$name", "$caps", "20", "0")
                        + ", "
                        + Perl.call("fsetxattr", "fileno(F)", "$name", "$caps", "20", "0")
                        + ", "
                        + Perl.call("getxattr", "$path", "$name", "$caps", "20");
        Sandbox.Builder sandbox =
                host().capabilities(Capability.DOCKER).mount(Mount.readWrite(shared, "/mnt"));
        assertThat(sandbox.run("perl", "-e", script).orThrow().stdout()).isEqualTo("1 1 61");
    }

    /** Nothing of it stays: packages may be installed in an overlay. */
    @Test
    void inAWritableLayerModesAreFree() throws InterruptedException {
        assertThat(sh(host(), "cp /bin/true /tmp/t; chmod 4755 /tmp/t; stat -c %a /tmp/t"))
                .isEqualTo("4755");
    }

    @Test
    void aRecordingAllowsWhatWasDone() throws InterruptedException {
        Command command =
                Command.of("sh", "-c", "mkdir /tmp/y; ls /tmp; cat /etc/passwd | wc -l")
                        .stdout(Output.capture());
        SeccompProfile.Rules profile = SeccompProfile.record(command);
        assertThat(profile.rules().getFirst().calls())
                .contains("execve", "mmap", "exit_group")
                .containsAnyOf("mkdir", "mkdirat")
                .doesNotContain("chmod", "socket", "ptrace");
        assertThat(host().seccomp(profile).run(command).orThrow().stdout()).startsWith("y\n");
        assertThat(both(host().seccomp(profile), "chmod 700 /tmp")).contains("not permitted");
    }

    /** fexecve(3), which is not among what every start takes. */
    @Test
    void aRecordingHearsOfExecveat() throws InterruptedException {
        Command command =
                Command.of("perl", "-e", "open(F, '/bin/true'); " + Perl.execveat("fileno(F)"));
        SeccompProfile.Rules profile = SeccompProfile.record(command);
        assertThat(host().seccomp(profile).run(command).exitCode()).isZero();
    }

    @Test
    void aRecordingForgetsNumbersThatAreNoCalls() throws InterruptedException {
        Command command = Command.of("perl", "-e", "for (100000..100200) { syscall($_) } exit 0");
        SeccompProfile.Rules profile = SeccompProfile.record(command);
        assertThat(profile.rules().getFirst().calls())
                .noneMatch(name -> name.matches(".*[0-9]{6}"));
        assertThat(host().seccomp(profile).run(command).exitCode()).isZero();
    }

    /** What is recorded runs as much among the host's files as what is not. */
    @Test
    void aRecordingLeavesNoSetUserIdProgramOnTheHost(@TempDir Path shared) throws Exception {
        Powers.require(Power.USERNS);
        String script =
                "cp /bin/true /mnt/t; chmod 4755 /mnt/t; chmod 750 /mnt/t && chmod 2755 /mnt/t; true";
        SeccompProfile.record(
                host().mount(Mount.readWrite(shared, "/mnt")).build(),
                Command.of("sh", "-c", script));
        assertThat((Integer) Files.getAttribute(shared.resolve("t"), "unix:mode") & 07777)
                .isEqualTo(0750);
    }

    @Test
    void halfARecordingIsNone() {
        assertThatExceptionOfType(io.bailey.sandbox.ExitException.class)
                .isThrownBy(() -> SeccompProfile.record(Command.of("false")));
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() ->
                        SeccompProfile.record(
                                host().isolation(Isolation.UNPRIVILEGED).build(),
                                Command.of("true")))
                .withMessageContaining("recording");
    }
}
