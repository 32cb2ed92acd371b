package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.testing.ChildJvm;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** What fails between the launch and the wait leaves no process behind. */
class HalfBornTest {

    @Test
    void aSessionNobodyWaitsForEnds() throws Exception {
        ChildJvm jvm = ChildJvm.run("", List.of(), Broken.class);
        assertThat(jvm.lines())
                .containsExactly("run: refused, 0 children", "exec: refused, 1 children");
        assertThat(jvm.exitCode()).isZero();
    }

    /** A JVM whose timers take nothing any more. */
    static final class Broken {
        private Broken() {}

        public static void main(String[] args) throws InterruptedException {
            Engine.shared().timers().shutdown();
            Command timed = Command.of("sleep", "600").timeout(Duration.ofSeconds(500));
            try (Sandbox sandbox = Sandbox.builder().build()) {
                say("run", () -> sandbox.run(timed));
                Container container = sandbox.start(Command.of("sleep", "600"));
                say("exec", () -> container.exec(timed));
            } finally {
                System.out.flush();
                Runtime.getRuntime().halt(0);
            }
        }

        private static void say(String what, Step step) throws InterruptedException {
            String how;
            try {
                step.take();
                how = "went through";
            } catch (RejectedExecutionException expected) {
                how = "refused";
            }
            System.out.println(
                    what
                            + ": "
                            + how
                            + ", "
                            + ProcessHandle.current().children().count()
                            + " children");
        }
    }

    /** Something that is to fail. */
    private interface Step {
        void take() throws InterruptedException;
    }
}
