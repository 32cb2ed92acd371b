package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A JVM alone in a group steps aside for the groups it is to make. */
@Timeout(120)
class LeafCgroupTest {
    private static final int USER = 54_321;

    private final Cgroups cgroups = Cgroups.discover(Linux.host());

    /** A group as systemd delegates it to a user: of what is above nothing is theirs. */
    private Path delegated() throws IOException {
        String base =
                cgroups.report().stream()
                        .filter(report -> report.controller().equals("memory"))
                        .map(ControllerReport::where)
                        .findFirst()
                        .orElseThrow();
        try (Cgroup enabling =
                cgroups.create(Members.name(), Requests.strict(Requests.MEMORY_AND_PIDS))) {
            assertThat(enabling.paths()).isNotEmpty();
        }
        Path group = Files.createDirectory(Path.of(base, Members.name()));
        for (String file : List.of("", "cgroup.procs", "cgroup.subtree_control")) {
            Files.setAttribute(group.resolve(file), "unix:uid", USER);
        }
        return group;
    }

    private static Process jvm() throws IOException {
        return new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + USER,
                        "--regid=" + USER,
                        "--clear-groups",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-classpath",
                        ChildJvm.classPath(),
                        LeafEntrant.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void move(Path group, Process process) throws IOException {
        Files.writeString(group.resolve("cgroup.procs"), Long.toString(process.pid()));
    }

    private static void remove(Path group) throws IOException {
        Files.deleteIfExists(group.resolve(LeafCgroup.NAME));
        Files.deleteIfExists(group);
    }

    @Test
    void limitsCanBeGivenAfterwards() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        Powers.requireProgram("/usr/bin/setpriv");
        Path group = delegated();
        Process jvm = jvm();
        try {
            move(group, jvm);
            Members.go(jvm);
            List<String> said = jvm.inputReader().lines().toList();
            assertThat(said).startsWith("before false", "moved true");
            assertThat(said.get(2)).endsWith("/" + group.getFileName() + "/bailey-jvm");
            assertThat(said).endsWith("after true", "again false");
            assertThat(jvm.waitFor()).isZero();
        } finally {
            jvm.destroyForcibly();
            jvm.waitFor();
            assertThat(Members.eventually(() -> isEmpty(group))).isTrue();
            remove(group);
        }
    }

    private static boolean isEmpty(Path group) {
        try {
            return Files.readString(group.resolve("cgroup.events")).contains("populated 0");
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    void whoIsNotAloneIsRefused() throws Exception {
        Powers.require(Power.ROOT, Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        Powers.requireProgram("/usr/bin/setpriv");
        Path group = delegated();
        Process other = new ProcessBuilder("sleep", "600").start();
        Process jvm = jvm();
        try {
            move(group, jvm);
            move(group, other);
            Members.go(jvm);
            List<String> said = jvm.inputReader().lines().toList();
            assertThat(said.getLast())
                    .startsWith("refused ")
                    .contains("other processes are in")
                    .contains(Long.toString(other.pid()))
                    .contains("systemd-run");
            assertThat(group.resolve(LeafCgroup.NAME)).doesNotExist();
        } finally {
            other.destroyForcibly();
            jvm.destroyForcibly();
            other.waitFor();
            jvm.waitFor();
            assertThat(Members.eventually(() -> isEmpty(group))).isTrue();
            remove(group);
        }
    }

    @Test
    void onV1ThereIsNothingToLeave() {
        Powers.require(Power.CGROUP_V1);
        assertThatThrownBy(cgroups::enterLeaf)
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("v1");
    }

    @Test
    void whoIsInNobodysWayStays() throws IOException {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_IO);
        String own = Files.readString(Path.of("/proc/self/cgroup"));
        assertThat(cgroups.enterLeaf()).isFalse();
        assertThat(Files.readString(Path.of("/proc/self/cgroup"))).isEqualTo(own);
    }
}
