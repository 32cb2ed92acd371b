package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;

/** Programs that do not want to end, end. */
@ExtendWith(Stage.class)
@Timeout(60)
class EvasionTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Duration TEARDOWN = Duration.ofSeconds(2);

    @AfterEach
    void nothingIsLeft() {
        if (Power.STATIC_GCC.isPresent()) {
            assertThat(Stage.arena().running()).isEmpty();
        }
    }

    /** What a wall needs. */
    private static Power[] powers(BaileyWall wall) {
        return wall == BaileyWall.UNPRIVILEGED
                ? new Power[] {Power.STATIC_GCC}
                : new Power[] {Power.STATIC_GCC, Power.USERNS};
    }

    /** All signals ignored; stopped with all its children; traced by a parent that is deaf. */
    @ParameterizedTest
    @CsvSource({
        "FULL, deaf",
        "FULL, stopped",
        "FULL, traced",
        "UNPRIVILEGED, deaf",
        "UNPRIVILEGED, traced"
    })
    void theTimeLimitHolds(BaileyWall wall, String bomb) throws InterruptedException {
        Powers.require(powers(wall));
        long before = System.nanoTime();

        Result result = wall.bomb(sandbox -> sandbox, bomb, LIMIT);

        assertThat(result.termination()).isEqualTo(new Termination.TimedOut(LIMIT));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LIMIT.plus(TEARDOWN));
    }

    /** Forked twice, each in its own session, deaf, with the output still in their hands. */
    @ParameterizedTest
    @EnumSource(
            value = BaileyWall.class,
            names = {"FULL", "UNPRIVILEGED"})
    void daemonsEndWithTheCommand(BaileyWall wall) throws InterruptedException {
        Powers.require(powers(wall));
        long before = System.nanoTime();

        Result result = wall.bomb(sandbox -> sandbox, "daemons");

        assertThat(result.termination()).isEqualTo(new Termination.Exited(0));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TEARDOWN);
    }

    @ParameterizedTest
    @CsvSource({"FULL, deaf", "FULL, stopped", "FULL, daemons", "UNPRIVILEGED, deaf"})
    void closeHolds(BaileyWall wall, String bomb) throws InterruptedException {
        Powers.require(powers(wall));
        Container container = wall.sandbox().start(wall.command("bombs", bomb));
        long before = System.nanoTime();

        container.close();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TEARDOWN);
    }

    /** SIGTERM first, as asked, and then what nobody can ignore. */
    @Test
    void stopHoldsForTheDeaf() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        try (Container container =
                BaileyWall.FULL.sandbox().start(BaileyWall.FULL.command("bombs", "deaf"))) {
            container.stop(Duration.ofMillis(100));

            assertThat(container.waitFor(TEARDOWN)).isPresent();
        }
    }

    /** A second of every signal there is at the first process, from two processes. */
    @Test
    void aStormOfSignalsDoesNotEndTheInit() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        Result result = BaileyWall.FULL.bomb(sandbox -> sandbox, "signals");

        assertThat(result.stdout()).isEqualTo("alive 1\n");
        assertThat(result.termination()).isEqualTo(new Termination.Exited(0));
    }

    /** More than there may be at one time, so each must be reaped soon. */
    @Test
    void orphansAreReaped() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = BaileyWall.FULL.bomb(sandbox -> sandbox.pids(256), "orphans");

        assertThat(result.stdout()).isEqualTo("orphans 2000\n");
    }
}
