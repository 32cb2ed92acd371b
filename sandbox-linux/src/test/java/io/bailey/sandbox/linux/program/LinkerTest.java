package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

class LinkerTest {
    private final ProgramBuilder program = new ProgramBuilder("test");

    private SyscallProgram built() {
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        return program.build();
    }

    private Call first() {
        return Decoded.of(built()).calls().getFirst();
    }

    @Test
    void equalStringsShareAPlace() {
        program.call(Sys.CHDIR, Argument.of("/same"));
        program.call(Sys.CHDIR, Argument.of("/other"));
        program.call(Sys.CHDIR, Argument.of("/same"));
        List<Call> calls = Decoded.of(built()).calls();
        assertThat(calls.get(2).number(0)).isEqualTo(calls.get(0).number(0));
        assertThat(calls.get(1).number(0)).isNotEqualTo(calls.get(0).number(0));
        assertThat(calls.subList(0, 3))
                .extracting(call -> call.string(0))
                .containsExactly("/same", "/other", "/same");
    }

    @Test
    void stringsOfArgumentsAndOfStructsAreOneToo() {
        Blob argv = Blob.struct("[]", List.of(new Blob.Address(new Blob.Text("/same"), 0)));
        program.call(Sys.EXECVE, Argument.of("/same"), Argument.of(argv));
        Call call = first();
        assertThat(call.word(1, 0)).isEqualTo(call.number(0));
    }

    /** The kernel writes to them: sharing would let one result overwrite another. */
    @Test
    void equalBuffersDoNotShareAPlace() {
        program.call(
                Sys.READ, Argument.of(Blob.buffer(8, "&a")), Argument.of(Blob.buffer(8, "&a")));
        Call call = first();
        assertThat(call.number(0)).isNotEqualTo(call.number(1));
    }

    @Test
    void oneBufferHasOnePlace() {
        Blob report = Blob.buffer(32, "&report");
        program.call(Sys.READ, Argument.of(report), Argument.of(report, 16));
        Call call = first();
        assertThat(call.number(1) - call.number(0)).isEqualTo(16);
    }

    @Test
    void structsAreAlignedWhateverComesBefore() {
        for (String odd : List.of("", "1", "12", "123", "1234567")) {
            program.call(Sys.OPENAT2, Argument.of(odd), Argument.of(Blob.struct("{1, 2}", 1, 2)));
        }
        for (Call call : Decoded.of(built()).calls().subList(0, 5)) {
            assertThat(call.number(1) % 8).isZero();
            assertThat(List.of(call.word(1, 0), call.word(1, 1))).containsExactly(1L, 2L);
        }
    }

    @Test
    void theBaseIsAddedToEveryAddressAndToNothingElse() {
        Variable variable = program.variable("v");
        Blob argv =
                Blob.struct(
                        "[]",
                        List.of(new Blob.Address(new Blob.Text("hello"), 2), new Blob.Number(7)));
        program.call(
                        Sys.EXECVE,
                        Argument.of("hello"),
                        Argument.of(argv),
                        Argument.addressOf(variable),
                        Argument.of(variable),
                        Argument.of(7))
                .store(variable);
        LinkedProgram linked = built().link();
        ByteBuffer low = words(linked.bind(0, 1, 2, Map.of()));
        ByteBuffer high = words(linked.bind(0x40_0000, 1, 2, Map.of()));
        int different = 0;
        for (int at = 0; at + 8 <= linked.size(); at += 8) {
            long moved = high.getLong(at) - low.getLong(at);
            assertThat(moved).isIn(0L, 0x40_0000L);
            different += moved == 0 ? 0 : 1;
        }
        assertThat(different)
                .as("string, struct, &variable, and the word in the struct")
                .isEqualTo(4);
    }

    private static ByteBuffer words(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void theHeaderTellsWhereErrorsGoAndWhoseTheyAre() {
        program.call(Sys.GETPPID);
        ByteBuffer header = words(built().link().bind(0, 2, 17, Map.of()));
        assertThat(header.getLong(0)).isEqualTo(17);
        assertThat(header.getInt(8)).isEqualTo(2);
    }

    @Test
    void bindingsArePatchedInArgumentsAndStructs() {
        Binding fd = new Binding("fd");
        Binding poll = new Binding("poll");
        program.call(
                Sys.PPOLL,
                Argument.of(fd),
                Argument.of(Blob.struct("{}", List.of(new Blob.Bound(poll)))));
        Call call = Decoded.of(built(), Map.of(fd, 23L, poll, 1L << 32 | 9)).calls().getFirst();
        assertThat(call.number(0)).isEqualTo(23);
        assertThat(call.word(1, 0)).isEqualTo(1L << 32 | 9);
    }

    @Test
    void aLaunchLeavesNothingBehindForTheNext() {
        Binding fd = new Binding("fd");
        program.call(Sys.CLOSE, Argument.of(fd), Argument.of("text"));
        LinkedProgram linked = built().link();
        byte[] first = linked.bind(4096, 1, 2, Map.of(fd, 3L));
        linked.bind(8192, 7, 8, Map.of(fd, 9L));
        assertThat(linked.bind(4096, 1, 2, Map.of(fd, 3L))).isEqualTo(first);
    }

    @Test
    void aMissingBindingIsNamed() {
        program.call(Sys.CLOSE, Argument.of(new Binding("lifeline")));
        LinkedProgram linked = built().link();
        assertThatThrownBy(() -> linked.bind(0, 1, 2, Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("@lifeline");
    }

    @Test
    void everyFieldOfAnOperationIsWritten() {
        Label zero = new Label();
        Label absent = new Label();
        Variable variable = program.variable("v");
        program.call(Sys.CLOSE, Argument.of(4), Argument.of(variable))
                .store(variable)
                .tolerate(Errno.ENOENT, Errno.EDQUOT)
                .orElse(absent)
                .ifZero(zero)
                .repeat(0, 255);
        program.place(zero);
        program.call(Sys.GETPPID);
        program.place(absent);
        Call call = first();
        assertThat(call.sys()).isEqualTo(Sys.CLOSE);
        assertThat(call.tolerated()).containsExactly(Errno.ENOENT, Errno.EDQUOT);
        assertThat(call.onZero()).isEqualTo(1);
        assertThat(call.onTolerated()).isEqualTo(2);
        assertThat(call.store()).isEqualTo(variable.offset());
        assertThat(call.repeat()).isEqualTo(1);
        assertThat(call.last()).isEqualTo(255);
        assertThat(call.variables()).isEqualTo(0b10);
        assertThat(call.variable(1)).contains((long) variable.offset());
    }

    @Test
    void aResultIsStoredInAWordOfAStruct() {
        Blob.Words part = Blob.struct("{}", 7, 0, 7);
        program.call(Sys.CHDIR, Argument.of("/a string that would lie before it"));
        program.call(Sys.READ, Argument.of(0), Argument.of(part))
                .store(new Store.Field(part, 8, "length"));
        Call call = Decoded.of(built()).calls().get(1);
        assertThat(call.store()).isEqualTo((int) call.number(1) + 8);
    }

    @Test
    void onlyAWholeWordOfItIsAPlace() {
        Blob.Words words = Blob.struct("{}", 1, 2);
        for (int offset : List.of(-8, 4, 16)) {
            assertThatThrownBy(() -> new Store.Field(words, offset, "there"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no word at " + offset);
        }
    }

    /** However many strings there are. */
    @Test
    void whereResultsAreStoredComesFirst() {
        Blob.Words part = Blob.struct("{}", 0);
        program.call(Sys.READ, Argument.of(Blob.buffer(1 << 17, "&much")));
        program.call(Sys.GETPPID).store(new Store.Field(part, 0, "there"));
        assertThat(Decoded.of(built()).calls().get(1).store()).isLessThan(2048);
    }

    @Test
    void aPlaceTheInterpreterCannotReachIsRefused() {
        Blob.Words part = Blob.struct("{}", 0);
        for (int i = 0; i < 1024; i++) {
            program.call(Sys.GETPPID);
        }
        program.call(Sys.GETPPID).store(new Store.Field(part, 0, "there"));
        SyscallProgram long1024 = built();
        assertThatThrownBy(long1024::link)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there lies at");
    }

    @Test
    void aStructMayPointAtItself() {
        Blob self = Blob.struct("{}", List.of(new Blob.Number(1), new Blob.Self(0)));
        program.call(Sys.READ, Argument.of(self));
        Call call = first();
        assertThat(call.word(0, 1)).isEqualTo(call.number(0));
    }
}
