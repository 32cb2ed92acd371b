package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A kernel that fails at the worst moment: whatever it is, no group and no descriptor is left
 * behind.
 */
class CgroupFaultsTest {
    private static final AtomicInteger SERIAL = new AtomicInteger();

    /** Those that take back what was done; the kernel does not fail them. */
    private static final Set<Sys> UNDOING = Set.of(Sys.CLOSE, Sys.UNLINKAT);

    private final String name =
            "bailey-fault-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();

    private void assertNothingLeft(Cgroups cgroups, FaultyKernel kernel) {
        assertThat(cgroups.report())
                .allSatisfy(report -> assertThat(Path.of(report.where(), name)).doesNotExist());
        assertThat(Path.of("/sys/fs/cgroup/unified", name)).doesNotExist();
        assertThat(kernel.leaked()).isEmpty();
    }

    private void fails(
            Sys call, int errno, int after, Class<? extends SandboxException> as, String saying) {
        FaultyKernel kernel = FaultyKernel.failing(call::equals, errno);
        Cgroups cgroups = Cgroups.discover(Linux.over(kernel));
        kernel.failAfter(after);
        assertThatThrownBy(() -> cgroups.create(name, Requests.full(Requests.everything())))
                .isInstanceOf(as)
                .hasMessageContaining(saying);
        assertThat(kernel.hasFailed()).isTrue();
        assertNothingLeft(cgroups, kernel);
    }

    @Test
    void noRoomForAnotherGroup() {
        Powers.require(Power.CGROUP_WRITABLE);
        fails(Sys.MKDIRAT, Errno.ENOSPC, 0, SandboxSetupException.class, "ENOSPC");
    }

    @Test
    void noRoomForTheLastGroup() {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        fails(Sys.MKDIRAT, Errno.ENOSPC, 4, SandboxSetupException.class, "ENOSPC");
    }

    @Test
    void noRightToMakeAGroup() {
        Powers.require(Power.CGROUP_WRITABLE);
        fails(Sys.MKDIRAT, Errno.EACCES, 0, SandboxUnavailableException.class, "EACCES");
    }

    @Test
    void aValueTheKernelRefuses() {
        Powers.require(Power.CGROUP_WRITABLE);
        fails(Sys.WRITE, Errno.EINVAL, 2, SandboxConfigException.class, "EINVAL");
    }

    @Test
    void everyCallFailingOnce() {
        Powers.require(Power.CGROUP_WRITABLE);
        FaultyKernel kernel = FaultyKernel.failing(sys -> !UNDOING.contains(sys), Errno.EMFILE);
        Cgroups cgroups = Cgroups.discover(Linux.over(kernel));
        int steps = 0;
        do {
            kernel.failAfter(steps++);
            try (Cgroup made = cgroups.create(name, Requests.full(Requests.everything()))) {
                assertThat(made.degraded()).isEmpty();
            } catch (SandboxException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
            assertNothingLeft(cgroups, kernel);
        } while (kernel.hasFailed());
        assertThat(steps).isGreaterThan(10);
    }

    @Test
    void bestEffortGoesOnWithoutTheRight() {
        Powers.require(Power.CGROUP_WRITABLE);
        FaultyKernel kernel = FaultyKernel.failing(Sys.MKDIRAT::equals, Errno.EPERM);
        Cgroups cgroups = Cgroups.discover(Linux.over(kernel));
        kernel.failAfter(0);
        try (Cgroup cgroup = cgroups.create(name, Requests.bestEffort(Requests.MEMORY_AND_PIDS))) {
            assertThat(cgroup.degraded()).isNotEmpty().first().asString().contains("EPERM");
        }
        assertNothingLeft(cgroups, kernel);
    }
}
