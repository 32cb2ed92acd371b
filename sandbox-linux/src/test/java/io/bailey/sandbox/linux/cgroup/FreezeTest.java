package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Groups stand still, on cgroup2 and by the freezer of v1. */
@Timeout(120)
class FreezeTest {
    private static final String BURNER = "while :; do :; done";

    /** A hybrid host as it would be without its cgroup2 tree. */
    private static Cgroups withoutUnified() throws IOException {
        Linux linux = Linux.host();
        String mounts =
                String.join(
                        "\n",
                        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                                .filter(line -> !line.contains(" - cgroup2 "))
                                .toList());
        String own = Files.readString(Path.of("/proc/self/cgroup"));
        return new Cgroups(linux, Discovery.of(linux, mounts, own));
    }

    private static void standsStill(Cgroups cgroups) throws Exception {
        Process burner = Members.waiting(BURNER);
        try (Cgroup cgroup = cgroups.create(Members.name(), Members.container(Limits.none()))) {
            Members.attach(cgroup, burner);
            Members.go(burner);
            assertThat(Members.eventually(() -> cgroup.cpuMicros() > 10_000)).isTrue();
            cgroup.freeze();
            long before = cgroup.cpuMicros();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            assertThat(cgroup.cpuMicros()).isEqualTo(before);
            cgroup.thaw();
            assertThat(Members.eventually(() -> cgroup.cpuMicros() > before)).isTrue();

            cgroup.freeze();
            cgroup.kill();
            assertThat(burner.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            burner.destroyForcibly();
        }
    }

    private static void closesWhileFrozen(Cgroups cgroups) throws Exception {
        Process burner = Members.waiting(BURNER);
        try {
            Cgroup cgroup = cgroups.create(Members.name(), Members.container(Limits.none()));
            Members.attach(cgroup, burner);
            Members.go(burner);
            cgroup.freeze();
            cgroup.close();
            assertThat(burner.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(cgroup.paths()).noneMatch(path -> Files.exists(Path.of(path)));
            cgroup.thaw();
            assertThatThrownBy(cgroup::freeze).isInstanceOf(IllegalStateException.class);
        } finally {
            burner.destroyForcibly();
        }
    }

    @Test
    void whatIsFrozenStandsStillAndCanBeKilled() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        standsStill(Cgroups.discover(Linux.host()));
    }

    @Test
    void whatIsFrozenCanBeClosed() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        closesWhileFrozen(Cgroups.discover(Linux.host()));
    }

    @Test
    void theFreezerOfV1StandsInForTheTree() throws Exception {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        Cgroups cgroups = withoutUnified();
        standsStill(cgroups);
        closesWhileFrozen(cgroups);
    }

    /** As a detached container may be: paused by one process, ended by another. */
    @Test
    void whatAnotherHandleHasFrozenCanBeKilledAndClosed() throws Exception {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        Cgroups cgroups = withoutUnified();
        Process burner = Members.waiting(BURNER);
        Cgroup first = cgroups.create(Members.name(), Members.container(Limits.none()));
        try {
            Members.attach(first, burner);
            Cgroup second = cgroups.adopt(first.paths());
            assertThat(second.holdsTheKilled()).isFalse();
            first.freeze();
            assertThat(second.holdsTheKilled()).isTrue();
            second.kill();
            assertThat(burner.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(first.holdsTheKilled()).isFalse();
            first.freeze();
            second.close();
            assertThat(first.paths()).noneMatch(path -> Files.exists(Path.of(path)));
        } finally {
            burner.destroyForcibly();
            first.close();
        }
    }

    @Test
    void aGroupOfNobodyFreezes() {
        Powers.require(Power.CGROUP_WRITABLE);
        Cgroups cgroups = Cgroups.discover(Linux.host());
        try (Cgroup cgroup = cgroups.create(Members.name(), Members.container(Limits.none()))) {
            cgroup.freeze();
            cgroup.thaw();
        }
    }

    @Test
    void withoutAGroupNothingFreezes() {
        assertThatThrownBy(NoCgroup.NOTHING_ASKED::freeze)
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("freezer");
    }
}
