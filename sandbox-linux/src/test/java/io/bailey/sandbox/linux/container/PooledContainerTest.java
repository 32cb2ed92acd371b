package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.PATIENCE;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerEvent;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.BufferedReader;
import java.time.Duration;

/** A container from a pool lives as any other does. */
@Timeout(120)
@ExtendWith(LeakAudit.class)
class PooledContainerTest {
    private static Pool full(Sandbox sandbox) throws InterruptedException {
        Pool pool = sandbox.pool(PoolOptions.builder(2).containers(true).build());
        assertThat(pool.awaitFull(PATIENCE)).isTrue();
        return pool;
    }

    @Test
    void isEnteredPausedAndKilled() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox);
                Container container = pool.start("sleep", "600")) {
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(container.exec("echo", "inside").orThrow().stdout()).isEqualTo("inside\n");
            container.pause();
            assertThat(container.state()).isEqualTo(ContainerState.PAUSED);
            container.resume();
            assertThat(container.events()).hasAtLeastOneElementOfType(ContainerEvent.Started.class);
            container.signal(Signal.TERM);
            assertThat(container.waitFor(PATIENCE)).isPresent();
            assertThat(pool.stats().cold()).isZero();
            assertThat(pool.stats().taken()).isEqualTo(1);
        }
    }

    @Test
    void talksThroughPipes() throws Exception {
        Command cat = Command.of("cat").stdin(Input.pipe()).stdout(Output.pipe());
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox);
                Container container = pool.start(cat)) {
            try (var to = container.process().outputWriter();
                    BufferedReader from = container.process().inputReader()) {
                to.write("there and back\n");
                to.flush();
                assertThat(from.readLine()).isEqualTo("there and back");
            }
            assertThat(container.waitFor(PATIENCE).orElseThrow().exitCode()).isZero();
        }
    }

    @Test
    void startsAgainCold() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox);
                Container container = pool.start("sleep", "600")) {
            container.restart(Duration.ZERO);
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            container.kill();
        }
    }

    @Test
    void outlivesItsPool() throws Exception {
        try (Sandbox sandbox = host().build()) {
            Pool pool = full(sandbox);
            Container container = pool.start("sleep", "600");
            pool.close();
            assertThat(container.exec("true").exitCode()).isZero();
            container.close();
        }
    }

    @Test
    void oneThatCannotStartLeavesNone() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox)) {
            assertThatExceptionOfType(CommandException.class)
                    .isThrownBy(() -> pool.start("no-such-program"));
        }
    }

    @Test
    void runsAreServedToo() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = full(sandbox)) {
            assertThat(pool.run("echo", "run").orThrow().stdout()).isEqualTo("run\n");
            assertThat(pool.stats().cold()).isZero();
        }
    }

    @Test
    void aPoolForRunsStartsContainersCold() throws Exception {
        try (Sandbox sandbox = host().build();
                Pool pool = sandbox.pool(1);
                Container container = pool.start("sleep", "600")) {
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            assertThat(pool.stats().cold()).isEqualTo(1);
        }
    }
}
