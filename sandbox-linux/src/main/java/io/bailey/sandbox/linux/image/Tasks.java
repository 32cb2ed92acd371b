package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Does something to several things at once. When one fails, the others are given up. */
final class Tasks {
    private final int threads;

    Tasks(int threads) {
        this.threads = threads;
    }

    /**
     * @throws ImageException the first failure; when it returns or throws, nothing goes on
     */
    <T> void run(List<T> things, Consumer<T> task) {
        if (things.isEmpty()) {
            return;
        }
        // Platform threads: what they do is hash, inflate and wait for disks.
        ExecutorService executor =
                Executors.newFixedThreadPool(
                        Math.min(threads, things.size()),
                        Thread.ofPlatform().name("bailey-image-", 0).daemon(true).factory());
        ExecutorCompletionService<Void> done = new ExecutorCompletionService<>(executor);
        List<Future<Void>> all = new ArrayList<>();
        // close() waits for all of them.
        try (executor) {
            try {
                things.forEach(thing -> all.add(done.submit(() -> task.accept(thing), null)));
                for (int i = 0; i < all.size(); i++) {
                    done.take().get();
                }
            } catch (InterruptedException interrupted) {
                throw interrupted("wait for", "the layers");
            } catch (ExecutionException failure) {
                throw asOurs(failure);
            } finally {
                all.forEach(future -> future.cancel(true));
            }
        }
    }

    private static RuntimeException asOurs(ExecutionException failure) {
        if (failure.getCause() instanceof Error error) {
            throw error;
        }
        return failure.getCause() instanceof RuntimeException ours
                ? ours
                : new IllegalStateException(failure.getCause());
    }

    static ImageException interrupted(String step, String subject) {
        Thread.currentThread().interrupt();
        return new ImageException(
                Kind.INTERRUPTED, step, subject, "the thread was interrupted", "");
    }
}
