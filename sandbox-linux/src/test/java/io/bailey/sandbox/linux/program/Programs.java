package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

import java.util.ArrayList;
import java.util.List;

/** Programs of any shape that can be written down, sensible or not. */
final class Programs extends DomainContextBase {
    private static final int VARIABLES = 5;
    private static final List<Variable> KNOWN = variables();

    private static List<Variable> variables() {
        ProgramBuilder program = new ProgramBuilder("variables");
        List<Variable> all = new ArrayList<>();
        for (int i = 0; i < VARIABLES; i++) {
            all.add(program.variable("v" + i));
        }
        return all;
    }

    /** An operation before its jumps have targets: they are parts of the program's length. */
    private record Sketch(
            Sys sys,
            List<Argument> arguments,
            List<Integer> tolerated,
            double onTolerated,
            double onZero,
            Integer store,
            Integer last) {}

    @Provide
    Arbitrary<SyscallProgram> programs() {
        return sketches().list().ofMinSize(1).ofMaxSize(40).map(Programs::build);
    }

    private static SyscallProgram build(List<Sketch> sketches) {
        ProgramBuilder program = new ProgramBuilder("random");
        List<Label> labels = new ArrayList<>();
        sketches.forEach(sketch -> labels.add(new Label()));
        for (int i = 0; i < sketches.size(); i++) {
            if (i > 0) {
                program.place(labels.get(i));
            }
            add(program, sketches.get(i), labels);
        }
        program.call(Sys.EXIT_GROUP, Argument.of(0));
        return program.build();
    }

    private static void add(ProgramBuilder program, Sketch sketch, List<Label> labels) {
        ProgramBuilder.Call call =
                program.call(sketch.sys(), sketch.arguments().toArray(Argument[]::new));
        call.tolerate(sketch.tolerated().toArray(Integer[]::new));
        int tolerated = (int) (sketch.onTolerated() * labels.size());
        if (tolerated > 0 && !sketch.tolerated().isEmpty()) {
            call.orElse(labels.get(tolerated));
        }
        int zero = (int) (sketch.onZero() * labels.size());
        if (zero > 0) {
            call.ifZero(labels.get(zero));
        }
        if (sketch.store() < VARIABLES) {
            call.store(KNOWN.get(sketch.store()));
        }
        if (sketch.last() < 256) {
            call.repeat(sketch.last() % 6, sketch.last());
        }
    }

    private static Arbitrary<Sketch> sketches() {
        Arbitrary<Double> place = Arbitraries.doubles().between(0, 0.99);
        return Combinators.combine(
                        Arbitraries.of(Sys.values()),
                        arguments(),
                        Arbitraries.integers().between(1, 133).list().ofMaxSize(4),
                        place,
                        place,
                        Arbitraries.integers().between(0, 2 * VARIABLES),
                        Arbitraries.integers().between(0, 1000))
                .as(Sketch::new);
    }

    /** The interpreter loads no variable as sixth argument. */
    private static Arbitrary<List<Argument>> arguments() {
        return Combinators.combine(
                        argument().list().ofMaxSize(5),
                        Arbitraries.longs().map(Argument::of).list().ofMaxSize(1))
                .as((most, sixth) -> {
                    List<Argument> all = new ArrayList<>(most);
                    if (most.size() == 5) {
                        all.addAll(sixth);
                    }
                    return List.copyOf(all);
                });
    }

    private static Arbitrary<Argument> argument() {
        Arbitrary<Variable> variables = Arbitraries.of(KNOWN);
        return Arbitraries.oneOf(
                Arbitraries.longs().map(Argument::of),
                bindings().map(Argument::of),
                variables.map(Argument::of),
                variables.map(Argument::addressOf),
                texts().map(Argument::of),
                blobs(3).map(Argument::of));
    }

    private static Arbitrary<Binding> bindings() {
        return Arbitraries.of("a", "b", "c").map(Binding::new);
    }

    /** Few letters, so that equal strings come up; and some of more than one byte. */
    private static Arbitrary<Blob> texts() {
        return Arbitraries.strings()
                .withChars('a', 'b', '/', 'ü')
                .ofMaxLength(9)
                .map(Blob.Text::new);
    }

    private static Arbitrary<Blob> blobs(int depth) {
        Arbitrary<Blob> raw =
                Arbitraries.bytes()
                        .array(byte[].class)
                        .ofMaxSize(33)
                        .map(b -> Blob.bytes(b, "raw"));
        if (depth == 0) {
            return Arbitraries.oneOf(raw, texts());
        }
        return Arbitraries.oneOf(raw, texts(), Arbitraries.lazyOf(() -> words(depth)));
    }

    private static Arbitrary<Blob> words(int depth) {
        Arbitrary<Blob.Word> word =
                Arbitraries.oneOf(
                        Arbitraries.longs().map(Blob.Number::new),
                        bindings().map(Blob.Bound::new),
                        blobs(depth - 1).map(blob -> new Blob.Address(blob, 0)));
        return word.list().ofMaxSize(6).map(list -> Blob.struct("words", list));
    }
}
