package io.bailey.sandbox.linux.container.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.IoMax;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;

class StateDirectoryTest {
    private static final Linux LINUX = Linux.host();
    private static final Owner ALIVE = Owner.self();
    private static final Owner DEAD =
            new Owner(ALIVE.pid(), ALIVE.started() - 1, ALIVE.pidNamespace(), ALIVE.boot());

    private static StoredContainer container(String id, Owner owner, boolean detached) {
        ContainerInfo info =
                new ContainerInfo(
                        id,
                        "name-" + id,
                        "host",
                        Optional.of("localhost/image:1@sha256:00"),
                        List.of("sh", "-c", "echo \"\u0001ä\uD83D\uDE00\"\n"),
                        ContainerState.STOPPED,
                        OptionalInt.of(137),
                        Optional.of("killed by signal 9 (SIGKILL)"),
                        Instant.parse("2026-01-02T03:04:05.123456789Z"),
                        Optional.of(Instant.EPOCH),
                        Optional.empty(),
                        OptionalLong.of(4_000_000_000L),
                        Limits.builder()
                                .memory("1G")
                                .memoryHigh(MemorySize.parse("512M"))
                                .pids(7)
                                .cpus(1.5)
                                .cpuBurst(Duration.ofMillis(20))
                                .cpuset("0-1")
                                .ioMax(IoMax.of(Path.of("/data")).readBytes(1).writeOps(2))
                                .build(),
                        List.of("tmpfs of 1M on /x"),
                        Map.of("k", "v"),
                        detached,
                        owner.pid());
        return new StoredContainer(
                info,
                owner,
                OptionalLong.of(12),
                List.of("/sys/fs/cgroup/x"),
                List.of("vol"),
                Map.of("more", "said"));
    }

    private static List<String> ids(List<StoredContainer> containers) {
        return containers.stream().map(one -> one.info().id()).sorted().toList();
    }

    @Test
    void whatIsWrittenIsRead(@TempDir Path place) {
        try (StateDirectory state = StateDirectory.open(LINUX, place.resolve("a/b"))) {
            StoredContainer written = container("0123", ALIVE, true);
            state.create(written);
            assertThat(state.all()).containsExactly(written);
            assertThat(state.read("0123")).contains(written);
            assertThat(state.read("0124")).isEmpty();
        }
    }

    /** No document is written that is not read again. */
    @Test
    void aLongCommandIsReadWholeAndOneThatIsTooLongIsRefused(@TempDir Path place) {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            StoredContainer most = withCommand("ä".repeat(3 << 20));
            state.create(most);
            assertThat(state.read("long")).contains(most);
            state.directory("long").remove();
            assertThatExceptionOfType(SandboxConfigException.class)
                    .isThrownBy(() -> state.create(withCommand("a".repeat(8 << 20))))
                    .withMessageContaining("command");
            assertThat(state.all()).isEmpty();
            assertThat(place.resolve("containers")).isEmptyDirectory();
        }
    }

    private static StoredContainer withCommand(String argument) {
        StoredContainer any = container("long", ALIVE, false);
        ContainerInfo info = any.info();
        return any.with(
                new ContainerInfo(
                        info.id(),
                        info.name(),
                        info.root(),
                        info.image(),
                        List.of("echo", argument),
                        info.state(),
                        info.exitCode(),
                        info.termination(),
                        info.created(),
                        info.started(),
                        info.finished(),
                        info.pid(),
                        info.limits(),
                        info.mounts(),
                        info.labels(),
                        info.detached(),
                        info.owner()));
    }

    @Test
    void theDeadAreSweptAndOthersAreNot(@TempDir Path place) throws IOException {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            state.create(container("alive", ALIVE, false));
            state.create(container("detached", DEAD, true));
            Owner elsewhere = new Owner(DEAD.pid(), DEAD.started(), 1, ALIVE.boot());
            state.create(container("elsewhere", elsewhere, false));
            Owner before = new Owner(ALIVE.pid(), ALIVE.started(), 1, "0-another-boot");
            Path dead = state.create(container("dead", DEAD, false)).path();
            Files.writeString(dead.resolve("log.0"), "something");
            state.create(container("before", before, false));
            Path containers = place.resolve("containers");
            Files.createDirectories(containers.resolve(".gone.x/deeper"));
            Files.createDirectories(containers.resolve(".new." + DEAD.toText() + ".y"));
            Path making =
                    Files.createDirectory(containers.resolve(".new." + ALIVE.toText() + ".z"));
            Path unknown = Files.createDirectory(containers.resolve(".other"));

            assertThat(ids(state.sweep(_ -> true)))
                    .containsExactly("alive", "detached", "elsewhere");

            assertThat(ids(state.all())).containsExactly("alive", "detached", "elsewhere");
            assertThat(Files.list(containers))
                    .containsExactlyInAnyOrder(
                            containers.resolve("alive"),
                            containers.resolve("detached"),
                            containers.resolve("elsewhere"),
                            making,
                            unknown);
        }
    }

    /** It is to be found again by the next that sweeps. */
    @Test
    void whatCouldNotBeClearedIsRemembered(@TempDir Path place) {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            state.create(container("dead", DEAD, false));
            assertThat(state.sweep(_ -> false)).isEmpty();
            assertThat(ids(state.all())).containsExactly("dead");
            assertThat(state.sweep(_ -> true)).isEmpty();
            assertThat(state.all()).isEmpty();
        }
    }

    @Test
    void whatIsNotUnderstoodIsLeftAlone(@TempDir Path place) throws IOException {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            Path file = state.create(container("dead", DEAD, false)).path().resolve("state.json");
            String text = Files.readString(file);
            for (String wrong :
                    List.of(
                            "",
                            "{",
                            "[]",
                            "null",
                            "{}",
                            text.replace("\"version\":1", "\"version\":2"),
                            text.replace("\"state\":\"STOPPED\"", "\"state\":\"NEW\""),
                            text.replace("\"id\":\"dead\"", "\"id\":\"other\""),
                            text.replace("\"pids\":7", "\"pids\":-7"),
                            text.replace("\"memory\":", "\"memory\":1e99,\"x\":"),
                            text.replace("\"created\":\"", "\"created\":\"x"),
                            text.replace("\"command\":[", "\"command\":7,\"x\":["),
                            text.substring(0, text.length() / 2))) {
                Files.writeString(file, wrong);
                assertThat(state.sweep(_ -> true)).as(wrong).isEmpty();
                assertThat(file).as(wrong).hasContent(wrong);
            }
            // What a later version adds does no harm.
            Files.writeString(file, text.replace("\"version\":1", "\"version\":1,\"new\":[{}]"));
            assertThat(ids(state.all())).containsExactly("dead");
        }
    }

    @Test
    void manySweepAtOnce(@TempDir Path place) throws InterruptedException {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            for (int i = 0; i < 200; i++) {
                state.create(container("dead" + i, DEAD, false));
            }
            state.create(container("alive", ALIVE, false));
            ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(
                        Thread.ofPlatform()
                                .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
                                .start(() -> {
                                    try (StateDirectory own = StateDirectory.open(LINUX, place)) {
                                        own.sweep(_ -> true);
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            state.sweep(_ -> true);
            assertThat(ids(state.all())).containsExactly("alive");
            assertThat(place.resolve("containers").toFile().list()).containsExactly("alive");
        }
    }

    @Test
    void aThousandAreListedQuickly(@TempDir Path place) {
        try (StateDirectory state = StateDirectory.open(LINUX, place)) {
            long begin = System.nanoTime();
            ContainerDirectory last = state.create(container("x", ALIVE, false));
            for (int i = 0; i < 1_000; i++) {
                last = state.create(container("c" + i, ALIVE, false));
            }
            long made = System.nanoTime();
            assertThat(state.sweep(_ -> true)).hasSize(1_001);
            long listed = System.nanoTime();
            assertThat(state.sweep(_ -> true)).hasSize(1_001);
            long again = System.nanoTime();
            StoredContainer now = container("c999", ALIVE, false);
            for (int i = 0; i < 1_000; i++) {
                last.write(now);
            }
            long written = System.nanoTime();
            System.getLogger("bailey.figures")
                    .log(
                            System.Logger.Level.INFO,
                            "made {0} us each, listed 1,001 in {1} us, then {2} us; written {3} us each",
                            (made - begin) / 1_000_000,
                            (listed - made) / 1000,
                            (again - listed) / 1000,
                            (written - again) / 1_000_000);
            // A tenth of that on a quiet machine; what would be quadratic takes minutes.
            assertThat(Duration.ofNanos(again - listed)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aDirectoryThatOthersMayWriteToIsRefused(@TempDir Path place) throws IOException {
        Path open = Files.createDirectory(place.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        refused(open, "others may write to it (mode 777)");
        refused(open.resolve("state"), "everybody may rename what is in " + open);
    }

    private static void refused(Path path, String why) {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> StateDirectory.open(LINUX, path).close())
                .withMessageContaining(path.toString())
                .withMessageContaining(why)
                .withMessageContaining("-Dbailey.state=");
    }

    @Test
    void aFileInItsPlaceIsRefused(@TempDir Path place) throws IOException {
        refused(Files.createFile(place.resolve("file")), "ENOTDIR");
    }

    @Test
    void whatAnotherUserHasPreparedIsRefused(@TempDir Path place) throws IOException {
        Powers.require(Power.ROOT);
        Path theirs = Files.createDirectory(place.resolve("theirs"));
        Files.setAttribute(theirs, "unix:uid", 12345);
        refused(theirs, "it belongs to another user (12345)");
        Path link = Files.createSymbolicLink(place.resolve("link"), place.resolve("mine"));
        Files.createDirectory(place.resolve("mine"));
        Files.setPosixFilePermissions(
                place.resolve("mine"), PosixFilePermissions.fromString("rwx------"));
        // Our own link may lead somewhere.
        StateDirectory.open(LINUX, link).close();
        assertThat(LINUX.openat(Linux.AT_FDCWD, link.toString(), Linux.O_NOFOLLOW, 0)).isNegative();
        Files.setAttribute(link, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
        refused(link, "it is a symbolic link of another user (12345)");
    }

    @Test
    void itsPlaceIsByUserAndSurroundings() {
        assertThat(StateDirectory.place(Optional.of("/x"), 0, Optional.of("/run/user/1")))
                .isEqualTo(Path.of("/x"));
        assertThat(StateDirectory.place(Optional.empty(), 0, Optional.of("/run/user/1")))
                .isEqualTo(Path.of("/run/bailey"));
        assertThat(StateDirectory.place(Optional.empty(), 7, Optional.of("/run/user/7")))
                .isEqualTo(Path.of("/run/user/7/bailey"));
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        assertThat(StateDirectory.place(Optional.empty(), 7, Optional.empty()))
                .isEqualTo(temporary.resolve("bailey-7"));
        assertThat(StateDirectory.place(Optional.empty(), 7, Optional.of("relative")))
                .isEqualTo(temporary.resolve("bailey-7"));
    }

    @Test
    void aProcessIsToldFromTheNextOfItsNumber() throws Exception {
        assertThat(ALIVE.isDead(LINUX)).isFalse();
        assertThat(DEAD.isDead(LINUX)).isTrue();
        Process process = new ProcessBuilder("sleep", "60").start();
        long started = Owner.started(LINUX, process.pid()).orElseThrow();
        Owner other = new Owner(process.pid(), started, ALIVE.pidNamespace(), ALIVE.boot());
        assertThat(other.isDead(LINUX)).isFalse();
        process.destroyForcibly().waitFor();
        assertThat(other.isDead(LINUX)).isTrue();
        assertThat(Owner.parse(other.toText())).contains(other);
        assertThat(Owner.parse("1.2.3")).isEmpty();
    }

    /** As with hidepid, or in a process that has no descriptors left. */
    @Test
    void whoCannotBeSeenIsNotDead() {
        for (int errno : List.of(Errno.ENOENT, Errno.ESRCH, Errno.EMFILE)) {
            FaultyKernel blind = FaultyKernel.failing(call -> call == Sys.OPENAT, errno);
            blind.failAfter(0);
            assertThat(ALIVE.isDead(Linux.over(blind))).as(Errno.name(errno)).isFalse();
        }
        FaultyKernel blind = FaultyKernel.failing(call -> call == Sys.PIDFD_OPEN, Errno.EMFILE);
        blind.failAfter(0);
        assertThat(DEAD.isDead(Linux.over(blind))).isFalse();
        assertThat(new Owner(ALIVE.pid(), 0, ALIVE.pidNamespace(), ALIVE.boot()).isDead(LINUX))
                .isFalse();
        assertThat(new Owner(ALIVE.pid(), 1, 0, ALIVE.boot()).isDead(LINUX)).isFalse();
        assertThat(new Owner(ALIVE.pid(), 1, ALIVE.pidNamespace(), "").isDead(LINUX)).isFalse();
    }

    @Test
    void aZombieIsNoProcess() {
        String rest = " 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 %d 0 4711 0 0";
        assertThat(Owner.living(new FileText(0, "7 (a) b) S" + rest.formatted(9)))).hasValue(4711);
        assertThat(Owner.living(new FileText(0, "7 (a) b) Z" + rest.formatted(1)))).isEmpty();
        assertThat(Owner.living(new FileText(0, "7 (java) Z" + rest.formatted(9)))).hasValue(4711);
    }
}
