package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Decoded.Call;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Domain(Programs.class)
@Domain(DomainContext.Global.class)
class LinkerProperties {
    private static final int TRIES = 300;

    @Property(tries = TRIES)
    void whatIsEncodedDecodesBack(@ForAll SyscallProgram program) {
        List<Call> calls = Decoded.of(program).calls();
        assertThat(calls).hasSameSizeAs(program.operations());
        for (Call call : calls) {
            Operation source = call.source();
            assertThat(call.sys()).isEqualTo(source.sys());
            assertThat(call.tolerated()).isEqualTo(source.tolerated());
            assertThat(call.onTolerated()).isEqualTo(index(source.onTolerated()));
            assertThat(call.onZero()).isEqualTo(index(source.onZero()));
            assertThat(call.store())
                    .isEqualTo(source.store().map(to -> ((Variable) to).offset()).orElse(0));
            assertThat(call.repeat()).isEqualTo(source.repeat());
            assertThat(call.last()).isEqualTo(source.last());
            for (int i = 0; i < source.arguments().size(); i++) {
                checkArgument(call, i, source.arguments().get(i));
            }
        }
    }

    private static int index(Optional<Operation.Label> label) {
        return label.map(Operation.Label::index).orElse(0);
    }

    /** See {@link RestProperties}. */
    static void check(Call call) {
        for (int i = 0; i < call.source().arguments().size(); i++) {
            checkArgument(call, i, call.source().arguments().get(i));
        }
    }

    private static void checkArgument(Call call, int i, Argument argument) {
        switch (argument) {
            case Argument.Number number -> assertThat(call.number(i)).isEqualTo(number.value());
            case Argument.Bound bound -> assertThat(call.binding(i)).contains(bound.binding());
            case Argument.Load load ->
                    assertThat(call.variable(i)).contains((long) load.variable().offset());
            case Argument.AddressOf address ->
                    assertThat(call.number(i) - Decoded.BASE)
                            .isEqualTo(address.variable().offset());
            case Argument.Pointer pointer -> checkBlob(call, i, pointer.blob());
        }
    }

    private static void checkBlob(Call call, int i, Blob blob) {
        assertThat(call.number(i)).isBetween(Decoded.BASE, Decoded.BASE + call.in().size());
        switch (blob) {
            case Blob.Text text -> assertThat(call.string(i)).isEqualTo(text.value());
            case Blob.Raw raw -> assertThat(call.bytes(i, raw.size())).isEqualTo(raw.bytes());
            case Blob.Words words -> {
                for (int n = 0; n < words.words().size(); n++) {
                    checkWord(call, i, n, words.words().get(n));
                }
            }
            case Blob.Rest _ ->
                    assertThat(call.number(i))
                            .isEqualTo(
                                    Decoded.BASE
                                            + SyscallProgram.OPERATIONS_OFFSET
                                            + (long) call.in().calls().size() * Operation.BYTES);
        }
    }

    private static void checkWord(Call call, int i, int n, Blob.Word word) {
        switch (word) {
            case Blob.Number number -> assertThat(call.word(i, n)).isEqualTo(number.value());
            case Blob.Bound bound -> {
                Call asArgument = moved(call, call.word(i, n));
                assertThat(asArgument.binding(0)).contains(bound.binding());
            }
            case Blob.Self self ->
                    assertThat(call.word(i, n)).isEqualTo(call.number(i) + self.offset());
            case Blob.Address address -> checkBlob(moved(call, call.word(i, n)), 0, address.blob());
        }
    }

    /** The same program, looked at from {@code value} as first argument. */
    private static Call moved(Call call, long value) {
        return new Call(
                call.in(),
                call.source(),
                call.index(),
                call.sys(),
                List.of(value),
                0,
                List.of(),
                0,
                0,
                0,
                0,
                0);
    }

    /** Two of them overlapping would let the kernel's answer to one call change another. */
    @Property(tries = TRIES)
    void placesDoNotOverlapButForEqualStrings(@ForAll SyscallProgram program) {
        Map<String, Long> strings = new HashMap<>();
        List<long[]> places = new ArrayList<>();
        IdentityHashMap<Blob, Long> known = places(program);
        for (Map.Entry<Blob, Long> place : known.entrySet()) {
            boolean shared =
                    place.getKey() instanceof Blob.Text text
                            && strings.putIfAbsent(text.value(), place.getValue()) != null;
            if (!shared) {
                places.add(new long[] {place.getValue(), place.getValue() + place.getKey().size()});
            }
        }
        places.sort(Comparator.<long[]>comparingLong(p -> p[0]).thenComparingLong(p -> p[1]));
        long end =
                Decoded.BASE
                        + SyscallProgram.OPERATIONS_OFFSET
                        + (long) program.operations().size() * Operation.BYTES;
        for (long[] place : places) {
            assertThat(place[0]).isGreaterThanOrEqualTo(end);
            end = place[1];
        }
        assertThat(end).isLessThanOrEqualTo(Decoded.BASE + program.link().size());
    }

    /** Blobs of the same object under one key: what the arguments say of where they are. */
    private static IdentityHashMap<Blob, Long> places(SyscallProgram program) {
        IdentityHashMap<Blob, Long> places = new IdentityHashMap<>();
        for (Call call : Decoded.of(program).calls()) {
            for (int i = 0; i < call.source().arguments().size(); i++) {
                if (call.source().arguments().get(i)
                        instanceof Argument.Pointer(Blob blob, int _)) {
                    places.put(blob, call.number(i));
                }
            }
        }
        return places;
    }

    @Property(tries = TRIES)
    void everyPointerMovesWithTheBase(
            @ForAll SyscallProgram program, @ForAll @LongRange(min = 0, max = 1L << 46) long base) {
        Map<Binding, Long> values = new HashMap<>();
        Blobs.bindings(program).forEach(binding -> values.put(binding, 3L));
        LinkedProgram linked = program.link();
        byte[] moved = linked.bind(base, 1, 2, values);
        byte[] atZero = linked.bind(0, 1, 2, values);
        var high = ByteBuffer.wrap(moved).order(ByteOrder.LITTLE_ENDIAN);
        var low = ByteBuffer.wrap(atZero).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < SyscallProgram.OPERATIONS_OFFSET; at++) {
            assertThat(moved[at]).isEqualTo(atZero[at]);
        }
        for (int op = 0; op < program.operations().size(); op++) {
            for (int i = 0; i < program.operations().get(op).arguments().size(); i++) {
                int at = SyscallProgram.OPERATIONS_OFFSET + op * Operation.BYTES + 16 + i * 8;
                long expected =
                        switch (program.operations().get(op).arguments().get(i)) {
                            case Argument.Pointer _, Argument.AddressOf _ -> base;
                            case Argument.Number _, Argument.Bound _, Argument.Load _ -> 0;
                        };
                assertThat(high.getLong(at) - low.getLong(at)).isEqualTo(expected);
            }
        }
    }

    @Property(tries = TRIES)
    void aListingHasALineForEachOperation(@ForAll SyscallProgram program) {
        String listing = program.explain();
        assertThat(listing.lines().filter(line -> line.matches(" *\\d+ [a-z0-9_]+\\(.*")))
                .hasSameSizeAs(program.operations());
    }

    @Property(tries = TRIES)
    void linkingIsDeterministic(@ForAll SyscallProgram program) {
        Map<Binding, Long> values = new HashMap<>();
        Blobs.bindings(program).forEach(binding -> values.put(binding, 3L));
        assertThat(program.link().bind(4096, 1, 2, values))
                .isEqualTo(program.link().bind(4096, 1, 2, values));
        assertThat(program.explain().getBytes(StandardCharsets.UTF_8))
                .isEqualTo(program.explain().getBytes(StandardCharsets.UTF_8));
    }
}
