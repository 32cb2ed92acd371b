package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looking for a detached container does it no harm, whatever the looker lacks. */
@Timeout(120)
@ExtendWith(LeakAudit.class)
class DetachedLookTest {
    /** More than any look takes. */
    private static final int ENOUGH = 40;

    /** Of a line that is no warning. */
    private static final String LOOK = "look: ";

    /** Looks with no descriptor free, with one, with two, until it can. */
    static final class Looker {
        private Looker() {}

        public static void main(String[] arguments) throws IOException {
            String id = arguments[0];
            DescriptorLimitTest.Exhausted.loadAllClasses();
            // What is found out once, and what a warning loads.
            System.getLogger(Looker.class.getName())
                    .log(System.Logger.Level.WARNING, "soon there is no descriptor left");
            Containers.find(id).orElseThrow().close();
            String last = "";
            for (int free = 0; free < ENOUGH && !last.equals("RUNNING"); free++) {
                List<FileInputStream> taken = all();
                for (int i = 0; i < free; i++) {
                    taken.removeLast().close();
                }
                last = told(() -> looked(id));
                String removed = told(() -> "removed " + Containers.remove(id));
                for (FileInputStream file : taken) {
                    file.close();
                }
                System.out.println(LOOK + last + "\t" + removed);
            }
        }

        private static List<FileInputStream> all() {
            List<FileInputStream> taken = new ArrayList<>();
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException none) {
                return taken;
            }
        }

        private static String looked(String id) {
            List<ContainerInfo> listed = Containers.list();
            try (Container container = Containers.find(id).orElseThrow()) {
                return listed.isEmpty() ? "unlisted" : container.state().toString();
            }
        }

        private interface Look {
            String run();
        }

        private static String told(Look look) {
            try {
                return look.run();
            } catch (SandboxException | IllegalStateException failure) {
                return String.valueOf(failure.getMessage()).replaceAll("\\s", " ");
            }
        }
    }

    @Test
    void whoHasNoDescriptorsDoesNotKillIt() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container = sandbox.startDetached("sleep", "600");
            try {
                List<String> lines =
                        ChildJvm.run(
                                        "ulimit -n 160;",
                                        List.of("-XX:-MaxFDLimit"),
                                        Looker.class,
                                        container.id())
                                .lines()
                                .stream()
                                .filter(line -> line.startsWith(LOOK))
                                .map(line -> line.substring(LOOK.length()))
                                .toList();
                assertThat(lines).as("%s", lines).hasSizeBetween(2, ENOUGH - 1);
                assertThat(lines.getLast()).startsWith("RUNNING\t").contains("lives");
                assertThat(lines.subList(0, lines.size() - 1))
                        .allSatisfy(line ->
                                assertThat(line).contains("EMFILE").doesNotContain("removed"));
                assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
            } finally {
                container.kill();
                container.waitFor();
                container.close();
                Containers.remove(container.id());
            }
        }
    }

    /** With a cgroup, where there may be one: that is what killed it. */
    private static Sandbox.Builder host() {
        Sandbox.Builder builder = Sandbox.builder().rootfs(Rootfs.host());
        return Power.CGROUP_WRITABLE.isPresent() ? builder.pids(20) : builder;
    }
}
