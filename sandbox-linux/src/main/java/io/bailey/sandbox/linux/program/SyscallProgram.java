package io.bailey.sandbox.linux.program;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A finished program. In memory:
 *
 * <pre>
 *     0  status fd, error record {kind, operation, errno}   (the header)
 *    64  variables
 *  1024  operations, 64 bytes each
 *        room for the rest, where the last operation reads one
 *        strings and structs
 * </pre>
 *
 * @param name what a listing calls it
 */
public record SyscallProgram(String name, List<Operation> operations) {
    static final int HEADER_BYTES = 64;
    static final int OPERATIONS_OFFSET = 1024;
    static final int MAX_VARIABLES = (OPERATIONS_OFFSET - HEADER_BYTES) / Long.BYTES;
    static final int MAX_OPERATIONS = 0xFFFF;

    public SyscallProgram {
        for (Operation operation : operations) {
            Stream.of(operation.onTolerated(), operation.onZero())
                    .flatMap(Optional::stream)
                    .forEach(label -> requireInside(label, operations.size()));
        }
        if (operations.isEmpty() || operations.size() > MAX_OPERATIONS) {
            throw new IllegalArgumentException(
                    "a program has 1 to "
                            + MAX_OPERATIONS
                            + " operations, not "
                            + operations.size());
        }
    }

    private static void requireInside(Operation.Label label, int size) {
        if (label.index() >= size) {
            throw new IllegalStateException("a jump behind the end of the program");
        }
    }

    /** Lays it out in memory; the address it will lie at and its bindings stay open. */
    public LinkedProgram link() {
        return new Linker(this).link();
    }

    /** The calls, one a line, numbered, each step named once. */
    public String explain() {
        StringBuilder out = new StringBuilder();
        String shown = "";
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            String step = (operation.step() + " " + operation.object()).strip();
            if (!step.equals(shown)) {
                out.append("     # ").append(Listing.escape(step)).append('\n');
                shown = step;
            }
            out.append(String.format(Locale.ROOT, "%4d %s%n", i, operation.line()));
        }
        return out.toString();
    }
}
