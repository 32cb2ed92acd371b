package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.ChildJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/** What a JVM was started with is none of the sandbox's business. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class InheritedStateTest {
    private static final Duration LIMIT = Duration.ofMillis(300);

    /** The JVM that was started oddly: runs one sandbox and prints what came of it. */
    static final class Odd {
        private Odd() {}

        public static void main(String[] args) throws InterruptedException {
            Result result =
                    Sandboxes.host()
                            .mount(Mount.file("content".getBytes(), "/tmp/made/file"))
                            .run(
                                    "sh",
                                    "-c",
                                    "cat /tmp/made/file; stat -c ' %a' /tmp/made; umask;"
                                            + " cat /proc/self/oom_score_adj; exit 3");
            System.out.print(result.stdout() + result.stderr());
            System.out.println(result.termination());
        }
    }

    /** Runs a sandbox into its time limit. */
    static final class Late {
        private Late() {}

        public static void main(String[] args) throws InterruptedException {
            Result result =
                    Sandboxes.host().build().run(Command.of("sleep", "1000").timeout(LIMIT));
            System.out.println(result.termination());
        }
    }

    private static List<String> startedWith(String shell) throws Exception {
        return ChildJvm.run(shell, List.of(), Odd.class).lines();
    }

    /** Ignored signals stay ignored over exec: the init would never be woken. */
    @Test
    void anIgnoredSigchld() throws Exception {
        assertThat(startedWith("trap '' CHLD;")).endsWith("Exited[code=3]");
    }

    /** The kernel reaps, so there is no status to ask for; the reason is known all the same. */
    @Test
    void anIgnoredSigchldAndAKill() throws Exception {
        assertThat(ChildJvm.run("trap '' CHLD;", List.of(), Late.class).lines())
                .containsExactly(new Termination.TimedOut(LIMIT).toString());
    }

    @Test
    void aUmask() throws Exception {
        assertThat(startedWith("umask 077;"))
                .containsSubsequence("content 755", "0022", "Exited[code=3]");
    }

    /** Sparing takes CAP_SYS_RESOURCE, so where this fails there is nothing to inherit. */
    @Test
    void theOomKillersOrderToSpareTheJvm() throws Exception {
        List<String> said =
                startedWith("{ echo -500 > /proc/self/oom_score_adj; } 2>/dev/null || true;");

        assertThat(said.get(2)).matches("\\d+");
    }
}
