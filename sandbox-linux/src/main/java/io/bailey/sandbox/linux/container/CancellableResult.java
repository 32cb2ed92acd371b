package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Result;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/** A future whose cancellation kills the tree; java.util.concurrent's own would only forget it. */
final class CancellableResult extends CompletableFuture<Result> {
    private final Runnable kill;

    CancellableResult(Runnable kill) {
        this.kill = kill;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            kill.run();
        }
        return cancelled;
    }

    void settle(@Nullable Result result, @Nullable Throwable failure) {
        if (failure != null) {
            completeExceptionally(failure);
        } else if (result != null) {
            complete(result);
        }
    }
}
