package io.bailey.sandbox.linux.seccomp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The names and numbers of an architecture, from the kernel's arch/x86/entry/syscalls and
 * scripts/syscall.tbl. A resource has a line for each run of numbers: the first of them, then
 * names.
 */
public final class SyscallTable {
    /** The newest kernel whose calls are in the tables. */
    static final String LINUX = "7.0";

    private static final int NONE = -1;

    private final Map<String, Integer> numbers = new HashMap<>(1024);
    private final String[] names;

    private SyscallTable(String text) {
        String[] lines = text.split("\n", -1);
        String[] found = new String[size(lines)];
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            for (int i = 1; i < words.length; i++) {
                int number = Integer.parseInt(words[0]) + i - 1;
                found[number] = words[i];
                numbers.put(words[i], number);
            }
        }
        names = found;
    }

    /** Each is read when it is first asked for. */
    private static final class X86 {
        static final SyscallTable TABLE = new SyscallTable(X86Calls.text());
    }

    private static final class I386 {
        static final SyscallTable TABLE = new SyscallTable(I386Calls.text());
    }

    private static final class Aarch64 {
        static final SyscallTable TABLE = new SyscallTable(Aarch64Calls.text());
    }

    /** The table of {@code architecture}; that of x32 is not known, all its calls are refused. */
    public static SyscallTable of(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> X86.TABLE;
            case I386 -> I386.TABLE;
            case AARCH64 -> Aarch64.TABLE;
            case X32 -> throw new ProfileException("there is no table of x32");
        };
    }

    static boolean isKnownAnywhere(String name) {
        return X86.TABLE.number(name) != NONE
                || I386.TABLE.number(name) != NONE
                || Aarch64.TABLE.number(name) != NONE;
    }

    private static int size(String[] lines) {
        String[] last = lines[lines.length - 2].split(" ", -1);
        return Integer.parseInt(last[0]) + last.length - 1;
    }

    /** The name of a number, empty where it has none. */
    public Optional<String> name(int number) {
        return number < 0 || number >= names.length
                ? Optional.empty()
                : Optional.ofNullable(names[number]);
    }

    /** The number of a name, or -1. */
    int number(String name) {
        return numbers.getOrDefault(name, NONE);
    }

    /** One more than the largest number. */
    int size() {
        return names.length;
    }
}
