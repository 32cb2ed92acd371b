package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

/** Of a profile that kills: who is told, what ends, and that nothing goes on meanwhile. */
@ExtendWith(LeakAudit.class)
class DeniedCallTest {
    private static final Termination DENIED = new Termination.SyscallDenied("mkdir");

    private static Sandbox.Builder killsMkdir() {
        return host().seccomp(
                        SeccompProfile.builder(SeccompProfile.standard())
                                .kill("mkdir", "mkdirat")
                                .build());
    }

    @Test
    void aFurtherCommandIsUnderItToo() throws InterruptedException {
        try (Container container = killsMkdir().start("sleep", "600")) {
            assertThat(container.exec("echo", "harmless").orThrow().stdout())
                    .isEqualTo("harmless\n");

            Result denied = container.exec("sh", "-c", "mkdir /tmp/x; echo after");

            assertThat(denied.termination()).isEqualTo(DENIED);
            assertThat(denied.stdout()).isEmpty();
            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().termination())
                    .isEqualTo(DENIED);
        }
    }

    @Test
    void withoutNamespacesToo() throws InterruptedException {
        Powers.require(Power.LANDLOCK_SCOPES);
        try (Container container =
                killsMkdir().isolation(Isolation.UNPRIVILEGED).start("sleep", "600")) {
            assertThat(container.exec("mkdir", "/tmp/x").termination()).isEqualTo(DENIED);
            assertThat(container.waitFor(Sandboxes.PATIENCE).orElseThrow().termination())
                    .isEqualTo(DENIED);
        }
    }

    /** The kernel says in wchan that the child waits for an answer; then its parent leaves. */
    @RepeatedTest(30)
    void aCommandThatEndsBesideItHidesNothing() throws InterruptedException {
        Result result =
                killsMkdir()
                        .run(
                                "sh",
                                "-c",
                                "mkdir /tmp/x & while read -r at < /proc/$!/wchan; do"
                                        + " case $at in *seccomp*) exit 0;; esac; done; sleep 60");
        assertThat(result.termination()).isEqualTo(DENIED);
    }

    /** The second call's maker must not be let go when the listener closes. */
    @RepeatedTest(40)
    void nobodyGoesOn() throws InterruptedException {
        String script = "for i in 1 2 3 4; do (mkdir /tmp/x; echo after) & done; wait";
        Result result = killsMkdir().run("sh", "-c", script);
        assertThat(result.termination()).isEqualTo(DENIED);
        assertThat(result.stdout()).isEmpty();
        assertThat(result.stderr()).isEmpty();
    }

    /** Whoever listens takes nothing of what the command may have. */
    @RepeatedTest(10)
    void aForkBombIsNoFaultOfOurs() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                killsMkdir()
                        .pids(4)
                        .run(
                                Command.of("sh", "-c", "f() { f | f & }; f; f; f; exit 1")
                                        .timeout(Duration.ofSeconds(5)));
        assertThat(result.termination()).isNotEqualTo(DENIED);
    }

    @Test
    void tooFewDescriptorsToHearAreRefused() {
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> killsMkdir().rlimit(Rlimit.NOFILE, 3).build())
                .withMessageContaining("NOFILE 3");
    }

    /** The watcher is told, not killed: it alone can end its group. */
    @Test
    void aTimeoutEndsTheGroupOfAFurtherCommand() throws InterruptedException {
        Powers.require(Power.LANDLOCK_SCOPES);
        String mark = "987" + System.nanoTime();
        try (Container container = host().isolation(Isolation.UNPRIVILEGED).start("sleep", "600")) {
            Command group =
                    Command.of("sh", "-c", "sleep " + mark + " & exec sleep " + mark)
                            .timeout(Duration.ofMillis(300));
            assertThat(container.exec(group).termination())
                    .isEqualTo(new Termination.TimedOut(Duration.ofMillis(300)));
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }
}
