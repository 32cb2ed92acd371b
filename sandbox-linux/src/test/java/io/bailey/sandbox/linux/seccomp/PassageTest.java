package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What a filter surely allows, against the machine that carries filters out. */
class PassageTest {
    private static final int READ = 0;
    private static final int MKDIR = 83;
    private static final int PERSONALITY = 135;

    private static List<Long> words(Filter filter) {
        ByteBuffer bytes = ByteBuffer.wrap(filter.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> words = new ArrayList<>();
        while (bytes.hasRemaining()) {
            words.add(bytes.getLong());
        }
        return words;
    }

    private static Passage of(Filter filter) {
        return new Passage(words(filter), Architecture.X86_64);
    }

    @Test
    void theStandardProfileLetsReadAndNotMount() {
        Passage passage = of(FilterCompiler.compile(StandardProfile.profile(), Filters.X86));
        assertThat(passage.allows(READ)).isTrue();
        assertThat(passage.allows(165 /* mount */)).isFalse();
    }

    @Test
    void whatDependsOnArgumentsIsNotSure() {
        Passage passage = of(FilterCompiler.compile(StandardProfile.profile(), Filters.X86));
        assertThat(passage.allows(PERSONALITY)).isFalse();
    }

    @Test
    void allowsNothingThatTheMachineDoesNot() {
        Filter filter = FilterCompiler.compile(StandardProfile.profile(), Filters.X86);
        Passage passage = of(filter);
        for (int number = 0; number < 500; number++) {
            if (passage.allows(number)) {
                Call call = new Call(Architecture.X86_64.auditNumber(), number);
                assertThat(Filters.answer(filter, call)).as("call %d", number).isEqualTo("allow");
            }
        }
    }

    @Test
    void aProgramThatEndsWithoutAnAnswerAllowsNothing() {
        assertThat(new Passage(List.of(), Architecture.X86_64).allows(MKDIR)).isFalse();
        assertThat(new Passage(List.of(0x0016L), Architecture.X86_64).allows(MKDIR)).isFalse();
    }
}
