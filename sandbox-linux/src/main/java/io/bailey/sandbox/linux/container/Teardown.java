package io.bailey.sandbox.linux.container;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/** Steps of which each is taken, whatever became of those before it. */
final class Teardown {
    private @Nullable Throwable first;

    /** Takes the next step. */
    Teardown then(Runnable step) {
        return ask(
                () -> {
                    step.run();
                    return this;
                },
                this);
    }

    /** Takes the next step. Returns what it says, or {@code otherwise} if it fails. */
    <T> T ask(Supplier<T> step, T otherwise) {
        try {
            return step.get();
        } catch (RuntimeException | Error failure) {
            if (first == null) {
                first = failure;
            } else if (!first.equals(failure)) {
                first.addSuppressed(failure);
            }
            return otherwise;
        }
    }

    /** Throws what the first step that failed has thrown, with the others' beneath it. */
    void end() {
        switch (first) {
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case null, default -> {}
        }
    }
}
