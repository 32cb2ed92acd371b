package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** Programs that read what they do next, carried out. */
class RestTest {
    private static final int ROOM = 4096;
    private static final Argument STDOUT = Argument.of(1);

    private static void say(ProgramBuilder program, String text) {
        program.call(Sys.WRITE, STDOUT, Argument.of(text), Argument.of(text.length()));
    }

    private static ProgramBuilder reading() {
        ProgramBuilder program = new ProgramBuilder("test");
        say(program, "head");
        program.call(Sys.READ, Argument.of(0), Argument.of(Blob.rest(ROOM)), Argument.of(ROOM));
        return program;
    }

    private static ProgramBuilder.Call exit(ProgramBuilder program, Argument status) {
        return program.call(Sys.EXIT_GROUP, status);
    }

    @Test
    void goesOnWithWhatItHasRead() throws Exception {
        Run run =
                Run.cut(
                        head -> say(head, "one "),
                        rest -> {
                            say(rest, "two");
                            exit(rest, Argument.of(7));
                        });
        assertThat(run.text()).isEqualTo("one two");
        assertThat(run.exit()).isEqualTo(7);
    }

    @Test
    void whatTheHeadHasStoredIsThere() throws Exception {
        Variable copy = new ProgramBuilder("numbering").variable("copy");
        Run run =
                Run.cut(
                        head -> head.call(Sys.DUP, STDOUT).store(head.variable("copy")),
                        rest -> exit(rest, Argument.of(copy)));
        assertThat(run.exit()).isEqualTo(3);
    }

    @Test
    void jumpsLeadFromTheRestIntoTheHead() throws Exception {
        Label end = new Label();
        Run run =
                Run.cut(
                        head -> {
                            Label on = new Label();
                            head.call(Sys.FCHDIR, Argument.of(999))
                                    .tolerate(Errno.EBADF)
                                    .orElse(on);
                            head.place(end);
                            say(head, "ended");
                            exit(head, Argument.of(3));
                            head.place(on);
                            say(head, "went on, ");
                        },
                        rest -> {
                            rest.call(Sys.CLOSE, Argument.of(0)).ifZero(end);
                            exit(rest, Argument.of(0));
                        });
        assertThat(run.text()).isEqualTo("went on, ended");
        assertThat(run.exit()).isEqualTo(3);
    }

    @Test
    void anErrorInTheRestNamesTheOperationOfTheWhole() throws Exception {
        Run.cut(
                        head -> head.call(Sys.SETSID).tolerate(Errno.EPERM),
                        rest -> {
                            rest.call(Sys.CHDIR, Argument.of("/"));
                            rest.call(Sys.CLOSE, Argument.of(999));
                            exit(rest, Argument.of(0));
                        })
                .failedAt(3, Errno.EBADF);
    }

    @Test
    void anEndOfInputRunsIntoNoOperationOfItsOwn() throws Exception {
        Label end = new Label();
        ProgramBuilder program = new ProgramBuilder("test");
        Label on = new Label();
        program.call(
                        Sys.RT_SIGPROCMASK,
                        Argument.of(0),
                        Argument.nil(),
                        Argument.nil(),
                        Argument.of(8))
                .ifZero(on);
        program.place(end);
        exit(program, Argument.of(137));
        program.place(on);
        program.call(Sys.READ, Argument.of(0), Argument.of(Blob.rest(ROOM)), Argument.of(ROOM))
                .ifZero(end);
        assertThat(Run.of(program.build().link()).exit()).isEqualTo(137);
    }

    @Test
    void whatIsTooMuchForTheRoomIsNone() {
        ProgramBuilder program = reading();
        LinkedProgram linked = program.build().link();
        ProgramBuilder whole = program.copy();
        say(whole, "x".repeat(ROOM));
        exit(whole, Argument.of(0));
        assertThat(linked.rest(whole.build())).isEmpty();
    }

    @Test
    void fillsTheRoomToTheLastByte() {
        ProgramBuilder program = reading();
        LinkedProgram linked = program.build().link();
        ProgramBuilder whole = program.copy();
        say(whole, "x".repeat(ROOM - 2 * Operation.BYTES - 1));
        exit(whole, Argument.of(0));
        assertThat(linked.rest(whole.build()))
                .hasValueSatisfying(rest -> assertThat(rest).hasSize(ROOM));
    }

    @Test
    void aRestKnowsNothingOfALaunch() {
        ProgramBuilder program = reading();
        LinkedProgram linked = program.build().link();
        ProgramBuilder whole = program.copy();
        exit(whole, Argument.of(new Binding("fd")));
        SyscallProgram built = whole.build();
        assertThatThrownBy(() -> linked.rest(built)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stringsOfTheHeadAreNotSentAgain() {
        ProgramBuilder program = reading();
        LinkedProgram linked = program.build().link();
        ProgramBuilder whole = program.copy();
        say(whole, "head");
        exit(whole, Argument.of(0));
        assertThat(linked.rest(whole.build()).orElseThrow()).hasSize(2 * Operation.BYTES);
    }

    @Test
    void theRoomIsNoPartOfTheImage() {
        LinkedProgram linked = reading().build().link();
        assertThat(linked.length()).isLessThan(ROOM);
        assertThat(linked.size()).isGreaterThan(ROOM);
        assertThat(Images.of(linked, 1, 1, Map.of()).length).isLessThan(3 * 4096);
    }

    @Test
    void roomIsAWholeNumberOfPages() {
        for (int size : List.of(0, -4096, 100)) {
            assertThatThrownBy(() -> Blob.rest(size)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
