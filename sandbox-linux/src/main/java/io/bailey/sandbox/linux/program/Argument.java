package io.bailey.sandbox.linux.program;

/** One argument of an operation. */
public sealed interface Argument {

    /** A number, shown as {@code text}. */
    record Number(long value, String text) implements Argument {
        @Override
        public String toString() {
            return text;
        }
    }

    /** A number known at launch. */
    record Bound(Binding binding) implements Argument {
        @Override
        public String toString() {
            return binding.toString();
        }
    }

    /** What an earlier operation stored. */
    record Load(Variable variable) implements Argument {
        @Override
        public String toString() {
            return variable.toString();
        }
    }

    /** A pointer to a variable, for the kernel to write to. */
    record AddressOf(Variable variable) implements Argument {
        @Override
        public String toString() {
            return "&" + variable.name();
        }
    }

    /** A pointer into the data segment. */
    record Pointer(Blob blob, int offset) implements Argument {
        @Override
        public String toString() {
            return blob.text();
        }
    }

    static Argument of(long value) {
        return new Number(value, Long.toString(value));
    }

    /** A flag word with the names of its bits. */
    static Argument flags(String names, long value) {
        return new Number(value, names);
    }

    static Argument of(Binding binding) {
        return new Bound(binding);
    }

    static Argument of(Variable variable) {
        return new Load(variable);
    }

    static Argument of(String text) {
        return new Pointer(new Blob.Text(text), 0);
    }

    static Argument of(Blob blob) {
        return new Pointer(blob, 0);
    }

    static Argument of(Blob blob, int offset) {
        return new Pointer(blob, offset);
    }

    static Argument addressOf(Variable variable) {
        return new AddressOf(variable);
    }

    /** A null pointer. */
    static Argument nil() {
        return new Number(0, "NULL");
    }
}
