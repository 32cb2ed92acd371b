package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;

/**
 * CVE-2024-21626: the working directory is a descriptor that the JVM has left open on a directory
 * of the host.
 */
@ExtendWith(Stage.class)
@Timeout(120)
class WorkdirTest {
    private static final int CARELESS = 50;

    @Test
    void noDescriptorLeadsOut() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        List<Fd> careless = new ArrayList<>();
        Linux linux = Linux.host();
        try {
            for (int i = 0; i < CARELESS; i++) {
                Fd fd = linux.own(linux.openat(Linux.AT_FDCWD, "/", Linux.O_RDONLY, 0));
                linux.fcntl(fd.number(), Linux.F_SETFD, 0);
                careless.add(fd);
            }
            for (int number = 3; number < 64 + CARELESS; number++) {
                assertInside("/proc/self/fd/" + number);
                assertInside("/proc/1/fd/" + number);
            }
        } finally {
            careless.forEach(Fd::close);
        }
    }

    private static void assertInside(String workdir) throws InterruptedException {
        Command look = BaileyWall.FULL.command("attempts", "try", "a working directory outside");
        try {
            Result result = BaileyWall.FULL.sandbox().workdir(workdir).run(look);
            assertThat(Answer.parse(result.stdout()).verdict())
                    .as(workdir + ": " + result.stdout())
                    .isEqualTo(Answer.Verdict.REFUSED);
        } catch (SandboxException refused) {
            assertThat(refused).hasMessageContaining(workdir);
        }
    }
}
