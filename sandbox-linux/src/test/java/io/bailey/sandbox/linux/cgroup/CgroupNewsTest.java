package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.linux.cgroup.CgroupNews.Change;
import io.bailey.sandbox.linux.cgroup.CgroupNews.OomKills;
import io.bailey.sandbox.linux.cgroup.CgroupNews.Reached;
import io.bailey.sandbox.linux.sys.EpollEvents;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Limits that are reached are told, by the descriptors that say when to look. */
@Timeout(120)
class CgroupNewsTest {
    private static final String HOG = "exec tail /dev/zero";
    private static final int PATIENCE_MILLIS = 30_000;

    private final Linux linux = Linux.host();
    private final Cgroups cgroups = Cgroups.discover(linux);

    /** Waits at the descriptors alone until something of this kind is new. */
    private Change await(CgroupNews news, Predicate<Change> sought) {
        int epoll = linux.epollCreate();
        List<Change> changes = new ArrayList<>();
        EpollEvents events = new EpollEvents(4);
        try {
            news.descriptors()
                    .forEach((fd, what) ->
                            assertThat(linux.epollCtl(epoll, Linux.EPOLL_CTL_ADD, fd, what, fd))
                                    .isZero());
            // A file that has not been read yet says at once that it may be.
            changes.addAll(news.read());
            long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
            while (changes.stream().noneMatch(sought) && System.nanoTime() < deadline) {
                assertThat(linux.epollWait(epoll, events, PATIENCE_MILLIS)).isPositive();
                changes.addAll(news.read());
            }
        } finally {
            linux.close(epoll);
        }
        return changes.stream().filter(sought).findFirst().orElseThrow();
    }

    private static boolean isReached(Change change, String limit) {
        return change instanceof Reached reached && reached.limit().equals(limit);
    }

    private static Process inside(Cgroup cgroup, String script) throws Exception {
        Process process = Members.waiting(script);
        Members.attach(cgroup, process);
        return process;
    }

    @Test
    void aKillForWantOfMemoryIsToldWithItsLimit() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Limits limits = Requests.limits("32M", null, "0", 0);
        try (Cgroup cgroup = cgroups.create(Members.name(), Members.container(limits));
                CgroupNews news = cgroup.news().orElseThrow()) {
            assertThat(news.read()).isEmpty();
            Process hog = inside(cgroup, HOG);
            Members.go(hog);
            // On the way there the limit may have been reached and room been made.
            Change told = await(news, OomKills.class::isInstance);
            assertThat(told)
                    .isInstanceOfSatisfying(
                            OomKills.class,
                            kill -> {
                                // v2 counts whom it chose twice: alone, and with the group.
                                assertThat(kill.kills()).isBetween(1L, 2L);
                                assertThat(kill.limit()).contains(MemorySize.parse("32M"));
                                assertThat(kill.cgroup().map(Path::of))
                                        .hasValueSatisfying(path ->
                                                assertThat(cgroup.paths())
                                                        .contains(path.toString()));
                            });
            assertThat(hog.waitFor()).isNotZero();
            assertThat(cgroup.usage().oomLimit()).contains(MemorySize.parse("32M"));
            assertThat(news.read()).noneMatch(OomKills.class::isInstance);
        }
    }

    /** A group in the middle has the tighter limit: it is to blame, not the one inside. */
    @Test
    void theLimitOfAGroupAboveIsToldAsTheirs() throws Exception {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        Limits tight = Requests.limits("32M", null, "0", 0);
        Limits wide = Requests.limits("256M", null, "0", 0);
        try (Cgroup above = cgroups.create(Members.name(), Members.container(tight))) {
            Path middle = Path.of(above.paths().getFirst());
            String parent = "/" + Path.of("/sys/fs/cgroup").relativize(middle);
            CgroupRequest inside =
                    new CgroupRequest(
                            wide,
                            false,
                            false,
                            Enforcement.STRICT,
                            Optional.empty(),
                            Optional.of(parent),
                            true);
            try (Cgroup cgroup = cgroups.create(Members.name(), inside);
                    CgroupNews news = cgroup.news().orElseThrow()) {
                Process hog = inside(cgroup, HOG);
                Members.go(hog);
                assertThat(await(news, OomKills.class::isInstance))
                        .isInstanceOfSatisfying(
                                OomKills.class,
                                kill -> {
                                    assertThat(kill.limit()).contains(MemorySize.parse("32M"));
                                    assertThat(kill.cgroup()).contains(middle.toString());
                                });
                assertThat(hog.waitFor()).isNotZero();
                assertThat(cgroup.usage().oomLimit()).contains(MemorySize.parse("32M"));
            }
        }
    }

    private void refusesForks(Function<CgroupNews, Change> look) throws Exception {
        Limits limits = Requests.limits(null, null, null, 4);
        try (Cgroup cgroup = cgroups.create(Members.name(), Members.container(limits));
                CgroupNews news = cgroup.news().orElseThrow()) {
            Process forker = inside(cgroup, "for i in 1 2 3 4 5 6; do sleep 600 & done; wait");
            Members.go(forker);
            assertThat(look.apply(news))
                    .isInstanceOfSatisfying(
                            Reached.class,
                            reached -> {
                                assertThat(reached.limit()).isEqualTo("pids");
                                assertThat(reached.times()).isPositive();
                            });
            cgroup.kill();
            assertThat(forker.waitFor()).isNotZero();
        }
    }

    @Test
    void aRefusedForkIsAnnounced() throws Exception {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        refusesForks(news -> await(news, change -> isReached(change, "pids")));
    }

    /** v1 need not announce it: whoever looks is told. */
    @Test
    void aRefusedForkIsTold() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        refusesForks(news -> {
            List<Change> changes = new ArrayList<>();
            assertThat(
                            Members.eventually(() -> {
                                changes.addAll(news.read());
                                return !changes.isEmpty();
                            }))
                    .isTrue();
            return changes.getFirst();
        });
    }

    @Test
    void beingSlowedDownIsTold() throws Exception {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        Limits limits = Requests.limits("256M", "16M", "0", 0);
        try (Cgroup cgroup = cgroups.create(Members.name(), Members.container(limits));
                CgroupNews news = cgroup.news().orElseThrow()) {
            Process hog = inside(cgroup, HOG);
            Members.go(hog);
            assertThat(await(news, change -> isReached(change, "memoryHigh"))).isNotNull();
            cgroup.kill();
            assertThat(hog.waitFor()).isNotZero();
        }
    }

    @Test
    void nobodyTellsOfAGroupThatIsClosed() {
        Powers.require(Power.CGROUP_WRITABLE);
        Cgroup cgroup = cgroups.create(Members.name(), Members.container(Limits.none()));
        cgroup.close();
        assertThat(cgroup.news()).isEmpty();
        assertThat(cgroup.paths()).noneMatch(path -> Files.exists(Path.of(path)));
    }
}
