package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Result;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * One life of a container, from a start to the end that follows.
 *
 * @param exit completes when nothing of it is left and that is written down
 */
record Life(
        LinuxSandbox sandbox,
        Running running,
        Entrance entrance,
        ContainerProcess process,
        CompletableFuture<Result> exit,
        Instant started) {

    boolean isOver() {
        return exit.isDone();
    }
}
