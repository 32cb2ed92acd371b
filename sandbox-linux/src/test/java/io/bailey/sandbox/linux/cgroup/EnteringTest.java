package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.linux.cgroup.Cgroup.Entering;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * While somebody enters who shares the JVM's memory, no OOM kill of the whole group may take the
 * JVM along.
 */
@Timeout(60)
class EnteringTest {
    private static final Limits LIMITED = Limits.builder().memory("64M").build();

    private static Cgroup limited() {
        return Cgroups.discover(Linux.host()).create(Members.name(), Members.container(LIMITED));
    }

    private static String diesAsOne(Cgroup cgroup) throws IOException {
        return Files.readString(Path.of(cgroup.paths().getFirst(), "memory.oom.group")).strip();
    }

    @Test
    void theGroupDiesAsOneAgainWhenTheLastHasEntered() throws IOException {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = limited()) {
            assertThat(diesAsOne(cgroup)).isEqualTo("1");
            Entering first = cgroup.entering();
            Entering second = cgroup.entering();
            assertThat(diesAsOne(cgroup)).isEqualTo("0");
            first.close();
            assertThat(diesAsOne(cgroup)).isEqualTo("0");
            second.close();
            assertThat(diesAsOne(cgroup)).isEqualTo("1");
        }
    }

    @Test
    void aChangeMeanwhileWaitsForIt() throws IOException {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = limited()) {
            try (Entering _ = cgroup.entering()) {
                cgroup.update(LIMITED, Limits.none());
                cgroup.update(Limits.none(), LIMITED);
                assertThat(diesAsOne(cgroup)).isEqualTo("0");
            }
            assertThat(diesAsOne(cgroup)).isEqualTo("1");

            try (Entering _ = cgroup.entering()) {
                cgroup.update(LIMITED, Limits.none());
            }
            assertThat(diesAsOne(cgroup)).isEqualTo("0");
        }
    }

    @Test
    void whatEntersTooLateHarmsNobody() {
        Powers.require(Power.CGROUP_WRITABLE);
        Cgroup cgroup = limited();
        Entering entering = cgroup.entering();
        cgroup.close();
        entering.close();
        cgroup.entering().close();
        assertThat(cgroup.paths()).noneMatch(path -> Files.exists(Path.of(path)));
    }
}
