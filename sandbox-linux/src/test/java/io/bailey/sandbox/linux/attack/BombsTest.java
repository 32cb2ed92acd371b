package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.mount.KernelPaths;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.function.UnaryOperator;

/** Programs that take all they can get meet their limit, and what is said of it is true. */
@ExtendWith(Stage.class)
@Timeout(120)
class BombsTest {
    private static final MemorySize MEMORY = MemorySize.parse("64M");
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final int PIDS = 64;

    /** What a teardown may take beyond the limit, on a slow guest too. */
    private static final Duration TEARDOWN = Duration.ofSeconds(3);

    private static Result bomb(UnaryOperator<Sandbox.Builder> limits, String name)
            throws InterruptedException {
        return BaileyWall.FULL.bomb(limits, name);
    }

    @AfterEach
    void nothingIsLeft() {
        if (Power.STATIC_GCC.isPresent()) {
            assertThat(Stage.arena().running()).isEmpty();
        }
    }

    @Test
    void forksUntilTheTimeIsUp() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        long before = System.nanoTime();

        Result result = BaileyWall.FULL.bomb(sandbox -> sandbox.pids(PIDS), "forks", SHORT);

        assertThat(result.termination()).isEqualTo(new Termination.TimedOut(SHORT));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(SHORT.plus(TEARDOWN));
    }

    @Test
    void forksAreCounted() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = bomb(sandbox -> sandbox.pids(PIDS), "count-forks");

        // The program itself is one.
        assertThat(result.stdout()).isEqualTo("EAGAIN " + (PIDS - 1) + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "temporary-file", "memory-files"})
    void memoryOfEveryKindIsCounted(String name) throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = bomb(sandbox -> sandbox.memory(MEMORY).pids(PIDS), name);

        assertThat(result.termination()).isEqualTo(new Termination.OutOfMemory(MEMORY));
    }

    /** The kernel bounds what one user's pipes hold; what is within that is the group's. */
    @Test
    void aThousandFullPipesAreCounted() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = bomb(sandbox -> sandbox.memory("16M").pids(PIDS), "pipes");

        assertThat(result.termination())
                .isEqualTo(new Termination.OutOfMemory(MemorySize.parse("16M")));
    }

    @Test
    void sharedMemoryEndsAtItsSize() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = bomb(sandbox -> sandbox.memory("256M"), "shared-memory-file");

        assertThat(result.stdout()).isEqualTo("ENOSPC " + KernelPaths.SHM_BYTES + "\n");
    }

    @Test
    void emptyFilesEndBeforeAMillion() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS, Power.CGROUP_WRITABLE);
        Result result = bomb(sandbox -> sandbox.memory("1G").writableRootSize("16M"), "inodes");

        assertThat(result.stdout()).startsWith("ENOSPC ");
    }

    @Test
    void descriptorsEndAtTheLimit() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        assertThat(bomb(sandbox -> sandbox, "descriptors").stdout()).startsWith("EMFILE ");
    }

    @Test
    void outputEndsAtItsLimitAndTakesNoMoreOfTheHeap() throws InterruptedException {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        long before = used();

        Result result = bomb(sandbox -> sandbox.outputLimit("4M"), "output");

        assertThat(result.termination())
                .isEqualTo(
                        new Termination.OutputLimitExceeded(
                                OutputStreamKind.STDOUT, MemorySize.parse("4M")));
        assertThat(used() - before).isLessThan(32 << 20);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
