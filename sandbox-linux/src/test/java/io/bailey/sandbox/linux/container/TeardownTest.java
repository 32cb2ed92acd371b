package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class TeardownTest {
    @Test
    void eachStepIsTakenAndTheFirstFailureTold() {
        List<String> taken = new ArrayList<>();
        Teardown down =
                new Teardown()
                        .then(() -> taken.add("one"))
                        .then(() -> {
                            throw new IllegalStateException("two");
                        })
                        .then(() -> taken.add("three"))
                        .then(() -> {
                            throw new AssertionError("four");
                        });
        assertThat(down.ask(() -> "five", "none")).isEqualTo("five");
        String none =
                down.ask(
                        () -> {
                            throw new IllegalArgumentException("six");
                        },
                        "none");
        assertThat(none).isEqualTo("none");
        assertThat(taken).containsExactly("one", "three");
        assertThatThrownBy(down::end)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("two")
                .satisfies(failure ->
                        assertThat(failure.getSuppressed())
                                .extracting(Throwable::getMessage)
                                .containsExactly("four", "six"));
    }

    @Test
    void whatWentWellThrowsNothing() {
        new Teardown().then(() -> {}).end();
    }
}
