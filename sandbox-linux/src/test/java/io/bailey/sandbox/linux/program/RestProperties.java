package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A program that is cut anywhere and put together again is the same program. */
class RestProperties {
    private static final int ROOM = 1 << 16;

    /** A piece of a program: all its jumps stay in it. */
    private record Piece(String name, Consumer<ProgramBuilder> steps) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        Arbitrary<String> text = Arbitraries.strings().withChars('a', 'b', ' ').ofMaxLength(5);
        Arbitrary<Piece> says = text.map(t -> new Piece("say " + t, program -> say(program, t)));
        Arbitrary<Piece> skips =
                Combinators.combine(text, text)
                        .as((skipped, t) ->
                                new Piece(
                                        "skip " + skipped + ", say " + t,
                                        program -> {
                                            Label on = new Label();
                                            program.call(Sys.CLOSE, Argument.of(999))
                                                    .tolerate(Errno.EBADF)
                                                    .orElse(on);
                                            say(program, skipped);
                                            program.place(on);
                                            say(program, t);
                                        }));
        Arbitrary<Piece> counts =
                text.map(t ->
                        new Piece(
                                "say the start of " + t,
                                program -> {
                                    Variable copy = program.variable("copy");
                                    program.call(Sys.DUP, Argument.of(1)).store(copy);
                                    program.call(
                                            Sys.WRITE,
                                            Argument.of(copy),
                                            Argument.of("0123456789"),
                                            Argument.of(copy));
                                    program.call(Sys.CLOSE, Argument.of(copy));
                                    say(program, t);
                                }));
        return Arbitraries.oneOf(says, skips, counts).list().ofMinSize(1).ofMaxSize(6);
    }

    private static void say(ProgramBuilder program, String text) {
        program.call(Sys.WRITE, Argument.of(1), Argument.of(text), Argument.of(text.length()));
    }

    @Property(tries = 40)
    void executedItDoesTheSame(
            @ForAll("pieces") List<Piece> pieces, @ForAll @IntRange(min = 0, max = 6) int cut)
            throws Exception {
        int at = Math.min(cut, pieces.size());
        Run whole = Run.of(program -> all(pieces, program, pieces.size()));
        Run parts =
                Run.cut(
                        head -> {
                            head.call(Sys.GETPPID);
                            pieces.subList(0, at).forEach(piece -> piece.steps().accept(head));
                        },
                        rest -> all(pieces.subList(at, pieces.size()), rest, pieces.size()));
        assertThat(parts.text()).isEqualTo(whole.text());
        assertThat(parts.exit()).isEqualTo(whole.exit());
    }

    private static void all(List<Piece> pieces, ProgramBuilder program, int status) {
        pieces.forEach(piece -> piece.steps().accept(program));
        program.call(Sys.EXIT_GROUP, Argument.of(status));
    }

    /** Any program: what is read decodes to what was cut off. */
    @Property(tries = 300, maxDiscardRatio = 50)
    @Domain(Programs.class)
    @Domain(DomainContext.Global.class)
    void whatIsReadIsWhatWasCutOff(
            @ForAll SyscallProgram program, @ForAll @IntRange(min = 1, max = 40) int cut) {
        int n = program.operations().size();
        Assume.that(cut < n);
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            Operation operation = program.operations().get(i);
            operations.add(
                    i == cut - 1
                            ? call(Argument.of(Blob.rest(ROOM)))
                            : i < cut ? within(operation, cut) : unbound(operation));
        }
        SyscallProgram whole = new SyscallProgram("whole", operations);
        LinkedProgram head = new SyscallProgram("head", operations.subList(0, cut)).link();
        Map<Binding, Long> values = new HashMap<>();
        Blobs.bindings(whole).forEach(binding -> values.put(binding, 3L));
        byte[] memory = head.bind(Decoded.BASE, 1, 2, values);
        byte[] rest = head.rest(whole, Decoded.BASE).orElseThrow();
        System.arraycopy(rest, 0, memory, head.gap().start(), rest.length);
        List<Decoded.Call> calls = Decoded.of(whole, memory).calls();
        calls.subList(cut, n).forEach(LinkerProperties::check);
        for (int i = cut; i < n; i++) {
            assertThat(calls.get(i).sys()).isEqualTo(operations.get(i).sys());
            assertThat(calls.get(i).onZero())
                    .isEqualTo(operations.get(i).onZero().map(Label::index).orElse(0));
        }
    }

    private static Operation call(Argument second) {
        ProgramBuilder program = new ProgramBuilder("read");
        program.call(Sys.READ, Argument.of(0), second, Argument.of(ROOM));
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        return program.build().operations().getFirst();
    }

    /** A rest knows no number of a launch. */
    private static Operation unbound(Operation operation) {
        Operation alone = within(operation, 0);
        return Blobs.bindings(new SyscallProgram("one", List.of(alone))).isEmpty()
                ? operation
                : call(Argument.nil());
    }

    private static Operation within(Operation operation, int cut) {
        return new Operation(
                operation.sys(),
                operation.arguments(),
                operation.tolerated(),
                operation.onTolerated().filter(label -> label.index() < cut),
                operation.onZero().filter(label -> label.index() < cut),
                operation.store(),
                operation.repeat(),
                operation.last(),
                operation.step(),
                operation.object());
    }
}
