package io.bailey.sandbox.linux.program;

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

/**
 * Gives every blob a place and writes the program out for base address 0, remembering every address
 * in it.
 */
final class Linker {
    /** An unsigned 16-bit number in the operation. */
    private static final int MAX_STORE = 0xFFFF;

    private final SyscallProgram program;
    private final Map<String, Integer> texts = new HashMap<>();
    private final IdentityHashMap<Blob, Integer> places = new IdentityHashMap<>();
    private final List<Blob> blobs = new ArrayList<>();
    private final List<Patch> patches = new ArrayList<>();
    private final List<Integer> relocations = new ArrayList<>();
    private int end;

    Linker(SyscallProgram program) {
        this.program = program;
        this.end = SyscallProgram.OPERATIONS_OFFSET + program.operations().size() * Operation.BYTES;
    }

    LinkedProgram link() {
        // First: the interpreter reaches no farther than 64 KiB to store a result.
        for (Operation operation : program.operations()) {
            if (operation.store().orElse(null) instanceof Store.Field field) {
                place(field.blob());
            }
        }
        for (Operation operation : program.operations()) {
            for (Argument argument : operation.arguments()) {
                if (argument instanceof Argument.Pointer pointer) {
                    place(pointer.blob());
                }
            }
        }
        ByteBuffer out = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
        int at = SyscallProgram.OPERATIONS_OFFSET;
        for (Operation operation : program.operations()) {
            write(operation, out, at);
            at += Operation.BYTES;
        }
        blobs.forEach(blob -> write(blob, out));
        return new LinkedProgram(
                out.array(), patches, relocations.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Equal strings share a place; anything the kernel may write to has its own. */
    private void place(Blob first) {
        ArrayDeque<Blob> todo = new ArrayDeque<>(List.of(first));
        while (!todo.isEmpty()) {
            Blob blob = todo.removeFirst();
            if (places.containsKey(blob)) {
                continue;
            }
            if (blob instanceof Blob.Text text) {
                Integer known = texts.putIfAbsent(text.value(), end);
                places.put(blob, known == null ? end : known);
                if (known != null) {
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
        Integer place = places.get(blob);
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

    private void address(ByteBuffer out, int at, int offset) {
        out.putLong(at, offset);
        relocations.add(at);
    }

    private void write(Operation operation, ByteBuffer out, int at) {
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

    private void write(Blob blob, ByteBuffer out) {
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
        }
    }
}
