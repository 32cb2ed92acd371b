package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;

import org.junit.jupiter.api.Test;

import java.util.Optional;

/** Hosts of other people: what is looked for, and where. */
class DiscoveryTest {
    private static final String SYSTEMD =
            "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    private static final String WSL2 =
            """
            52 51 0:41 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            53 51 0:42 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
            54 51 0:43 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            55 51 0:44 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            56 51 0:45 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
            """;

    /** A kernel on which nothing can be opened, so that the reports name what was tried. */
    private static final Linux CLOSED = Linux.over((sys, a, b, c, d, e, f) -> -Errno.EACCES);

    private static ControllerReport memory(CgroupFactory factory) {
        return factory.report().stream()
                .filter(report -> report.controller().equals("memory"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void systemdService() {
        CgroupFactory found = Discovery.of(CLOSED, SYSTEMD, "0::/system.slice/app.service\n");
        assertThat(found.layout()).isEqualTo(Layout.V2);
        assertThat(memory(found).where()).isEqualTo("/sys/fs/cgroup/system.slice/app.service");
        assertThat(memory(found).problem()).contains("cgroup.procs: EACCES");
        assertThat(memory(found).fix()).contains("Delegate=yes");
    }

    @Test
    void dockerWithItsOwnNamespace() {
        CgroupFactory found = Discovery.of(CLOSED, SYSTEMD, "0::/\n");
        assertThat(memory(found).where()).isEqualTo("/sys/fs/cgroup");
    }

    @Test
    void dockerWithTheHostsNamespace() {
        String mounts = "800 799 0:30 /docker/4711 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n";
        assertThat(memory(Discovery.of(CLOSED, mounts, "0::/docker/4711\n")).where())
                .isEqualTo("/sys/fs/cgroup");
        assertThat(Discovery.of(CLOSED, mounts, "0::/elsewhere\n").layout()).isEqualTo(Layout.NONE);
        assertThat(Discovery.of(CLOSED, SYSTEMD, "0::/../outside\n").layout())
                .isEqualTo(Layout.NONE);
    }

    @Test
    void wsl2IsHybridAndSharesABoundPair() {
        CgroupFactory found =
                Discovery.of(
                        CLOSED,
                        WSL2,
                        "5:pids:/a\n4:cpu,cpuacct:/\n3:memory:/init\n2:cpuset:/\n0::/\n");
        assertThat(found.layout()).isEqualTo(Layout.HYBRID);
        assertThat(found.report())
                .extracting(ControllerReport::where)
                .containsExactly(
                        "/sys/fs/cgroup/memory/init",
                        "/sys/fs/cgroup/pids/a",
                        "/sys/fs/cgroup/cpu,cpuacct",
                        "/sys/fs/cgroup/cpuset",
                        "/sys/fs/cgroup/cpu,cpuacct",
                        "",
                        "");
    }

    @Test
    void v1WithoutOneController() {
        CgroupFactory found =
                Discovery.of(
                        CLOSED, "55 51 0:44 / /cg/pids rw - cgroup cgroup rw,pids\n", "1:pids:/\n");
        assertThat(memory(found).usable()).isFalse();
        assertThat(memory(found).problem()).contains("no hierarchy with the memory controller");
    }

    @Test
    void nothingMounted() {
        CgroupFactory found = Discovery.of(CLOSED, "", "0::/\n");
        assertThat(found.layout()).isEqualTo(Layout.NONE);
        assertThatThrownBy(
                        () -> found.create("bailey-x", Requests.strict(Requests.MEMORY_AND_PIDS)))
                .isInstanceOfSatisfying(
                        SandboxUnavailableException.class,
                        e ->
                                assertThat(e.findings())
                                        .hasSize(2)
                                        .allSatisfy(
                                                finding -> assertThat(finding.fix()).isNotEmpty()));
    }

    @Test
    void bestEffortLeavesOutAndSaysSoOnEveryLayout() {
        for (String mounts : new String[] {"", SYSTEMD, WSL2}) {
            CgroupFactory found = Discovery.of(CLOSED, mounts, "0::/x\n");
            try (Cgroup none =
                    found.create("bailey-x", Requests.bestEffort(Requests.MEMORY_AND_PIDS))) {
                assertThat(none.degraded())
                        .hasSize(2)
                        .allSatisfy(line -> assertThat(line).contains("fix: "));
                assertThat(none.directoryFd()).isEmpty();
                assertThat(none.attachFds()).isEmpty();
            }
        }
    }

    @Test
    void whatMustBeKillableIsNeverDegraded() {
        for (String mounts : new String[] {"", SYSTEMD, WSL2}) {
            CgroupFactory found = Discovery.of(CLOSED, mounts, "0::/x\n");
            CgroupRequest killable =
                    new CgroupRequest(
                            Limits.none(),
                            false,
                            true,
                            Enforcement.BEST_EFFORT,
                            Optional.empty(),
                            Optional.empty());
            assertThatThrownBy(() -> found.create("bailey-x", killable))
                    .isInstanceOf(SandboxUnavailableException.class);
        }
    }

    @Test
    void parentsStayInTheTree() {
        assertThat(ParentPath.under("/sys/fs/cgroup", "/a/b/")).isEqualTo("/sys/fs/cgroup/a/b");
        assertThat(ParentPath.under("/sys/fs/cgroup", "a")).isEqualTo("/sys/fs/cgroup/a");
        assertThat(ParentPath.under("/sys/fs/cgroup", "/")).isEqualTo("/sys/fs/cgroup");
        assertThatThrownBy(() -> ParentPath.under("/sys/fs/cgroup", "/a/../../../etc"))
                .isInstanceOf(SandboxConfigException.class);
        assertThatThrownBy(() -> ParentPath.under("/sys/fs/cgroup", ".."))
                .isInstanceOf(SandboxConfigException.class);
    }
}
