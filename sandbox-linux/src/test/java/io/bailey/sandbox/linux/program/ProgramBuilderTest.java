package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.Set;

class ProgramBuilderTest {
    private final ProgramBuilder program = new ProgramBuilder("test");

    @Test
    void refusesASeventhArgument() {
        Argument zero = Argument.of(0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.call(Sys.READ, zero, zero, zero, zero, zero, zero, zero))
                .withMessageContaining("7");
    }

    @Test
    void refusesAFifthErrno() {
        ProgramBuilder.Call call = program.call(Sys.GETPPID);
        assertThatIllegalArgumentException().isThrownBy(() -> call.tolerate(1, 2, 3, 4, 5));
    }

    @Test
    void refusesARepetitionThatDoesNotFitItsByte() {
        ProgramBuilder.Call call = program.call(Sys.GETPPID);
        assertThatIllegalArgumentException().isThrownBy(() -> call.repeat(0, 256));
        assertThatIllegalArgumentException().isThrownBy(() -> call.repeat(6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> call.repeat(-1, 1));
    }

    /** A jump of 0 means "no jump" to the interpreter. */
    @Test
    void refusesALabelOnTheFirstOperation() {
        assertThatIllegalStateException().isThrownBy(() -> program.place(new Label()));
    }

    @Test
    void refusesToPlaceALabelTwice() {
        Label label = new Label();
        program.call(Sys.GETPPID);
        program.place(label);
        assertThatIllegalStateException().isThrownBy(() -> program.place(label));
    }

    @Test
    void variablesLieBetweenTheHeaderAndTheOperationsEachInItsOwnWord() {
        Set<Integer> offsets = new HashSet<>();
        for (int i = 0; i < SyscallProgram.MAX_VARIABLES; i++) {
            int offset = program.variable("v" + i).offset();
            assertThat(offset).isBetween(64, SyscallProgram.OPERATIONS_OFFSET - 8);
            assertThat(offset % 8).isZero();
            assertThat(offsets.add(offset)).isTrue();
        }
        assertThatIllegalStateException().isThrownBy(() -> program.variable("one too many"));
    }

    @Test
    void refusesAnEmptyProgram() {
        assertThatIllegalArgumentException().isThrownBy(program::build);
    }

    @Test
    void refusesAStringWithANul() {
        assertThatIllegalArgumentException().isThrownBy(() -> Argument.of("/etc\0/passwd"));
    }

    /** Behind the last operation lie strings: the interpreter would run into them. */
    @Test
    void refusesAProgramThatCanRunOffItsEnd() {
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        program.call(Sys.GETPPID);
        assertThatIllegalStateException().isThrownBy(program::build);
    }

    @Test
    void refusesALabelThatWasNeverPlaced() {
        program.call(Sys.GETPPID).ifZero(new Label());
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        assertThatIllegalStateException().isThrownBy(() -> program.build().link());
    }

    @Test
    void refusesAJumpBehindTheEnd() {
        Label end = new Label();
        program.call(Sys.GETPPID).ifZero(end);
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        program.place(end);
        assertThatIllegalStateException().isThrownBy(() -> program.build().link());
    }

    /** The interpreter looks at five bits of the mask only. */
    @Test
    void refusesAVariableAsSixthArgument() {
        Argument zero = Argument.of(0);
        Argument variable = Argument.of(program.variable("v"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.call(Sys.MMAP, zero, zero, zero, zero, zero, variable));
    }

    /** Operations after build() are another program's. */
    @Test
    void aBuiltProgramDoesNotChange() {
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        SyscallProgram built = program.build();
        program.call(Sys.GETPPID);
        assertThat(built.operations()).hasSize(1);
    }
}
