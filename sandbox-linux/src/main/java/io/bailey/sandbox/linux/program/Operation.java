package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One system call and what becomes of its result. Encoded in 64 bytes:
 *
 * <pre>
 *  0 u16 number        8 u16 jump when an errno was tolerated     14 u8 mask of arguments that are variables
 *  2 u8  repeat       10 u16 jump when the result is zero         15    unused
 *  3 u8  last         12 u16 offset of the word to store in       16 u64 arguments[6]
 *  4 u8  tolerated[4]
 * </pre>
 *
 * A jump of 0 means the next operation; operation 0 is never a target. An errno that is not
 * tolerated ends the program: {operation, errno} goes to the status pipe.
 *
 * @param step what it does, in words: "mount proc"
 * @param object what it does it to: "/proc"
 * @param repeat 0, or 1 + the index of the argument that counts up to {@code last}, one call each
 */
public record Operation(
        Sys sys,
        List<Argument> arguments,
        List<Integer> tolerated,
        Optional<Label> onTolerated,
        Optional<Label> onZero,
        Optional<Store> store,
        int repeat,
        int last,
        String step,
        String object) {

    static final int BYTES = 64;

    /** A place in the program to jump to. */
    public static final class Label {
        private int index = -1;

        boolean placed() {
            return index >= 0;
        }

        void place(int at) {
            if (placed()) {
                throw new IllegalStateException("a label is placed once");
            }
            index = at;
        }

        int index() {
            if (!placed()) {
                throw new IllegalStateException("a label that is jumped to was never placed");
            }
            return index;
        }
    }

    /** The room that it reads the rest of its program into, if it does. */
    Optional<Blob.Rest> rest() {
        return arguments.stream()
                .filter(a -> a instanceof Argument.Pointer(Blob.Rest _, int _))
                .map(a -> (Blob.Rest) ((Argument.Pointer) a).blob())
                .findFirst();
    }

    /** The call as strace prints it, with what follows from its result. */
    String line() {
        String call =
                sys.label()
                        + arguments.stream()
                                .map(Argument::toString)
                                .collect(Collectors.joining(", ", "(", ")"));
        List<String> notes = new ArrayList<>();
        store.ifPresent(v -> notes.add("= " + v));
        if (repeat > 0) {
            notes.add("..." + last);
        }
        onZero.ifPresent(l -> notes.add("zero: goto " + l.index()));
        if (!tolerated.isEmpty()) {
            String names = tolerated.stream().map(Errno::name).collect(Collectors.joining("|"));
            notes.add(names + ": " + onTolerated.map(l -> "goto " + l.index()).orElse("go on"));
        }
        return notes.isEmpty() ? call : call + " " + String.join("; ", notes);
    }
}
