package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Many containers alive at once: each is listed and can be read, all are stopped in bounded time.
 * {@code -Dbailey.crowd=1000} makes it large; the benchmark of containers measures them.
 */
@ExtendWith(LeakAudit.class)
class CrowdTest {
    private static final int COUNT = Integer.getInteger("bailey.crowd", 60);

    @Test
    @Timeout(300)
    void allAreListedReadAndStopped() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        List<Container> crowd = new ArrayList<>();
        try (Sandbox sandbox = Sandbox.builder().pids(8).label("crowd", "1").build()) {
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < COUNT; i++) {
                Container one = sandbox.start("sleep", "1000");
                crowd.add(one);
                ids.add(one.id());
            }
            List<String> listed =
                    Containers.list().stream()
                            .map(ContainerInfo::id)
                            .filter(ids::contains)
                            .toList();
            assertThat(listed)
                    .hasSize(COUNT)
                    .containsExactlyElementsOf(crowd.stream().map(Container::id).toList());
            for (Container one : crowd) {
                assertThat(one.stats().pids().current().orElseThrow()).isBetween(2L, 3L);
            }
            crowd.parallelStream().forEach(CrowdTest::stop);
            assertThat(Containers.list()).noneMatch(info -> ids.contains(info.id()));
            assertThat(Containers.list(true))
                    .filteredOn(info -> ids.contains(info.id()))
                    .hasSize(COUNT);
        } finally {
            crowd.forEach(Container::close);
        }
    }

    private static void stop(Container container) {
        try {
            container.stop(Duration.ZERO);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }
}
