package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Groups of the dead go, all others stay; groups of other processes can be taken over. */
@Timeout(120)
class SweepTest {
    private final Linux linux = Linux.host();
    private final Cgroups cgroups = Cgroups.discover(linux);

    /** A name as a process has it that is dead by now. */
    private static String nameOfTheDead(String id) throws Exception {
        Process process = Members.waiting("exit 0");
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        long started = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19]);
        GroupName name = new GroupName(process.pid(), started, GroupName.self().namespace());
        assertThat(name.isDead(Linux.host())).isFalse();
        Members.go(process);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(Members.eventually(() -> name.isDead(Linux.host()))).isTrue();
        return name.of(id);
    }

    private static boolean isThere(Cgroup cgroup) {
        return cgroup.paths().stream().allMatch(path -> Files.exists(Path.of(path)));
    }

    @Test
    void whatTheDeadLeftGoesWithWhoIsInside() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = new ProcessBuilder("sleep", "600").start();
        Process inner = new ProcessBuilder("sleep", "600").start();
        String dead = nameOfTheDead("left");
        Cgroup left = cgroups.create(dead, Members.container(Limits.none()));
        try {
            Members.attach(left, sleeper);
            Path inside = Path.of(left.paths().getLast(), "inside");
            Files.createDirectory(inside);
            Files.writeString(inside.resolve("cgroup.procs"), Long.toString(inner.pid()));
            left.freeze();

            List<String> removed = cgroups.sweep();

            assertThat(removed).containsAll(left.paths());
            assertThat(left.paths()).noneMatch(path -> Files.exists(Path.of(path)));
            assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(inner.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(cgroups.sweep()).doesNotContainAnyElementsOf(left.paths());
        } finally {
            sleeper.destroyForcibly();
            inner.destroyForcibly();
            left.close();
        }
    }

    /** It is written down where it is, and need not be beside those that this process makes. */
    @Test
    void whatTheDeadLeftElsewhereGoesByItsPaths() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = new ProcessBuilder("sleep", "600").start();
        Cgroup left = cgroups.create(nameOfTheDead("where"), Members.container(Limits.none()));
        try (Cgroup living = cgroups.create(Members.name(), Members.container(Limits.none()))) {
            Members.attach(left, sleeper);
            left.freeze();

            cgroups.removeDead(left.paths());
            cgroups.removeDead(living.paths());

            assertThat(left.paths()).noneMatch(path -> Files.exists(Path.of(path)));
            assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(isThere(living)).isTrue();
            cgroups.removeDead(left.paths());
        } finally {
            sleeper.destroyForcibly();
            left.close();
        }
    }

    @Test
    void everybodyElsesStays() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        GroupName self = GroupName.self();
        String dead = nameOfTheDead("elsewhere");
        List<String> names =
                List.of(
                        Members.name(),
                        Cgroups.detachedNameFor("test" + self.pid()),
                        // Of another PID namespace: its numbers mean others.
                        dead.replace("-" + self.namespace() + "-", "-1-"),
                        "bailey-test-" + self.pid(),
                        "other-" + self.pid() + "-1-" + self.namespace() + "-x");
        for (String name : names) {
            try (Cgroup cgroup = cgroups.create(name, Members.container(Limits.none()))) {
                // Other JVMs of this machine may have died meanwhile: theirs may go.
                assertThat(cgroups.sweep()).doesNotContainAnyElementsOf(cgroup.paths());
                assertThat(isThere(cgroup)).as(name).isTrue();
            }
        }
    }

    /** A number that is somebody else's by now. */
    @Test
    void theSameNumberIsNotTheSameProcess() {
        GroupName self = GroupName.self();
        assertThat(self.isDead(linux)).isFalse();
        assertThat(new GroupName(self.pid(), self.startTime() + 1, self.namespace()).isDead(linux))
                .isTrue();
        assertThat(new GroupName(self.pid(), self.startTime() + 1, 1).isDead(linux)).isFalse();
    }

    @Test
    void namesSayWhoseTheyAre() {
        String name = Cgroups.nameFor("abc-1");
        assertThat(name).startsWith("bailey-" + ProcessHandle.current().pid() + "-");
        assertThat(GroupName.parse(name)).contains(GroupName.self());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bailey-detached-abc",
                "bailey-jvm",
                "bailey-1-2-3",
                "bailey-1-2-3-",
                "bailey-1-2-x-a",
                "bailey--1-2-3-a",
                "bailey-01-2-3-a",
                "bailey-99999999999999999999-2-3-a",
                "docker-1-2-3-a"
            })
    void otherNamesSayNothing(String name) {
        assertThat(GroupName.parse(name)).isEmpty();
    }

    @Test
    void aGroupIsTakenOver() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = new ProcessBuilder("sleep", "600").start();
        Limits limits = Requests.limits("64M", null, "0", 16);
        Cgroup first =
                cgroups.create(
                        Cgroups.detachedNameFor("a" + sleeper.pid()), Members.container(limits));
        try {
            Members.attach(first, sleeper);
            Cgroup second = cgroups.adopt(first.paths());
            assertThat(second.paths()).isEqualTo(first.paths());
            assertThat(second.directoryFd().isPresent()).isEqualTo(first.directoryFd().isPresent());
            assertThat(second.attachFds()).hasSameSizeAs(first.attachFds());
            second.freeze();
            second.thaw();
            second.update(limits, Requests.limits("32M", null, "0", 8));
            assertThat(second.stats().pids().current()).hasValue(1);
            assertThat(second.stats().missing()).isEqualTo(first.stats().missing());
            second.close();
            assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> cgroups.adopt(first.paths()))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContaining("ENOENT");
        } finally {
            sleeper.destroyForcibly();
            first.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sys/fs/cgroup",
                "/sys/fs/cgroup/system.slice",
                "bailey-detached-x",
                "/sys/fs/cgroup/../bailey-x"
            })
    void nothingElseIsTakenOver(String path) {
        assertThatThrownBy(() -> cgroups.adopt(List.of(path)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneGroupAtATimeIsTakenOver() {
        assertThatThrownBy(() -> cgroups.adopt(List.of("/a/bailey-1", "/b/bailey-2")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cgroups.adopt(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
