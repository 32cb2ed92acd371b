package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;
import static io.bailey.sandbox.Rejections.rejectedNaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Each setter by itself: its default, what it keeps, and what it refuses at the call. */
class SandboxBuilderTest {

    private final SandboxBuilder builder = new SandboxBuilder();

    @Test
    void defaults() {
        SandboxSpec spec = builder.spec();
        assertThat(spec.rootfs()).isEqualTo(Rootfs.host());
        assertThat(spec.writableRoot()).isEqualTo(WritableRoot.READ_ONLY);
        assertThat(spec.writableRootSize()).hasToString("256M");
        assertThat(spec.rootChange()).isEqualTo(RootChange.PIVOT_ROOT);
        assertThat(spec.limits()).isEqualTo(Limits.none());
        assertThat(spec.rlimits()).isEmpty();
        assertThat(spec.timeout()).isEmpty();
        assertThat(spec.cpuTime()).isEmpty();
        assertThat(spec.outputLimit()).isEmpty();
        assertThat(spec.captureLimit()).hasToString("1M");
        assertThat(spec.mounts()).isEmpty();
        assertThat(spec.environment()).isEmpty();
        assertThat(spec.workdir()).isEmpty();
        assertThat(spec.user()).isEmpty();
        assertThat(spec.hostname()).isEmpty();
        assertThat(spec.network()).isEqualTo(Network.NONE);
        assertThat(spec.namespaces()).isEqualTo(Namespace.all());
        assertThat(spec.timeOffsets()).isEmpty();
        assertThat(spec.idMap()).isEqualTo(IdMap.AUTO);
        assertThat(spec.enforcement()).isEqualTo(Enforcement.STRICT);
        assertThat(spec.init()).isTrue();
        assertThat(spec.name()).isEmpty();
        assertThat(spec.labels()).isEmpty();
        assertThat(spec.cgroupParent()).isEmpty();
    }

    @Test
    void keepsTheRoot() {
        builder.rootfs(Path.of("/img"))
                .writableRoot(WritableRoot.OVERLAY)
                .writableRootSize("64M")
                .rootChange(RootChange.CHROOT);
        SandboxSpec spec = builder.spec();
        assertThat(spec.rootfs()).isEqualTo(Rootfs.directory(Path.of("/img")));
        assertThat(spec.writableRoot()).isEqualTo(WritableRoot.OVERLAY);
        assertThat(spec.writableRootSize()).isEqualTo(MemorySize.parse("64M"));
        assertThat(spec.rootChange()).isEqualTo(RootChange.CHROOT);
    }

    @Test
    void aDirectoryHasAWritableLayer() {
        builder.rootfs(Rootfs.directory(Path.of("/img")));
        assertThat(builder.spec().writableRoot()).isEqualTo(WritableRoot.OVERLAY);
    }

    @Test
    void keepsTheLimits() {
        builder.memory("256M")
                .memoryHigh("200M")
                .memorySwap("1M")
                .pids(64)
                .cpus(1.5)
                .cpuWeight(50)
                .cpuset("2,0,1");
        Limits limits = builder.spec().limits();
        assertThat(limits.memory()).contains(MemorySize.parse("256M"));
        assertThat(limits.memoryHigh()).contains(MemorySize.parse("200M"));
        assertThat(limits.memorySwap()).contains(MemorySize.parse("1M"));
        assertThat(limits.pids()).hasValue(64);
        assertThat(limits.cpus()).hasValue(1.5);
        assertThat(limits.cpuWeight()).hasValue(50);
        assertThat(limits.cpuset()).contains("0-2");
    }

    @Test
    void aLimitOnMemoryLeavesNoSwap() {
        builder.memory("256M");
        assertThat(builder.spec().limits().memorySwap()).contains(MemorySize.of(0));
    }

    @Test
    void withoutALimitOnMemorySwapIsLeftAlone() {
        builder.memoryHigh("256M");
        assertThat(builder.spec().limits().memorySwap()).isEmpty();
    }

    @Test
    void keepsTheRest() {
        builder.rlimit(Rlimit.NOFILE, 128)
                .rlimit(Rlimit.CORE, 0)
                .timeout(Duration.ofSeconds(1))
                .cpuTime(Duration.ofMillis(5))
                .outputLimit("2M")
                .workdir("/w")
                .user("app")
                .hostname("box")
                .timeOffsets(Duration.ofDays(1), Duration.ofDays(-1))
                .idMap(IdMap.SUBORDINATE)
                .enforcement(Enforcement.BEST_EFFORT)
                .init(false)
                .name("web-1")
                .cgroupParent("jobs/web");
        SandboxSpec spec = builder.spec();
        assertThat(spec.rlimits()).isEqualTo(Map.of(Rlimit.NOFILE, 128L, Rlimit.CORE, 0L));
        assertThat(spec.timeout()).contains(Duration.ofSeconds(1));
        assertThat(spec.cpuTime()).contains(Duration.ofMillis(5));
        assertThat(spec.outputLimit()).contains(MemorySize.parse("2M"));
        assertThat(spec.captureLimit()).isEqualTo(MemorySize.parse("2M"));
        assertThat(spec.workdir()).contains("/w");
        assertThat(spec.user()).contains(User.parse("app"));
        assertThat(spec.hostname()).contains("box");
        assertThat(spec.timeOffsets())
                .contains(new TimeOffsets(Duration.ofDays(1), Duration.ofDays(-1)));
        assertThat(spec.idMap()).isEqualTo(IdMap.SUBORDINATE);
        assertThat(spec.enforcement()).isEqualTo(Enforcement.BEST_EFFORT);
        assertThat(spec.init()).isFalse();
        assertThat(spec.name()).contains("web-1");
        assertThat(spec.cgroupParent()).contains("jobs/web");
    }

    @Test
    void keepsTheOrder() {
        Mount b = Mount.tmpfs("/b", "1M");
        Mount a = Mount.tmpfs("/a", "1M");
        builder.mount(b).mount(a).env("B", "1").env("A", "2").label("b", "1").label("a", "2");
        SandboxSpec spec = builder.spec();
        assertThat(spec.mounts()).isEqualTo(List.of(b, a));
        assertThat(spec.environment()).containsExactly(Map.entry("B", "1"), Map.entry("A", "2"));
        assertThat(spec.labels()).containsExactly(Map.entry("b", "1"), Map.entry("a", "2"));
    }

    @Test
    void theLastWordHoldsForWhatIsNoLimit() {
        builder.env("A", "1")
                .env("A", "2")
                .workdir("/a")
                .workdir("/b")
                .user(0, 0)
                .user("1:1")
                .name("a")
                .name("b");
        SandboxSpec spec = builder.spec();
        assertThat(spec.environment()).isEqualTo(Map.of("A", "2"));
        assertThat(spec.workdir()).contains("/b");
        assertThat(spec.user()).contains(User.of(1, 1));
        assertThat(spec.name()).contains("b");
    }

    @Test
    void aSpecDoesNotFollowTheBuilder() {
        SandboxSpec before = builder.spec();
        builder.env("A", "1").mount(Mount.tmpfs("/t", "1M")).label("a", "1").rlimit(Rlimit.CORE, 0);
        assertThat(before).isEqualTo(new SandboxBuilder().spec()).isNotEqualTo(builder.spec());
    }

    @Test
    void aLimitIsSetOnce() {
        twice(
                b -> b.memory("256M"),
                b -> b.memory("512M"),
                "memory: was already set to 256M, cannot be set to 512M");
        twice(
                b -> b.memoryHigh("1M"),
                b -> b.memoryHigh("2M"),
                "memoryHigh: was already set to 1M, cannot be set to 2M");
        twice(
                b -> b.memorySwap("0"),
                b -> b.memorySwap("2M"),
                "memorySwap: was already set to 0, cannot be set to 2M");
        twice(b -> b.pids(1), b -> b.pids(2), "pids: was already set to 1, cannot be set to 2");
        twice(
                b -> b.cpus(1),
                b -> b.cpus(0.5),
                "cpus: was already set to 1.0, cannot be set to 0.5");
        twice(
                b -> b.cpuWeight(1),
                b -> b.cpuWeight(2),
                "cpuWeight: was already set to 1, cannot be set to 2");
        twice(
                b -> b.cpuset("1,0"),
                b -> b.cpuset("3"),
                "cpuset: was already set to 0-1, cannot be set to 3");
        twice(
                b -> b.rlimit(Rlimit.NOFILE, 1),
                b -> b.rlimit(Rlimit.NOFILE, 2),
                "rlimit NOFILE: was already set to 1, cannot be set to 2");
        twice(
                b -> b.timeout(Duration.ofSeconds(1)),
                b -> b.timeout(Duration.ofSeconds(2)),
                "timeout: was already set to PT1S, cannot be set to PT2S");
        twice(
                b -> b.cpuTime(Duration.ofSeconds(1)),
                b -> b.cpuTime(Duration.ofSeconds(2)),
                "cpuTime: was already set to PT1S, cannot be set to PT2S");
        twice(
                b -> b.outputLimit("1K"),
                b -> b.outputLimit("2K"),
                "outputLimit: was already set to 1K, cannot be set to 2K");
        twice(
                b -> b.writableRootSize("1M"),
                b -> b.writableRootSize("2M"),
                "writableRootSize: was already set to 1M, cannot be set to 2M");
    }

    private static void twice(Setting first, Setting second, String message) {
        SandboxBuilder builder = new SandboxBuilder();
        first.on(builder);
        rejected(() -> second.on(builder), message);
    }

    private interface Setting {
        Sandbox.Builder on(Sandbox.Builder builder);
    }

    @Test
    void namesTheSettingOfABadSize() {
        rejectedNaming(() -> builder.memory("lots"), "memory: \"lots\" is not a size");
        rejectedNaming(() -> builder.memoryHigh("lots"), "memoryHigh: \"lots\" is not a size");
        rejectedNaming(() -> builder.memorySwap("lots"), "memorySwap: \"lots\" is not a size");
        rejectedNaming(() -> builder.outputLimit("lots"), "outputLimit: \"lots\" is not a size");
        rejectedNaming(
                () -> builder.writableRootSize("lots"), "writableRootSize: \"lots\" is not a size");
    }

    @Test
    void refusesSizesOutOfRange() {
        rejected(() -> builder.memory("4095"), "memory: 4095 is less than one page, 4K");
        rejected(() -> builder.memory("0"), "memory: 0 is less than one page, 4K");
        rejected(() -> builder.memoryHigh("1"), "memoryHigh: 1 is less than one page, 4K");
        rejected(
                () -> builder.outputLimit("0"),
                "outputLimit: 0 bytes is out of range; accepted are 1 to 2147483639");
        rejected(
                () -> builder.outputLimit("2G"),
                "outputLimit: 2147483648 bytes is out of range; accepted are 1 to 2147483639");
        rejected(
                () -> builder.writableRootSize("0"),
                "writableRootSize: 0 is not a size; it must be positive");
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4_194_305})
    void refusesPids(int limit) {
        rejected(
                () -> builder.pids(limit),
                "pids: " + limit + " is out of range; accepted are 1 to 4194304");
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                0,
                -0.0,
                -1,
                0.009,
                8_192.5,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.MIN_VALUE
            })
    void refusesCpus(double limit) {
        rejected(
                () -> builder.cpus(limit),
                "cpus: " + limit + " is out of range; accepted are 0.01 to 8192.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 10_001})
    void refusesCpuWeight(int weight) {
        rejected(
                () -> builder.cpuWeight(weight),
                "cpuWeight: " + weight + " is out of range; accepted are 1 to 10000");
    }

    @Test
    void acceptsTheEndsOfEachRange() {
        builder.memory("4096")
                .pids(4_194_304)
                .cpus(0.01)
                .cpuWeight(10_000)
                .outputLimit("2147483639");
        new SandboxBuilder().pids(1).cpus(8_192).cpuWeight(1).outputLimit("1");
    }

    @Test
    void refusesACpuset() {
        rejectedNaming(() -> builder.cpuset("3-1"), "cpuset: \"3-1\"", "backward");
    }

    @Test
    void refusesANegativeRlimit() {
        rejected(
                () -> builder.rlimit(Rlimit.NOFILE, -1),
                "rlimit NOFILE: -1 is negative; for no limit use Rlimit.INFINITY");
        builder.rlimit(Rlimit.NOFILE, Rlimit.INFINITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT9223372036854775807S"})
    void refusesTimes(Duration limit) {
        String rule =
                " is not a time limit; it must be positive and at most PT2562047H47M16.854775807S";
        rejected(() -> builder.timeout(limit), "timeout: " + limit + rule);
        rejected(() -> builder.cpuTime(limit), "cpuTime: " + limit + rule);
    }

    @Test
    void refusesAHostname() {
        rejected(() -> builder.hostname(""), "hostname: must not be empty");
        rejectedNaming(
                () -> builder.hostname("x".repeat(65)), "hostname: ", "65 bytes", "64 allowed");
        rejectedNaming(() -> builder.hostname("\u00e9".repeat(33)), "66 bytes");
        rejected(
                () -> builder.hostname("a b"),
                "hostname: \"a b\" has a blank or control character");
        rejectedNaming(() -> builder.hostname("a\0"), "hostname: ", "NUL");
        builder.hostname("x".repeat(64));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", ".a", "a/b", "a b", "a\n", "a\0", "\u00e9"})
    void refusesAName(String name) {
        rejected(
                () -> builder.name(name),
                "name: "
                        + Text.quote(name)
                        + " is not 1 to 128 of A-Z a-z 0-9 _ . - beginning with a letter or digit");
    }

    @Test
    void refusesALongName() {
        builder.name("n".repeat(128));
        rejectedNaming(() -> builder.name("n".repeat(129)), "name: ");
    }

    @Test
    void refusesALabel() {
        rejected(() -> builder.label("", "v"), "label key: must not be empty");
        rejectedNaming(
                () -> builder.label("k".repeat(256), "v"),
                "label key: ",
                "256 bytes",
                "255 allowed");
        rejectedNaming(
                () -> builder.label("k", "v".repeat(4_097)),
                "label \"k\": ",
                "4097 bytes",
                "4096 allowed");
        rejectedNaming(() -> builder.label("k", "\0"), "label \"k\": ", "NUL");
    }

    @ParameterizedTest
    @CsvSource({"'', must not be empty", "a/../b, the part \"..\"", "/a//b, an empty part"})
    void refusesACgroupParent(String path, String reason) {
        rejectedNaming(() -> builder.cgroupParent(path), "cgroupParent: ", reason);
    }

    @Test
    void refusesAWorkdirAnEnvironmentAndAUser() {
        rejectedNaming(() -> builder.workdir("w"), "workdir: \"w\" is not absolute");
        rejectedNaming(() -> builder.env("A=", "1"), "env name: \"A=\" has a '='");
        rejectedNaming(() -> builder.env("A", "\0"), "env: the value of \"A\" has a NUL");
        rejectedNaming(() -> builder.user("4294967296"), "user: \"4294967296\"");
        rejectedNaming(() -> builder.user(0, -1), "group: \"-1\"");
    }

    @Test
    void refusesASecondMountOnATarget() {
        builder.mount(Mount.tmpfs("/t", "1M"));
        rejected(
                () -> builder.mount(Mount.file(new byte[0], "/t")),
                "mount: two mounts on \"/t\"; the second would hide the first");
        assertThat(builder.spec().mounts()).containsExactly(Mount.tmpfs("/t", "1M"));
    }

    @Test
    void refusesTimeOffsets() {
        Duration max = Duration.ofSeconds(4_611_686_018L);
        builder.timeOffsets(max, max.negated());
        rejected(
                () -> builder.timeOffsets(max.plusNanos(1), Duration.ZERO),
                "timeOffsets: monotonic "
                        + max.plusNanos(1)
                        + " is more than "
                        + max
                        + " either way");
        rejected(
                () -> builder.timeOffsets(Duration.ZERO, max.plusSeconds(1).negated()),
                "timeOffsets: boottime "
                        + max.plusSeconds(1).negated()
                        + " is more than "
                        + max
                        + " either way");
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException().isThrownBy(() -> builder.rootfs((Rootfs) null));
        assertThatNullPointerException().isThrownBy(() -> builder.rootfs((Path) null));
        assertThatNullPointerException().isThrownBy(() -> builder.memory((String) null));
        assertThatNullPointerException().isThrownBy(() -> builder.memory((MemorySize) null));
        assertThatNullPointerException().isThrownBy(() -> builder.memorySwap((MemorySize) null));
        assertThatNullPointerException().isThrownBy(() -> builder.rlimit(null, 1));
        assertThatNullPointerException().isThrownBy(() -> builder.timeout(null));
        assertThatNullPointerException().isThrownBy(() -> builder.mount(null));
        assertThatNullPointerException().isThrownBy(() -> builder.env("A", null));
        assertThatNullPointerException().isThrownBy(() -> builder.network(null));
        assertThatNullPointerException().isThrownBy(() -> builder.namespaces(null));
        assertThatNullPointerException().isThrownBy(() -> builder.enforcement(null));
    }

    @Test
    void aRefusedValueIsNotKept() {
        rejectedNaming(() -> builder.pids(0), "pids");
        builder.pids(1);
        assertThat(builder.spec().limits().pids()).hasValue(1);
    }
}
