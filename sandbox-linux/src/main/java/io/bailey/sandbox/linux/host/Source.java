package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.linux.sys.Sys;

/** Where the doctor looks: the host it runs on, or in tests a fixture of another. */
interface Source {

    /** The text of a file; empty if it cannot be read. */
    String read(String path);

    /** Is there something at {@code path}? */
    boolean exists(String path);

    /** The errno of a call made with bogus arguments, 0 if it should succeed. */
    int errno(Sys call, long... arguments);

    /** The value of a call that only asks, or −errno. */
    long ask(Sys call, long... arguments);

    /** The soft limit of open files; negative if unknown. */
    long openFiles();

    /** Does the JVM let Bailey make system calls without a warning? */
    boolean nativeAccess();

    /** The first line of a file without its newline. */
    default String line(String path) {
        String text = read(path);
        int newline = text.indexOf('\n');
        return newline < 0 ? text : text.substring(0, newline);
    }

    /** The number in a file, or {@code otherwise}. */
    default long number(String path, long otherwise) {
        String line = line(path).strip();
        if (line.isEmpty() || line.length() > 18) {
            return otherwise;
        }
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < '0' || line.charAt(i) > '9') {
                return otherwise;
            }
        }
        return Long.parseLong(line);
    }
}
