package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.linux.launch.OutputTap;

import java.util.Optional;

/**
 * What is to begin: a run, or one life of a container.
 *
 * @param container whether there is a handle on it, and its start is announced
 * @param tap sees its output
 * @param events hears of its limits
 * @param kept the writable layer of an earlier life
 * @param limits those that hold, if not the recipe's
 * @param detached what its init is given in place of this JVM, if it outlives that
 */
record Birth(
        String id,
        Command command,
        boolean container,
        OutputTap tap,
        Optional<EventBook> events,
        Optional<WritableLayer> kept,
        Optional<Limits> limits,
        Optional<DetachedFiles> detached) {

    /** The command, as far as its streams are this JVM's. */
    Command streams() {
        return detached.isPresent()
                ? command.stdout(Output.discard()).stderr(Output.discard())
                : command;
    }

    /** Of a run somebody hears only if there is a listener: to watch costs more than to start. */
    static Birth run(String id, Command command, Optional<EventBook> events) {
        return new Birth(
                id,
                command,
                false,
                OutputTap.NONE,
                events,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
