package io.bailey.sandbox.linux.program;

/**
 * A word of the program's memory: one operation stores its result there, others take it as an
 * argument.
 */
public record Variable(String name, int offset) implements Store {
    @Override
    public String toString() {
        return "$" + name;
    }
}
