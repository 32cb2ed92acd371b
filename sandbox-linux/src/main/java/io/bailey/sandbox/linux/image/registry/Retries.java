package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.PullEvent;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Tries again what may go better then, later and later, each time a little by chance. */
final class Retries {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** A try that got so much further has not failed in vain, as containers/image has it. */
    private static final long PROGRESS = 1 << 20;

    @FunctionalInterface
    interface Try<T> {
        T run() throws Transient;
    }

    private final Listeners listeners;
    private final Duration first;
    private final Ongoing all = new Ongoing();

    Retries(Listeners listeners) {
        this(listeners, FIRST);
    }

    Retries(Listeners listeners, Duration first) {
        this.listeners = listeners;
        this.first = first;
    }

    /** Tries up to {@code attempts} times. */
    <T> T run(String step, URI what, int attempts, Try<T> once) {
        return run(step, what, attempts, new Ongoing(), once, () -> 0);
    }

    /**
     * Tries up to {@code attempts} times in a row without getting further.
     *
     * @param ongoing gives up if it is cancelled
     * @param reached how far it has ever got
     */
    <T> T run(
            String step,
            URI what,
            int attempts,
            Ongoing ongoing,
            Try<T> once,
            LongSupplier reached) {
        long before = reached.getAsLong();
        int tries = 0;
        while (true) {
            try {
                return once.run();
            } catch (Transient failure) {
                boolean further = reached.getAsLong() - before >= PROGRESS;
                before = further ? reached.getAsLong() : before;
                tries = further ? 1 : tries + 1;
                if (tries >= attempts) {
                    throw failure.after(tries, step, Shown.url(what));
                }
                Duration wait = failure.after().orElse(backoff(tries));
                listeners.tell(
                        new PullEvent.Retry(Shown.url(what), failure.reason(), tries + 1, wait));
                pause(what, wait, ongoing);
            }
        }
    }

    /**
     * Twice as long each time; from half of it to all of it, so that clients do not march in step.
     */
    private Duration backoff(int tries) {
        long most = Math.min(first.toMillis() << Math.min(tries - 1, 16), LONGEST.toMillis());
        return Duration.ofMillis(most - ThreadLocalRandom.current().nextLong(most / 2 + 1));
    }

    private void pause(URI what, Duration wait, Ongoing ongoing) {
        CountDownLatch woken = new CountDownLatch(1);
        Runnable wake = woken::countDown;
        all.add(wake);
        ongoing.add(wake);
        try {
            if (woken.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw all.isCancelled()
                        ? Interrupted.closed(Request.get(what))
                        : Interrupted.givenUp(what);
            }
        } catch (InterruptedException e) {
            throw Interrupted.during(Request.get(what));
        } finally {
            all.remove(wake);
            ongoing.remove(wake);
        }
    }

    /** Wakes whoever waits. */
    void close() {
        all.cancel();
    }
}
