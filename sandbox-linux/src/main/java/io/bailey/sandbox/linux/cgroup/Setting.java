package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.MemorySize;

/**
 * One file to write before the group has a process.
 *
 * @param controller whose file it is
 * @param file its name
 * @param value what to write
 * @param asked what the caller asked for, in words, for messages
 * @param presence what it means when the file is not there
 */
record Setting(Controller controller, String file, String value, String asked, Presence presence) {

    /** What it means when a kernel does not have the file. */
    enum Presence {
        /** The limit cannot be given. */
        REQUIRED,
        /** Nothing to limit unless the host has swap: a kernel without swap accounting. */
        NEEDED_WITH_SWAP,
        /** An improvement on newer kernels. */
        WELCOME
    }

    static Setting required(Controller controller, String file, String value, String asked) {
        return new Setting(controller, file, value, asked, Presence.REQUIRED);
    }

    static Setting swap(String file, long bytes, MemorySize memory) {
        return new Setting(
                Controller.MEMORY,
                file,
                Long.toString(bytes),
                "no swap beside memory " + memory,
                Presence.NEEDED_WITH_SWAP);
    }
}
