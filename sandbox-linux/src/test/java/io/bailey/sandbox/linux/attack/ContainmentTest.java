package io.bailey.sandbox.linux.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Every attempt of attempts.c to get out, each by name. None may succeed, but "control", which
 * must, or the others' failure would prove nothing.
 */
@ExtendWith(Stage.class)
@Timeout(120)
class ContainmentTest {

    /**
     * Refused where the JVM is root alone. Of an ordinary user's sandbox the first process has the
     * only id there is, which owns its files in /proc; and without CAP_SETPCAP nobody can empty a
     * bounding set, which no_new_privs leaves without effect.
     */
    private static final Set<String> NEED_ROOT =
            Set.of(
                    "list its fd",
                    "write its oom_score_adj",
                    "write its clear_refs",
                    "a capability, bounding");

    @TestFactory
    Stream<DynamicContainer> full() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        return attempts(BaileyWall.FULL);
    }

    @TestFactory
    Stream<DynamicContainer> fullAsAnotherUser() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.ROOT);
        return attempts(BaileyWall.FULL_AS_USER);
    }

    @TestFactory
    Stream<DynamicContainer> fullEntered() throws Exception {
        Powers.require(Power.STATIC_GCC, Power.USERNS);
        return attempts(BaileyWall.FULL_ENTERED);
    }

    @TestFactory
    Stream<DynamicContainer> unprivileged() throws Exception {
        Powers.require(Power.STATIC_GCC);
        return attempts(BaileyWall.UNPRIVILEGED);
    }

    private static Stream<DynamicContainer> attempts(BaileyWall wall) throws Exception {
        if (wall.sharesNothing()) {
            Stage.arena().answers().prepare(wall);
        }
        return Stage.arena().answers().names(wall).entrySet().stream()
                .map(group -> group(wall, group.getKey(), group.getValue()));
    }

    private static DynamicContainer group(Wall wall, String title, List<String> names) {
        return dynamicContainer(
                title,
                names.stream().map(name -> dynamicTest(name, () -> assertRefused(wall, name))));
    }

    private static void assertRefused(Wall wall, String name) {
        if (NEED_ROOT.contains(name)) {
            Powers.require(Power.ROOT);
        }
        Answer answer = Stage.arena().answers().of(wall, name);
        if (name.equals("control")) {
            assertThat(answer.verdict()).isEqualTo(Answer.Verdict.ALLOWED);
        } else {
            assertThat(answer).as("%s: %s", wall.title(), name).matches(Answer::held, "held");
        }
    }
}
