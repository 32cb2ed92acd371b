package io.bailey.sandbox.spi;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;

/**
 * A sandbox that one container may have to itself. What {@link Sandbox.Builder#start(Command)}
 * starts has nobody else who would close its sandbox, and may be started again after it has ended.
 *
 * @since 0.1
 */
public interface LoneSandbox extends Sandbox {

    /**
     * Starts the only container there will be. It sees to it that nothing of the sandbox is left
     * when it has ended, and that there is one again when it is started again.
     *
     * @param command the command
     * @return the container
     */
    Container startAlone(Command command);
}
