package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** What a command finds when it begins, and what is told of its end. */
@ExtendWith(LeakAudit.class)
class ProcessTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 127, 128, 137, 255})
    void theExitCodeIsTheCommands(int code) throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            Result result = host().init(init).run("sh", "-c", "exit " + code);

            assertThat(result.termination()).isEqualTo(new Termination.Exited(code));
            assertThat(result.exitCode()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HUP", "INT", "ABRT", "KILL", "SEGV", "PIPE", "TERM", "XCPU"})
    void aSignalIsToldAsShellsDo(Signal signal) throws InterruptedException {
        Result result = host().run("sh", "-c", "kill -" + signal + " $$");

        assertThat(result.termination()).isEqualTo(new Termination.Signaled(signal.number()));
        assertThat(result.exitCode()).isEqualTo(128 + signal.number());
    }

    /** Each orphan ends with 3: an init that took the first status it reaped would say so. */
    @Test
    void orphansAreReapedAndTheCommandsOwnStatusIsTold() throws InterruptedException {
        Result result =
                host().run(
                                "sh",
                                "-c",
                                "for i in $(seq 50); do (exec sh -c '(exit 3) & exit 3' &); done;"
                                        + " set -- /proc/[0-9]*; while [ $# -gt 2 ]; do set -- /proc/[0-9]*; done;"
                                        + " echo left $#; exit 7");

        assertThat(result.termination()).isEqualTo(new Termination.Exited(7));
        assertThat(result.stdout()).as("the init and the command").isEqualTo("left 2\n");
    }

    /** The command's end is the sandbox's: what it left running goes with it. */
    @Test
    void theSandboxEndsWithItsCommand() throws InterruptedException {
        long before = System.nanoTime();

        Result result =
                host().run("sh", "-c", "setsid sleep 1000 & (trap '' TERM; sleep 1000) & exit 5");

        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(System.nanoTime() - before).isLessThan(Sandboxes.PATIENCE.toNanos());
    }

    @Test
    void theCommandLeadsASessionOfItsOwn() throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            String[] stat = host().init(init).run("cat", "/proc/self/stat").stdout().split(" ");

            assertThat(stat[0]).isEqualTo(init ? "2" : "1");
            assertThat(List.of(stat[4], stat[5], stat[6])).containsExactly(stat[0], stat[0], "0");
        }
    }

    @Test
    void withoutInitTheCommandIsTheFirstProcess() throws InterruptedException {
        assertThat(sh(host().init(false), "echo $$; cat /proc/1/comm")).isEqualTo("1\nsh");
    }

    @Test
    void everySignalIsDefaultAndUnblocked() throws InterruptedException {
        for (boolean init : new boolean[] {true, false}) {
            String status = host().init(init).run("cat", "/proc/self/status").stdout();

            assertThat(status.lines().filter(line -> line.matches("(Sig|Shd)(Blk|Ign|Cgt|Pnd):.*")))
                    .hasSize(5)
                    .allSatisfy(line -> assertThat(line).endsWith("\t0000000000000000"));
        }
    }

    @Test
    void theEnvironmentIsPathAndHome() throws InterruptedException {
        assertThat(host().run("env").stdout())
                .isEqualTo(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/root\n");
    }

    @Test
    void variablesOfTheCommandGoOverThoseOfTheSandbox() throws InterruptedException {
        assertThat(
                        host().env("A", "1")
                                .env("B", "two words")
                                .run(
                                        Command.of("env")
                                                .env("A", "=\n'")
                                                .env("PATH", "/usr/bin:/bin"))
                                .stdout())
                .isEqualTo("PATH=/usr/bin:/bin\nHOME=/root\nA==\n'\nB=two words\n");
    }

    @Test
    void argumentsArriveByteForByte() throws InterruptedException {
        List<String> odd = List.of("", " ", "\n", "'\"\\$`", "\u0001\u007f", "ü€𝄞", "-n", "*");
        List<String> words = new java.util.ArrayList<>(List.of("printf", "[%s]"));
        words.addAll(odd);

        assertThat(host().run(Command.of(words)).stdout())
                .isEqualTo(odd.stream().map(word -> "[" + word + "]").reduce("", String::concat));
    }

    @Test
    void theWorkingDirectoryIsTheRootUnlessChosen() throws InterruptedException {
        assertThat(sh(host(), "pwd -P")).isEqualTo("/");
        assertThat(sh(host().workdir("/etc"), "pwd -P")).isEqualTo("/etc");
        assertThat(host().workdir("/etc").run(Command.of("pwd").workdir("/usr")).stdout())
                .isEqualTo("/usr\n");
    }

    @Test
    void theUmaskIsNotTheJvms() throws InterruptedException {
        assertThat(sh(host(), "umask")).isEqualTo("0022");
    }

    @Test
    void resourceLimitsHold() throws InterruptedException {
        assertThat(sh(host(), "ulimit -c")).isEqualTo("0");
        assertThat(
                        sh(
                                host().rlimit(Rlimit.NOFILE, 64).rlimit(Rlimit.FSIZE, 1024),
                                "ulimit -n; ulimit -Hn; ulimit -f"))
                .isEqualTo("64\n64\n2");
        Result big =
                host().rlimit(Rlimit.FSIZE, 4096).run("sh", "-c", "head -c 8K /dev/zero > /tmp/x");
        assertThat(big.exitCode()).isEqualTo(128 + Signal.XFSZ.number());
    }

    @Test
    void aHigherLimitThanTheJvmsIsRefusedOrGiven() throws InterruptedException {
        assertThat(both(host().rlimit(Rlimit.CPU, 100), "ulimit -t")).isEqualTo("100");
    }
}
