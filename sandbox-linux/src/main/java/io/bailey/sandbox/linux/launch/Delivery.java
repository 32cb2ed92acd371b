package io.bailey.sandbox.linux.launch;

/**
 * For whom the caller's own code runs: the command that its streams and consumers belong to, whose
 * end waits for them.
 */
final class Delivery {
    private final Object command;
    private final Runnable onBroken;

    /**
     * @param onBroken run when the caller's own stream or consumer has thrown
     */
    Delivery(Object command, Runnable onBroken) {
        this.command = command;
        this.onBroken = onBroken;
    }

    /** Runs the caller's own code on a thread of its own. */
    void begin(Runnable task) {
        Workers.deliver(command, task);
    }

    /** The caller's own code has thrown: nobody wants the rest. */
    void broke() {
        onBroken.run();
    }
}
