package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.MemorySize;

import java.util.Optional;

/**
 * One file to write, before the group has a process or while it has.
 *
 * @param controller whose file it is
 * @param file its name
 * @param value what to write
 * @param lifted what to write for no limit; empty: what the group above has
 * @param asked what the caller asked for, in words, for messages
 * @param presence what it means when the file is not there
 * @param instead what to write where the file is not there
 */
record Setting(
        Controller controller,
        String file,
        String value,
        Optional<String> lifted,
        String asked,
        Presence presence,
        Optional<Setting> instead) {

    /** What it means when a kernel does not have the file. */
    enum Presence {
        /** The limit cannot be given. */
        REQUIRED,
        /** Nothing to limit unless the host has swap: a kernel without swap accounting. */
        NEEDED_WITH_SWAP,
        /** An improvement on newer kernels. */
        WELCOME
    }

    static Setting required(
            Controller controller, String file, String value, String lifted, String asked) {
        return new Setting(
                controller,
                file,
                value,
                Optional.of(lifted),
                asked,
                Presence.REQUIRED,
                Optional.empty());
    }

    static Setting welcome(
            Controller controller, String file, String value, String lifted, String asked) {
        return new Setting(
                controller,
                file,
                value,
                Optional.of(lifted),
                asked,
                Presence.WELCOME,
                Optional.empty());
    }

    /** One whose absence is no limit but what the group above has. */
    static Setting inherited(Controller controller, String file, String value, String asked) {
        return new Setting(
                controller,
                file,
                value,
                Optional.empty(),
                asked,
                Presence.REQUIRED,
                Optional.empty());
    }

    static Setting swap(String file, long bytes, String lifted, MemorySize memory) {
        return new Setting(
                Controller.MEMORY,
                file,
                Long.toString(bytes),
                Optional.of(lifted),
                "no swap beside memory " + memory,
                Presence.NEEDED_WITH_SWAP,
                Optional.empty());
    }

    /** The same, and {@code other} where this kernel has not the file. */
    Setting or(Setting other) {
        return new Setting(controller, file, value, lifted, asked, presence, Optional.of(other));
    }

    /** The same file, with another value. */
    Setting with(String other) {
        return new Setting(controller, file, other, lifted, asked, presence, instead);
    }

    /** The file, and of those that hold a line for each disk the disk. */
    String place() {
        boolean perDisk = file.equals("io.max") || file.endsWith("_device");
        return perDisk ? file + " " + value.substring(0, value.indexOf(' ')) : file;
    }
}
