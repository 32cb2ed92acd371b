package io.bailey.sandbox.linux.program;

/**
 * A number that is known only when the program is launched, a file descriptor of the JVM mostly:
 * the program is compiled without it, so compiling stays pure, and its place is filled in at the
 * last moment.
 */
public record Binding(String name) {
    @Override
    public String toString() {
        return "@" + name;
    }
}
