package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.PullEvent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Asks one place after the other. */
final class Fallback {
    private final Listeners listeners;

    Fallback(Listeners listeners) {
        this.listeners = listeners;
    }

    /**
     * What the first place gives that has it; else the failure of the last one, which counts most.
     */
    <P, T> T first(List<P> places, Function<P, T> ask) {
        List<ImageException> failures = new ArrayList<>();
        for (P place : places) {
            try {
                return ask.apply(place);
            } catch (ImageException e) {
                if (!mayGoOn(e)) {
                    throw e;
                }
                failures.add(e);
                if (failures.size() < places.size()) {
                    listeners.tell(
                            new PullEvent.Retry(
                                    e.subject(),
                                    String.valueOf(e.getMessage()),
                                    failures.size() + 1,
                                    Duration.ZERO));
                }
            }
        }
        ImageException last = failures.removeLast();
        failures.forEach(last::addSuppressed);
        throw last;
    }

    /** Another place is no help against what is wrong here. */
    private static boolean mayGoOn(ImageException e) {
        return switch (e.kind()) {
            case INTERRUPTED, NO_SPACE, STORE -> false;
            default -> true;
        };
    }
}
