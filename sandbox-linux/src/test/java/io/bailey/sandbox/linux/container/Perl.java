package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.seccomp.Architecture;
import io.bailey.sandbox.linux.seccomp.SyscallTable;
import io.bailey.sandbox.linux.sys.Arch;

import java.util.stream.IntStream;

/** System calls by their names, for what perl has no word for. */
final class Perl {
    private static final int MOST = 600;

    private Perl() {}

    /**
     * An expression of perl that makes a call and is its errno, or 0.
     *
     * @param arguments in perl's words
     */
    static String call(String name, String... arguments) {
        String all = number(name) + ", " + String.join(", ", arguments);
        return "(syscall(" + all + ") == -1 ? $! + 0 : 0)";
    }

    /** Becomes the program that a descriptor is of, which is what fexecve(3) does. */
    static String execveat(String descriptor) {
        return "$none = ''; $argv = pack('p2', 'perl', undef); $envp = pack('p', undef); exit "
                + call("execveat", descriptor, "$none", "$argv", "$envp", "0x1000");
    }

    private static int number(String name) {
        SyscallTable table = SyscallTable.of(Architecture.valueOf(Arch.current().name()));
        return IntStream.range(0, MOST)
                .filter(number -> table.name(number).filter(name::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }
}
