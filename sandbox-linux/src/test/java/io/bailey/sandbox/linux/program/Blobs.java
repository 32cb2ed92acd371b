package io.bailey.sandbox.linux.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What a program refers to, found independently of the linker. */
final class Blobs {
    private Blobs() {}

    /** Every blob that an argument reaches, directly or through words. */
    static Set<Blob> reachable(SyscallProgram program) {
        Set<Blob> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Blob> todo = new ArrayDeque<>();
        for (Operation operation : program.operations()) {
            for (Argument argument : operation.arguments()) {
                if (argument instanceof Argument.Pointer(Blob blob, int _)) {
                    todo.add(blob);
                }
            }
        }
        while (!todo.isEmpty()) {
            Blob blob = todo.removeFirst();
            if (seen.add(blob) && blob instanceof Blob.Words words) {
                for (Blob.Word word : words.words()) {
                    if (word instanceof Blob.Address(Blob target, int _)) {
                        todo.add(target);
                    }
                }
            }
        }
        return seen;
    }

    /** Every binding, of arguments and of words. */
    static List<Binding> bindings(SyscallProgram program) {
        List<Binding> all = new ArrayList<>();
        for (Operation operation : program.operations()) {
            for (Argument argument : operation.arguments()) {
                if (argument instanceof Argument.Bound(Binding binding)) {
                    all.add(binding);
                }
            }
        }
        for (Blob blob : reachable(program)) {
            if (blob instanceof Blob.Words words) {
                for (Blob.Word word : words.words()) {
                    if (word instanceof Blob.Bound(Binding binding)) {
                        all.add(binding);
                    }
                }
            }
        }
        return all;
    }
}
