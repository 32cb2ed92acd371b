package io.bailey.sandbox;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.spi.LoneSandbox;

import java.lang.System.Logger.Level;

/** A sandbox for one container only. */
final class OneShot {

    private static final System.Logger LOGGER = System.getLogger(OneShot.class.getName());

    private OneShot() {}

    /** The words as a command; none for what the image runs, if the root is one. */
    static Command command(Rootfs root, String... words) {
        return words.length == 0 && root instanceof Image image
                ? image.command()
                : Command.of(words);
    }

    /** Starts a command; the sandbox is closed after the container, or at once if there is none. */
    static Container start(Sandbox sandbox, Command command) {
        try {
            if (sandbox instanceof LoneSandbox lone) {
                return lone.startAlone(command);
            }
            Container container = sandbox.start(command);
            // On a thread of its own: close() may wait for the very thread that completes the
            // future.
            var _ =
                    container
                            .onExit()
                            .whenCompleteAsync(
                                    (_, _) -> closeQuietly(sandbox), OneShot::startThread);
            return container;
        } catch (RuntimeException | Error failure) {
            closeAfter(failure, sandbox);
            throw failure;
        }
    }

    private static void startThread(Runnable task) {
        Thread.ofVirtual().name("bailey-close").start(task);
    }

    /**
     * Nobody waits here for an exception, so what could not be removed is at least written down.
     */
    private static void closeQuietly(Sandbox sandbox) {
        try {
            sandbox.close();
        } catch (SandboxException failure) {
            LOGGER.log(
                    Level.WARNING,
                    "the sandbox of an ended container could not be closed",
                    failure);
        }
    }

    private static void closeAfter(Throwable failure, Sandbox sandbox) {
        try {
            sandbox.close();
        } catch (SandboxException second) {
            failure.addSuppressed(second);
        }
    }
}
