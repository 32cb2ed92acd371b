package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.program.LinkedProgram.Gap;
import io.bailey.sandbox.linux.program.LinkedProgram.Patch;
import io.bailey.sandbox.linux.sys.Arch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gives every blob a place and writes the program out for base address 0, remembering every address
 * in it.
 */
final class Linker {
    /** An unsigned 16-bit number in the operation. */
    private static final int MAX_STORE = 0xFFFF;

    private final List<Operation> operations;
    private final Layout known;
    private final Map<String, Integer> texts = new HashMap<>();
    private final IdentityHashMap<Blob, Integer> places = new IdentityHashMap<>();
    private final List<Blob> blobs = new ArrayList<>();
    private final List<Patch> patches = new ArrayList<>();
    private final List<Integer> relocations = new ArrayList<>();
    private final int start;
    private int end;

    /**
     * What was placed where.
     *
     * @param operations how many there are before the place where others may follow
     * @param room how many bytes may follow there
     */
    record Layout(
            int operations,
            int room,
            Map<String, Integer> texts,
            IdentityHashMap<Blob, Integer> places) {
        private static final Layout NONE = new Layout(0, 0, Map.of(), new IdentityHashMap<>());
    }

    Linker(SyscallProgram program) {
        this(program.operations(), Layout.NONE);
    }

    /**
     * @param operations those that come after the ones of {@code known}
     */
    private Linker(List<Operation> operations, Layout known) {
        this.operations = operations;
        this.known = known;
        this.start = SyscallProgram.OPERATIONS_OFFSET + known.operations() * Operation.BYTES;
        this.end = start + operations.size() * Operation.BYTES;
    }

    LinkedProgram link() {
        Gap gap = leaveRoom();
        placeAll();
        ByteBuffer out = ByteBuffer.allocate(end - gap.length()).order(ByteOrder.LITTLE_ENDIAN);
        writeAll(out, gap);
        return new LinkedProgram(
                out.array(),
                gap,
                new Layout(operations.size(), room(), texts, places),
                patches,
                relocations.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * What {@code whole} has more than the program of {@code head}, as it is to lie in the gap of
     * that, whose memory begins at {@code base}. It is delivered to any number of launches, so it
     * knows no number of one.
     */
    static Optional<byte[]> rest(SyscallProgram whole, Layout head, long base) {
        Linker linker =
                new Linker(
                        whole.operations().subList(head.operations(), whole.operations().size()),
                        head);
        linker.placeAll();
        if (linker.end - linker.start > head.room()) {
            return Optional.empty();
        }
        ByteBuffer out =
                ByteBuffer.allocate(linker.end - linker.start).order(ByteOrder.LITTLE_ENDIAN);
        linker.writeAll(out, Gap.NONE);
        if (!linker.patches.isEmpty()) {
            throw new IllegalStateException("the rest of a program is bound to a launch");
        }
        for (int place : linker.relocations) {
            int at = place - linker.start;
            out.putLong(at, base + out.getLong(at));
        }
        return Optional.of(out.array());
    }

    /** Right behind the operations, so that those that are read continue them. */
    private Gap leaveRoom() {
        if (room() == 0) {
            return Gap.NONE;
        }
        int from = end;
        operations.forEach(o -> o.rest().ifPresent(rest -> places.put(rest, from)));
        end = Math.addExact(from, room()) + InitImage.PAGE - 1 & -InitImage.PAGE;
        return new Gap(from, end);
    }

    private int room() {
        return operations.getLast().rest().map(Blob.Rest::size).orElse(0);
    }

    private void placeAll() {
        // First: the interpreter reaches no farther than 64 KiB to store a result.
        for (Operation operation : operations) {
            if (operation.store().orElse(null) instanceof Store.Field field) {
                place(field.blob());
            }
        }
        for (Operation operation : operations) {
            for (Argument argument : operation.arguments()) {
                if (argument instanceof Argument.Pointer pointer) {
                    place(pointer.blob());
                }
            }
        }
    }

    private void writeAll(ByteBuffer out, Gap gap) {
        Area area = new Area(out, known.operations() == 0 ? 0 : start, gap);
        int at = start;
        for (Operation operation : operations) {
            write(operation, area, at);
            at += Operation.BYTES;
        }
        blobs.forEach(blob -> write(blob, area));
    }

    /** Equal strings share a place; anything the kernel may write to has its own. */
    private void place(Blob first) {
        ArrayDeque<Blob> todo = new ArrayDeque<>(List.of(first));
        while (!todo.isEmpty()) {
            Blob blob = todo.removeFirst();
            if (places.containsKey(blob) || known.places().containsKey(blob)) {
                continue;
            }
            if (blob instanceof Blob.Text text) {
                Integer same = known.texts().get(text.value());
                if (same == null) {
                    same = texts.putIfAbsent(text.value(), end);
                }
                places.put(blob, same == null ? end : same);
                if (same != null) {
                    continue;
                }
            } else {
                end = (end + 7) & ~7;
                places.put(blob, end);
            }
            blobs.add(blob);
            end = Math.addExact(end, blob.size());
            if (blob instanceof Blob.Words words) {
                words.words()
                        .forEach(word -> {
                            if (word instanceof Blob.Address address) {
                                todo.add(address.blob());
                            }
                        });
            }
        }
    }

    private int placeOf(Blob blob) {
        Integer place = places.getOrDefault(blob, known.places().get(blob));
        if (place == null) {
            throw new IllegalStateException("a blob without a place: " + blob.text());
        }
        return place;
    }

    private int offset(Store to) {
        int offset =
                switch (to) {
                    case Variable variable -> variable.offset();
                    case Store.Field field -> placeOf(field.blob()) + field.offset();
                };
        if (offset > MAX_STORE) {
            throw new IllegalStateException(
                    to + " lies at " + offset + ", and results are stored up to " + MAX_STORE);
        }
        return offset;
    }

    private void address(Area out, int at, int offset) {
        out.putLong(at, offset);
        relocations.add(at);
    }

    private void write(Operation operation, Area out, int at) {
        out.putShort(at, (short) operation.sys().number(Arch.current()));
        out.put(at + 2, (byte) operation.repeat());
        out.put(at + 3, (byte) operation.last());
        for (int i = 0; i < operation.tolerated().size(); i++) {
            out.put(at + 4 + i, operation.tolerated().get(i).byteValue());
        }
        operation.onTolerated().ifPresent(l -> out.putShort(at + 8, (short) l.index()));
        operation.onZero().ifPresent(l -> out.putShort(at + 10, (short) l.index()));
        operation.store().ifPresent(to -> out.putShort(at + 12, (short) offset(to)));
        int mask = 0;
        for (int i = 0; i < operation.arguments().size(); i++) {
            int place = at + 16 + i * Long.BYTES;
            switch (operation.arguments().get(i)) {
                case Argument.Number number -> out.putLong(place, number.value());
                case Argument.Pointer pointer ->
                        address(out, place, placeOf(pointer.blob()) + pointer.offset());
                case Argument.AddressOf variable ->
                        address(out, place, variable.variable().offset());
                case Argument.Bound bound -> patches.add(new Patch(place, bound.binding()));
                case Argument.Load load -> {
                    out.putLong(place, load.variable().offset());
                    mask |= 1 << i;
                }
            }
        }
        out.put(at + 14, (byte) mask);
    }

    private void write(Blob blob, Area out) {
        int at = placeOf(blob);
        switch (blob) {
            case Blob.Text text -> out.put(at, text.bytes());
            case Blob.Raw raw -> out.put(at, raw.bytes());
            case Blob.Words words -> {
                for (Blob.Word word : words.words()) {
                    switch (word) {
                        case Blob.Number number -> out.putLong(at, number.value());
                        case Blob.Address address ->
                                address(out, at, placeOf(address.blob()) + address.offset());
                        case Blob.Self self -> address(out, at, placeOf(blob) + self.offset());
                        case Blob.Bound bound -> patches.add(new Patch(at, bound.binding()));
                    }
                    at += Long.BYTES;
                }
            }
            case Blob.Rest _ -> {
                // The gap: it is in no bytes.
            }
        }
    }

    /**
     * Bytes by where they will be in memory.
     *
     * @param start where the first of them will be
     */
    private record Area(ByteBuffer bytes, int start, Gap gap) {
        private int index(int at) {
            return gap.position(at, 0, gap.start()) - start;
        }

        void put(int at, byte value) {
            bytes.put(index(at), value);
        }

        void put(int at, byte[] values) {
            bytes.put(index(at), values);
        }

        void putShort(int at, short value) {
            bytes.putShort(index(at), value);
        }

        void putLong(int at, long value) {
            bytes.putLong(index(at), value);
        }
    }
}
