package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** A command has no power, no way to get any, and nothing of the JVM's in its hands. */
@ExtendWith(LeakAudit.class)
class PrivilegesTest {

    private static void assertPowerless(Sandbox.Builder sandbox) throws InterruptedException {
        String status = sandbox.run("cat", "/proc/self/status").orThrow().stdout();

        assertThat(status.lines().filter(line -> line.startsWith("Cap")))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).endsWith("\t0000000000000000"));
        assertThat(status).contains("NoNewPrivs:\t1\n");
    }

    @Test
    void allFiveCapabilitySetsAreEmpty() throws InterruptedException {
        assertPowerless(host());
        assertPowerless(host().init(false));
        assertPowerless(host().user(1000, 1000));
    }

    @Test
    void alsoWithTheHostsIds() throws InterruptedException {
        Powers.require(Power.ROOT);
        assertPowerless(host().idMap(IdMap.HOST));
        assertPowerless(host().idMap(IdMap.HOST).init(false));
    }

    @Test
    void whatNeedsPowerFails() throws InterruptedException {
        assertThat(
                        both(
                                host(),
                                "mount -t tmpfs none /tmp; hostname x; chown 1 /tmp; umount /proc; chroot / true"))
                .contains("mount: /tmp", "hostname: ", "chown: ", "umount: /proc", "chroot: ");
        assertThat(sh(host(), "hostname")).isEqualTo("sandbox");
    }

    /** Opened without close-on-exec, as careless native code of the application may. */
    @Test
    void noDescriptorOfTheJvmIsInherited() throws InterruptedException {
        Linux linux = Linux.host();
        List<Fd> careless = new ArrayList<>();
        try {
            for (int i = 0; i < 50; i++) {
                Fd fd = linux.own(linux.openat(Linux.AT_FDCWD, "/etc/passwd", Linux.O_RDONLY, 0));
                linux.fcntl(fd.number(), Linux.F_SETFD, 0);
                careless.add(fd);
            }
            for (boolean init : new boolean[] {true, false}) {
                // The last is ls's own, on the directory it lists.
                assertThat(host().init(init).run("ls", "/proc/self/fd").stdout())
                        .isEqualTo("0\n1\n2\n3\n");
            }
        } finally {
            careless.forEach(Fd::close);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head -c 1 /proc/1/mem",
                "cat /proc/1/environ",
                "cat /proc/1/maps",
                "readlink -v /proc/1/exe",
                "readlink -v /proc/1/root",
                "readlink -v /proc/1/cwd",
                "ls -l /proc/1/fd",
                "readlink -v /proc/1/ns/mnt",
                "cat /proc/1/syscall",
                ": > /proc/1/mem"
            })
    void theInitCannotBeLookedInto(String attempt) throws InterruptedException {
        assertThat(both(host(), attempt)).containsAnyOf("Permission denied", "not permitted");
        assertThat(both(host().user(1000, 1000), attempt))
                .containsAnyOf("Permission denied", "not permitted");
    }

    @Test
    void theInitCannotBeKilledFromWithin() throws InterruptedException {
        assertThat(both(host(), "kill -9 1; kill -TERM 1; kill -STOP 1; echo alive"))
                .endsWith("alive");
    }

    @Test
    void nothingOfTheJvmCanBeReached() throws InterruptedException {
        long pid = ProcessHandle.current().pid();

        assertThat(both(host(), "kill -0 " + pid + "; ls /proc/" + pid))
                .containsIgnoringCase("no such process")
                .contains("No such file or directory");
    }

    /**
     * The JVM's memory was shared with the child for a moment: its own dumpable flag must not have
     * moved.
     */
    @Test
    void theJvmStaysAsDumpableAsItWas() throws InterruptedException {
        int before = Linux.host().prctl(3, 0, 0, 0, 0);

        host().run("true").orThrow();
        host().user(1000, 1000).init(false).run("true").orThrow();

        assertThat(Linux.host().prctl(3, 0, 0, 0, 0)).isEqualTo(before);
    }

    /** It would bring every capability back, over copies of the sandbox's mounts. */
    @Test
    void noUserNamespaceCanBeMadeInside() throws InterruptedException {
        String attempt = "unshare -U true 2>&1 || echo refused";

        assertThat(both(host(), attempt)).endsWith("refused");
        assertThat(both(host().rootChange(RootChange.CHROOT), attempt)).endsWith("refused");
    }

    /** What chroot leaves behind in the mount namespace must not vouch for a new one. */
    @Test
    void aRootThatIsOnlyChangedToLeavesNoProcAndSysfsToMountAnew() throws InterruptedException {
        Powers.require(Power.ROOT);
        Sandbox.Builder sandbox = host().idMap(IdMap.HOST).rootChange(RootChange.CHROOT);

        for (String type : List.of("sysfs", "proc")) {
            String mount = "mount -t " + type + " none /tmp";
            assertThat(both(sandbox, "unshare -Urm " + mount + " 2>&1 || echo refused"))
                    .as(type)
                    .endsWith("refused");
        }
    }
}
