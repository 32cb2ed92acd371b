package io.bailey.sandbox.linux.program;

import io.bailey.sandbox.linux.program.Operation.Label;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes a program down, operation by operation. */
public final class ProgramBuilder {
    private static final Set<Sys> ENDS = EnumSet.of(Sys.EXIT_GROUP, Sys.EXECVE, Sys.EXECVEAT);

    private final List<Operation> operations = new ArrayList<>();
    private final String name;
    private int variables;
    private String step = "set up";
    private String object = "";

    public ProgramBuilder(String name) {
        this.name = name;
    }

    /** Another that goes on where this one is. */
    public ProgramBuilder copy() {
        ProgramBuilder copy = new ProgramBuilder(name);
        copy.operations.addAll(operations);
        copy.variables = variables;
        copy.step(step, object);
        return copy;
    }

    /** Names what the operations from here on do, and to what: an error and a listing say so. */
    public ProgramBuilder step(String does, String to) {
        step = does;
        object = to;
        return this;
    }

    /** A new word of memory. */
    public Variable variable(String called) {
        if (variables == SyscallProgram.MAX_VARIABLES) {
            throw new IllegalStateException("more than " + variables + " variables");
        }
        return new Variable(called, SyscallProgram.HEADER_BYTES + variables++ * Long.BYTES);
    }

    /** Adds a call; an error of it ends the program. */
    public Call call(Sys sys, Argument... arguments) {
        if (arguments.length > 6) {
            throw new IllegalArgumentException(sys + " with " + arguments.length + " arguments");
        }
        if (arguments.length == 6 && arguments[5] instanceof Argument.Load) {
            throw new IllegalArgumentException(
                    "the interpreter loads no variable as sixth argument");
        }
        operations.add(
                new Operation(
                        sys,
                        List.of(arguments),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        0,
                        step,
                        object));
        return new Call(operations.size() - 1);
    }

    /** The call added last, to say more of its result. */
    public Call amendLast() {
        return new Call(operations.size() - 1);
    }

    /** Puts {@code label} before the next operation. */
    public void place(Label label) {
        if (operations.isEmpty()) {
            throw new IllegalStateException("operation 0 cannot be jumped to");
        }
        label.place(operations.size());
    }

    /**
     * The program. Its last operation does not return, or ends it by failing, or reads its rest.
     */
    public SyscallProgram build() {
        if (!operations.isEmpty()
                && !ENDS.contains(operations.getLast().sys())
                && operations.getLast().rest().isEmpty()) {
            throw new IllegalStateException(
                    "a program ends with one of "
                            + ENDS
                            + " or reads its rest, or it runs into its own strings");
        }
        return new SyscallProgram(name, List.copyOf(operations));
    }

    /** What becomes of the result of the call just added. */
    public final class Call {
        private final int index;

        private Call(int index) {
            this.index = index;
        }

        private Operation now() {
            return operations.get(index);
        }

        private Call becomes(Operation operation) {
            operations.set(index, operation);
            return this;
        }

        /** Keeps the result in {@code place}. */
        public Call store(Store place) {
            Operation o = now();
            return becomes(
                    new Operation(
                            o.sys(),
                            o.arguments(),
                            o.tolerated(),
                            o.onTolerated(),
                            o.onZero(),
                            Optional.of(place),
                            o.repeat(),
                            o.last(),
                            o.step(),
                            o.object()));
        }

        /** Goes on when the call fails with one of these. */
        public Call tolerate(Integer... errnos) {
            Operation o = now();
            if (errnos.length > 4) {
                throw new IllegalArgumentException("at most four errnos are tolerated");
            }
            return becomes(
                    new Operation(
                            o.sys(),
                            o.arguments(),
                            List.of(errnos),
                            o.onTolerated(),
                            o.onZero(),
                            o.store(),
                            o.repeat(),
                            o.last(),
                            o.step(),
                            o.object()));
        }

        /** Where to go on when an errno was tolerated. */
        public Call orElse(Label label) {
            Operation o = now();
            return becomes(
                    new Operation(
                            o.sys(),
                            o.arguments(),
                            o.tolerated(),
                            Optional.of(label),
                            o.onZero(),
                            o.store(),
                            o.repeat(),
                            o.last(),
                            o.step(),
                            o.object()));
        }

        /** Where to go on when the result is zero. */
        public Call ifZero(Label label) {
            Operation o = now();
            return becomes(
                    new Operation(
                            o.sys(),
                            o.arguments(),
                            o.tolerated(),
                            o.onTolerated(),
                            Optional.of(label),
                            o.store(),
                            o.repeat(),
                            o.last(),
                            o.step(),
                            o.object()));
        }

        /**
         * Makes the call again and again with argument {@code argument} counted up to {@code last},
         * inclusive.
         */
        public Call repeat(int argument, int last) {
            Operation o = now();
            if (argument < 0 || argument > 5 || last < 0 || last > 255) {
                throw new IllegalArgumentException(
                        "repeat over argument " + argument + " up to " + last);
            }
            return becomes(
                    new Operation(
                            o.sys(),
                            o.arguments(),
                            o.tolerated(),
                            o.onTolerated(),
                            o.onZero(),
                            o.store(),
                            argument + 1,
                            last,
                            o.step(),
                            o.object()));
        }
    }
}
