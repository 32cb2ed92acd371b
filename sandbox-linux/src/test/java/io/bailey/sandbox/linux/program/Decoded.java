package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.sys.Arch;
import io.bailey.sandbox.linux.sys.Sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program read back from its bytes, as the interpreter and the kernel read them. What a test says
 * of a plan it says of these: a listing may show one number and the program hold another.
 */
public final class Decoded {
    static final long BASE = 0x7000_0000_0000L;
    private static final long FIRST_BOUND = 0x5000_0000L;

    private final ByteBuffer image;
    private final Map<Binding, Long> values;
    private final List<Call> calls = new ArrayList<>();

    private Decoded(SyscallProgram program, byte[] memory, Map<Binding, Long> values) {
        this.values = values;
        this.image = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < program.operations().size(); i++) {
            calls.add(call(program.operations().get(i), i));
        }
    }

    /** Every binding gets a number of its own. */
    public static Decoded of(SyscallProgram program) {
        Map<Binding, Long> values = new HashMap<>();
        for (Binding binding : Blobs.bindings(program)) {
            values.putIfAbsent(binding, FIRST_BOUND + values.size());
        }
        return of(program, values);
    }

    /** With these numbers for the bindings. */
    public static Decoded of(SyscallProgram program, Map<Binding, Long> values) {
        return new Decoded(program, program.link().bind(BASE, 1, 2, values), values);
    }

    /** From memory that somebody has put together. */
    static Decoded of(SyscallProgram program, byte[] memory) {
        return new Decoded(program, memory, Map.of());
    }

    /** The operations, in order. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    int size() {
        return image.capacity();
    }

    private Call call(Operation source, int index) {
        int at = SyscallProgram.OPERATIONS_OFFSET + index * Operation.BYTES;
        List<Long> arguments = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            arguments.add(image.getLong(at + 16 + i * Long.BYTES));
        }
        List<Integer> tolerated = new ArrayList<>();
        for (int i = 4; i < 8; i++) {
            if (image.get(at + i) != 0) {
                tolerated.add(Byte.toUnsignedInt(image.get(at + i)));
            }
        }
        return new Call(
                this,
                source,
                index,
                sys(word16(at)),
                arguments,
                image.get(at + 14),
                tolerated,
                word16(at + 8),
                word16(at + 10),
                word16(at + 12),
                image.get(at + 2),
                Byte.toUnsignedInt(image.get(at + 3)));
    }

    private int word16(int at) {
        return Short.toUnsignedInt(image.getShort(at));
    }

    private static Sys sys(int number) {
        for (Sys sys : Sys.values()) {
            if (sys.number(Arch.current()) == number) {
                return sys;
            }
        }
        throw new AssertionError("no system call " + number);
    }

    private boolean inside(long address) {
        return address >= BASE && address < BASE + image.capacity();
    }

    /**
     * One operation.
     *
     * @param source where it came from: for its step and object, which are not in the bytes
     * @param variables bit i: argument i is the offset of a variable
     * @param onTolerated the operation to jump to, 0 for none
     * @param onZero likewise
     * @param store the offset of a variable, 0 for none
     */
    public record Call(
            Decoded in,
            Operation source,
            int index,
            Sys sys,
            List<Long> arguments,
            int variables,
            List<Integer> tolerated,
            int onTolerated,
            int onZero,
            int store,
            int repeat,
            int last) {

        /** The register value of argument {@code i}. */
        public long number(int i) {
            return arguments.get(i);
        }

        /** The variable argument {@code i} is loaded from, by its offset. */
        public Optional<Long> variable(int i) {
            return (variables & 1 << i) == 0 ? Optional.empty() : Optional.of(number(i));
        }

        /** The binding that argument {@code i} was filled in from. */
        public Optional<Binding> binding(int i) {
            return in.values.entrySet().stream()
                    .filter(entry -> entry.getValue() == number(i))
                    .map(Map.Entry::getKey)
                    .findFirst();
        }

        /** Is argument {@code i} a pointer into the program? */
        public boolean pointer(int i) {
            return variable(i).isEmpty() && in.inside(number(i));
        }

        /** The string that argument {@code i} points to. */
        public String string(int i) {
            int from = Math.toIntExact(number(i) - BASE);
            int to = from;
            while (in.image.get(to) != 0) {
                to++;
            }
            return new String(in.image.array(), from, to - from, StandardCharsets.UTF_8);
        }

        /** The {@code n}-th 64-bit word of what argument {@code i} points to. */
        public long word(int i, int n) {
            return in.image.getLong(Math.toIntExact(number(i) - BASE) + n * Long.BYTES);
        }

        /** {@code length} bytes of what argument {@code i} points to. */
        public byte[] bytes(int i, int length) {
            byte[] bytes = new byte[length];
            in.image.get(Math.toIntExact(number(i) - BASE), bytes);
            return bytes;
        }

        @Override
        public String toString() {
            return index + " " + source.line();
        }
    }
}
