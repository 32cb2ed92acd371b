package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Who is given capabilities has those and no other, in each of the five sets. */
@ExtendWith(LeakAudit.class)
class CapabilitiesTest {

    private static Map<String, Long> sets(Sandbox.Builder sandbox) throws InterruptedException {
        return sandbox.run("cat", "/proc/self/status")
                .orThrow()
                .stdout()
                .lines()
                .filter(line -> line.startsWith("Cap"))
                .map(line -> line.split(":\t", -1))
                .collect(Collectors.toMap(w -> w[0], w -> Long.parseUnsignedLong(w[1], 16)));
    }

    private static long bits(Set<Capability> capabilities) {
        return capabilities.stream().mapToLong(c -> 1L << c.number()).sum();
    }

    @Test
    void rootHasThemPermittedAndNeverInheritable() throws InterruptedException {
        long docker = bits(Capability.DOCKER);
        for (boolean init : new boolean[] {true, false}) {
            assertThat(sets(host().init(init).capabilities(Capability.DOCKER)))
                    .containsEntry("CapPrm", docker)
                    .containsEntry("CapEff", docker)
                    .containsEntry("CapBnd", docker)
                    .containsEntry("CapInh", 0L)
                    .containsEntry("CapAmb", 0L);
        }
    }

    @Test
    void anotherUserHasThemAmbient() throws InterruptedException {
        long some = bits(Set.of(Capability.NET_BIND_SERVICE, Capability.BPF));
        assertThat(
                        sets(
                                host().user(1000, 1000)
                                        .capabilities(Capability.NET_BIND_SERVICE, Capability.BPF)))
                .hasSize(5)
                .allSatisfy((set, value) -> assertThat(value).as(set).isEqualTo(some));
    }

    @Test
    void theyWorkInside() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertThat(both(host(), "chown 5:5 /tmp")).contains("not permitted");
        assertThat(
                        sh(
                                host().capabilities(Capability.CHOWN),
                                "chown 5:5 /tmp && stat -c %u:%g /tmp"))
                .isEqualTo("5:5");
    }

    @Test
    void withTheHostsIdsTheyAreTheHosts() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertThat(sets(host().idMap(IdMap.HOST).capabilities(Capability.KILL)))
                .containsEntry("CapEff", bits(Set.of(Capability.KILL)))
                .containsEntry("CapBnd", bits(Set.of(Capability.KILL)));
    }

    /** What is beneath a mask, a read-only place or the root is not shown even to SYS_ADMIN. */
    @Test
    void mountsHoldAgainstAnAdministrator() throws InterruptedException {
        String attempts =
                "umount /proc/keys; umount /proc/sys; umount /sys/firmware; umount -l /;"
                        + " mount -o remount,rw /; mount -t tmpfs none /tmp; mount --bind /tmp /etc";
        for (SeccompProfile profile :
                new SeccompProfile[] {SeccompProfile.standard(), SeccompProfile.none()}) {
            String said =
                    both(
                            host().seccomp(profile).capabilities(Capability.SYS_ADMIN),
                            attempts + "; cat /proc/self/mountinfo");
            assertThat(said).contains(" /proc/keys ro", " /proc/sys ro").doesNotContain(" /etc ");
        }
    }

    /** By name: then mounts are the sandbox's own affair. */
    @Test
    void whoTakesTheWallsDownMayMount() throws InterruptedException {
        assertThat(
                        sh(
                                host().seccomp(SeccompProfile.none())
                                        .landlock(Landlock.OFF)
                                        .capabilities(Capability.SYS_ADMIN),
                                "mount -t tmpfs none /tmp && echo mounted"))
                .isEqualTo("mounted");
    }
}
