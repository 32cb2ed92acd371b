package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/**
 * What the interpreter does, seen from outside: each program is executed and its exit status and
 * output looked at.
 */
class InterpreterTest {
    private static final Argument STDIN = Argument.of(0);
    private static final Argument STDOUT = Argument.of(1);

    private static void say(ProgramBuilder program, String text) {
        program.call(Sys.WRITE, STDOUT, Argument.of(text), Argument.of(text.length()));
    }

    private static void exit(ProgramBuilder program, int status) {
        program.call(Sys.EXIT_GROUP, Argument.of(status));
    }

    /** A call that fails with EBADF. */
    private static ProgramBuilder.Call fail(ProgramBuilder program) {
        return program.call(Sys.CLOSE, Argument.of(999));
    }

    @Test
    void carriesOutOneCallAfterAnother() throws Exception {
        Run run =
                Run.of(program -> {
                    say(program, "one ");
                    say(program, "two");
                    exit(program, 42);
                });
        assertThat(run.text()).isEqualTo("one two");
        assertThat(run.exit()).isEqualTo(42);
    }

    @Test
    void aStoredResultIsTheFirstArgumentOfALaterCall() throws Exception {
        Run run =
                Run.of(program -> {
                    Variable first = program.variable("first");
                    Variable second = program.variable("second");
                    program.call(Sys.DUP, STDOUT).store(first);
                    program.call(Sys.DUP, STDOUT).store(second);
                    program.call(Sys.CLOSE, Argument.of(first));
                    program.call(Sys.EXIT_GROUP, Argument.of(second));
                });
        assertThat(run.exit()).isEqualTo(4);
    }

    @Test
    void aStoredResultIsTheSecondArgumentOfALaterCall() throws Exception {
        Run run =
                Run.of(program -> {
                    Variable there = program.variable("there");
                    Variable result = program.variable("result");
                    program.call(Sys.DUP3, STDOUT, Argument.of(77), Argument.of(0)).store(there);
                    program.call(Sys.CLOSE, Argument.of(there));
                    program.call(Sys.DUP3, STDOUT, Argument.of(there), Argument.of(0))
                            .store(result);
                    program.call(Sys.EXIT_GROUP, Argument.of(result));
                });
        assertThat(run.exit()).isEqualTo(77);
    }

    @Test
    void aStoredResultIsTheThirdArgumentOfALaterCall() throws Exception {
        Run run =
                Run.of(program -> {
                    Variable five = program.variable("five");
                    program.call(Sys.DUP3, STDOUT, Argument.of(5), Argument.of(0)).store(five);
                    program.call(Sys.WRITE, STDOUT, Argument.of("123456789"), Argument.of(five));
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("12345");
    }

    @Test
    void aStoredResultIsTheFourthArgumentOfALaterCall() throws Exception {
        Run run =
                Run.of(program -> {
                    Variable file = program.variable("file");
                    Variable offset = program.variable("offset");
                    Blob digit = Blob.buffer(8, "&digit");
                    program.call(Sys.MEMFD_CREATE, Argument.of("digits"), Argument.of(0))
                            .store(file);
                    program.call(
                                    Sys.WRITE,
                                    Argument.of(file),
                                    Argument.of("0123456789"),
                                    Argument.of(7))
                            .store(offset);
                    program.call(
                            Sys.WRITE, Argument.of(file), Argument.of("seven"), Argument.of(5));
                    program.call(
                            Sys.PREAD64,
                            Argument.of(file),
                            Argument.of(digit),
                            Argument.of(5),
                            Argument.of(offset));
                    program.call(Sys.WRITE, STDOUT, Argument.of(digit), Argument.of(5));
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("seven");
    }

    /** ppoll(2) takes a signal set of 8 bytes and no other: EINVAL for a wrong fifth argument. */
    @Test
    void aStoredResultIsTheFifthArgumentOfALaterCall() throws Exception {
        Run run =
                Run.of(program -> {
                    Variable eight = program.variable("eight");
                    program.call(Sys.DUP3, STDOUT, Argument.of(8), Argument.of(0)).store(eight);
                    program.call(
                            Sys.PPOLL,
                            Argument.nil(),
                            Argument.of(0),
                            Argument.of(Blob.struct("{0, 0}", 0, 0)),
                            Argument.of(Blob.struct("[]", 0)),
                            Argument.of(eight));
                    exit(program, 9);
                });
        assertThat(run.exit()).isEqualTo(9);
    }

    @Test
    void theKernelWritesToAVariable() throws Exception {
        Run run =
                Run.of(
                        "A",
                        Map.of(),
                        program -> {
                            Variable letter = program.variable("letter");
                            program.call(
                                    Sys.READ, STDIN, Argument.addressOf(letter), Argument.of(1));
                            program.call(Sys.EXIT_GROUP, Argument.of(letter));
                        });
        assertThat(run.exit()).isEqualTo('A');
    }

    @Test
    void aResultOfZeroJumps() throws Exception {
        Run run =
                Run.of(program -> {
                    Label end = new Label();
                    program.call(Sys.READ, STDIN, Argument.of(Blob.buffer(8, "&b")), Argument.of(1))
                            .ifZero(end);
                    say(program, "not reached");
                    program.place(end);
                    exit(program, 3);
                });
        assertThat(run.text()).isEmpty();
        assertThat(run.exit()).isEqualTo(3);
    }

    @Test
    void anyOtherResultGoesOn() throws Exception {
        Run run =
                Run.of(
                        "x",
                        Map.of(),
                        program -> {
                            Label end = new Label();
                            program.call(
                                            Sys.READ,
                                            STDIN,
                                            Argument.of(Blob.buffer(8, "&b")),
                                            Argument.of(1))
                                    .ifZero(end);
                            say(program, "reached");
                            program.place(end);
                            exit(program, 3);
                        });
        assertThat(run.text()).isEqualTo("reached");
    }

    @Test
    void jumpsBackToo() throws Exception {
        Run run =
                Run.of(
                        "abc",
                        Map.of(),
                        program -> {
                            Label again = new Label();
                            Label end = new Label();
                            Blob letter = Blob.buffer(8, "&letter");
                            say(program, ">");
                            program.place(again);
                            program.call(Sys.READ, STDIN, Argument.of(letter), Argument.of(1))
                                    .ifZero(end);
                            program.call(Sys.WRITE, STDOUT, Argument.of(letter), Argument.of(1));
                            program.call(Sys.WRITE, STDOUT, Argument.of(letter), Argument.of(0))
                                    .ifZero(again);
                            program.place(end);
                            exit(program, 0);
                        });
        assertThat(run.text()).isEqualTo(">abc");
    }

    @Test
    void aToleratedErrnoGoesOn() throws Exception {
        Run run =
                Run.of(program -> {
                    fail(program).tolerate(Errno.EBADF);
                    say(program, "went on");
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("went on");
    }

    @Test
    void aToleratedErrnoJumps() throws Exception {
        Run run =
                Run.of(program -> {
                    Label absent = new Label();
                    fail(program).tolerate(Errno.EBADF).orElse(absent);
                    say(program, "not reached");
                    program.place(absent);
                    exit(program, 5);
                });
        assertThat(run.text()).isEmpty();
        assertThat(run.exit()).isEqualTo(5);
    }

    @Test
    void eachOfFourErrnosIsTolerated() throws Exception {
        List<Integer> others = List.of(Errno.ENOENT, Errno.EACCES, Errno.EINTR);
        for (int place = 0; place < 4; place++) {
            Integer[] errnos = new Integer[4];
            for (int i = 0, other = 0; i < 4; i++) {
                errnos[i] = i == place ? Integer.valueOf(Errno.EBADF) : others.get(other++);
            }
            Run run =
                    Run.of(program -> {
                        fail(program).tolerate(errnos);
                        exit(program, 6);
                    });
            assertThat(run.exit()).as("place %d", place).isEqualTo(6);
        }
    }

    @Test
    void noOtherErrnoIsTolerated() throws Exception {
        Run run =
                Run.of(program -> {
                    fail(program).tolerate(Errno.ENOENT, Errno.EACCES);
                    exit(program, 0);
                });
        run.failedAt(0, Errno.EBADF);
    }

    @Test
    void aSuccessDoesNotTakeTheJumpOfAFailure() throws Exception {
        Run run =
                Run.of(program -> {
                    Label absent = new Label();
                    program.call(Sys.DUP, STDOUT).tolerate(Errno.EBADF).orElse(absent);
                    say(program, "reached");
                    program.place(absent);
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("reached");
    }

    @Test
    void anErrorRecordNamesTheOperation() throws Exception {
        Run run =
                Run.of(program -> {
                    for (int i = 0; i < 300; i++) {
                        program.call(Sys.GETPPID);
                    }
                    program.call(Sys.CHDIR, Argument.of("/this directory is not there at all"));
                    exit(program, 0);
                });
        run.failedAt(300, Errno.ENOENT);
    }

    @Test
    void repeatsWithAnArgumentCountedUpToTheLastInclusive() throws Exception {
        Run run =
                Run.of(program -> {
                    program.call(Sys.WRITE, STDOUT, Argument.of("abcd"), Argument.of(1))
                            .repeat(2, 4);
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("aababcabcd");
    }

    @Test
    void aToleratedErrnoDoesNotEndARepetition() throws Exception {
        Run run =
                Run.of(program -> {
                    program.call(Sys.CLOSE, Argument.of(200)).tolerate(Errno.EBADF).repeat(0, 255);
                    program.call(Sys.DUP3, STDOUT, Argument.of(9), Argument.of(0));
                    // 0 is not open for writing, 2 to 8 are closed: only 1 and 9 take it.
                    program.call(Sys.WRITE, Argument.of(0), Argument.of("x"), Argument.of(1))
                            .tolerate(Errno.EBADF)
                            .repeat(0, 1);
                    exit(program, 0);
                });
        assertThat(run.text()).isEqualTo("x");
    }

    @Test
    void anErrorInsideARepetitionIsThatOperations() throws Exception {
        Run run =
                Run.of(program -> {
                    program.call(Sys.GETPPID);
                    program.call(Sys.CLOSE, Argument.of(2)).repeat(0, 250);
                    exit(program, 0);
                });
        run.failedAt(1, Errno.EBADF);
    }

    @Test
    void aBindingIsFilledIn() throws Exception {
        Binding status = new Binding("status");
        Run run =
                Run.of(
                        "",
                        Map.of(status, 87L),
                        program -> program.call(Sys.EXIT_GROUP, Argument.of(status)));
        assertThat(run.exit()).isEqualTo(87);
    }

    @Test
    void addressesInStructsLeadToTheirStrings() throws Exception {
        Blob arguments =
                Blob.struct(
                        "[...]",
                        List.of(
                                new Blob.Address(new Blob.Text("sh"), 0),
                                new Blob.Address(new Blob.Text("-c"), 0),
                                new Blob.Address(new Blob.Text("echo \"$WORD\"; exit 8"), 0),
                                new Blob.Number(0)));
        Blob environment =
                Blob.struct(
                        "[...]",
                        List.of(
                                new Blob.Address(new Blob.Text("xxWORD=grüße"), 2),
                                new Blob.Number(0)));
        Run run =
                Run.of(program ->
                        program.call(
                                Sys.EXECVE,
                                Argument.of("/bin/sh"),
                                Argument.of(arguments),
                                Argument.of(environment)));
        assertThat(run.text()).isEqualTo("grüße\n");
        assertThat(run.exit()).isEqualTo(8);
    }

    /** What was read is written, as long as it is, with its length before it. */
    @Test
    void aLengthThatIsOnlyKnownThenIsWrittenAndWrittenBy() throws Exception {
        Run run =
                Run.of(program -> {
                    Blob bytes = Blob.buffer(64, "&bytes");
                    Blob.Words parts =
                            Blob.struct(
                                    "[length, bytes]",
                                    List.of(
                                            new Blob.Self(24),
                                            new Blob.Number(8),
                                            new Blob.Address(bytes, 0),
                                            new Blob.Number(0)));
                    program.call(
                                    Sys.READLINKAT,
                                    Argument.of(-100),
                                    Argument.of("/proc/self/exe"),
                                    Argument.of(bytes),
                                    Argument.of(64))
                            .store(new Store.Field(parts, 24, "length"));
                    program.call(Sys.WRITEV, STDOUT, Argument.of(parts), Argument.of(2));
                    exit(program, 0);
                });
        assertThat(run.text()).matches("(?s).\\x00{7}/.+");
        assertThat((int) run.text().charAt(0)).isEqualTo(run.text().length() - 8);
    }
}
