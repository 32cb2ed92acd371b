package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.IoMax;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Limits of disks, by the path of something on them. */
class DisksTest {
    private static final Disks ONE = path -> "8:0";
    private static final Disks EACH = path -> path.endsWith("a") ? "8:0" : "8:16";

    private final Linux linux = Linux.host();

    private static List<String> lines(List<Setting> settings) {
        return settings.stream().map(s -> s.file() + "=" + s.value()).toList();
    }

    private static IoMax slow(String path) {
        return IoMax.of(Path.of(path)).readBytes(1_048_576).writeOps(100);
    }

    @Test
    void v2HasALineForEachDisk() {
        Limits limits =
                Limits.builder()
                        .ioWeight(50)
                        .ioMax(slow("/a"))
                        .ioMax(IoMax.of(Path.of("/b")).writeBytes(7))
                        .hugetlb("2MB", MemorySize.parse("4M"))
                        .build();
        List<Setting> settings = V2Settings.of(limits, EACH);
        assertThat(lines(settings))
                .containsExactly(
                        "io.weight=default 50",
                        "io.max=8:0 rbps=1048576 wbps=max riops=max wiops=100",
                        "io.max=8:16 rbps=max wbps=7 riops=max wiops=max",
                        "hugetlb.2MB.max=4194304",
                        "hugetlb.2MB.rsvd.max=4194304");
        assertThat(settings)
                .extracting(Setting::place)
                .contains("io.max 8:0", "io.max 8:16", "io.weight");
        assertThat(settings.getFirst().instead())
                .hasValueSatisfying(bfq -> assertThat(bfq.file()).isEqualTo("io.bfq.weight"));
        assertThat(Controller.neededBy(limits)).containsExactly(Controller.IO, Controller.HUGETLB);
    }

    @Test
    void v1HasAFileForEachRate() {
        Limits limits =
                Limits.builder()
                        .ioWeight(5_000)
                        .ioMax(slow("/a"))
                        .hugetlb("1GB", MemorySize.parse("1G"))
                        .build();
        assertThat(lines(V1Settings.of(limits, EACH)))
                .containsExactly(
                        "blkio.bfq.weight=1000",
                        "blkio.throttle.read_bps_device=8:0 1048576",
                        "blkio.throttle.write_iops_device=8:0 100",
                        "hugetlb.1GB.limit_in_bytes=1073741824",
                        "hugetlb.1GB.rsvd.limit_in_bytes=1073741824");
    }

    @Test
    void oneDiskHasOneLimit() {
        Limits limits = Limits.builder().ioMax(slow("/a")).ioMax(slow("/b")).build();
        assertThatThrownBy(() -> V2Settings.of(limits, ONE))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/a")
                .hasMessageContaining("/b")
                .hasMessageContaining("8:0");
    }

    @Test
    void whatIsOnNoDiskIsRefused() {
        assertThatThrownBy(() -> Disks.on(linux).of(Path.of("/proc/self")))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("/proc/self")
                .hasMessageContaining("/dev/sda");
        assertThatThrownBy(() -> Disks.on(linux).of(Path.of("/bailey/nowhere")))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("ENOENT");
    }

    /** Some disk of this machine that has a node in /dev. */
    private static Optional<Path> disk() throws IOException {
        try (DirectoryStream<Path> disks = Files.newDirectoryStream(Path.of("/sys/block"))) {
            for (Path disk : disks) {
                Path node = Path.of("/dev").resolve(disk.getFileName().toString());
                if (Files.exists(node)) {
                    return Optional.of(node);
                }
            }
        }
        return Optional.empty();
    }

    @Test
    void aDiskIsNamedByItsNode() throws IOException {
        Powers.require(Power.LOOP);
        Path node = disk().orElseThrow();
        String numbers =
                Files.readString(Path.of("/sys/block", node.getFileName().toString(), "dev"))
                        .strip();
        assertThat(Disks.on(linux).of(node)).isEqualTo(numbers);
    }

    @Test
    void aDiskIsLimitedChangedAndLetGo() throws IOException {
        Powers.require(Power.CGROUP_IO, Power.LOOP);
        Path node = disk().orElseThrow();
        Limits before = Limits.builder().ioMax(IoMax.of(node).readBytes(1_048_576)).build();
        Limits after = Limits.builder().ioMax(IoMax.of(node).readBytes(2_097_152)).build();
        boolean v2 = Power.CGROUP_V2.isPresent();
        String file = v2 ? "io.max" : "blkio.throttle.read_bps_device";
        try (Cgroup cgroup =
                Cgroups.discover(linux).create(Members.name(), Members.container(before))) {
            Path limits =
                    cgroup.paths().stream()
                            .map(path -> Path.of(path, file))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow();
            assertThat(limits).content().contains("1048576");
            cgroup.update(before, after);
            assertThat(limits).content().contains("2097152");
            cgroup.update(after, Limits.none());
            assertThat(limits).content().doesNotContain("2097152");
            assertThat(cgroup.stats().io().readBytes()).isPresent();
        }
    }
}
