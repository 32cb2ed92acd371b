package io.bailey.sandbox.linux.seccomp;

/** A struct seccomp_data. */
record Call(int audit, int number, long... arguments) {
    static Call of(Architecture architecture, String name, long... arguments) {
        int number = SyscallTable.of(architecture).number(name);
        if (number < 0) {
            throw new IllegalArgumentException(name);
        }
        return new Call(architecture.auditNumber(), number, arguments);
    }

    static Call of(String name, long... arguments) {
        return of(Architecture.X86_64, name, arguments);
    }

    long argument(int index) {
        return index < arguments.length ? arguments[index] : 0;
    }

    /** The word at {@code offset}. */
    int word(int offset) {
        return switch (offset) {
            case 0 -> number;
            case 4 -> audit;
            case 8, 12 -> 0;
            default -> {
                long argument = argument((offset - 16) / 8);
                yield (int) (offset % 8 == 0 ? argument : argument >>> 32);
            }
        };
    }
}
