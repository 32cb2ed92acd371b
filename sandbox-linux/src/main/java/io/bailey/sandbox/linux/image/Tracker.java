package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.image.PullEvent.Phase;
import io.bailey.sandbox.image.PullListener;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Tells a listener how layers get on: one event at a time, and not of each byte. */
final class Tracker implements PullListener {
    private static final System.Logger LOGGER = System.getLogger(Tracker.class.getName());
    private static final long PAUSE_NANOS = 100_000_000;

    private final PullListener listener;
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<Digest, Stage> stages = new HashMap<>();

    /** What was told of a layer last. */
    private record Stage(Phase phase, long began, long told) {}

    Tracker(PullListener listener) {
        this.listener = listener;
    }

    void reached(Descriptor layer, Phase phase, long bytes) {
        turn.lock();
        try {
            long now = System.nanoTime();
            Optional<Stage> last =
                    Optional.ofNullable(stages.get(layer.digest()))
                            .filter(stage -> stage.phase() == phase);
            if (last.isPresent() && now - last.get().told() < PAUSE_NANOS && bytes < layer.size()) {
                return;
            }
            long began = last.map(Stage::began).orElse(now);
            stages.put(layer.digest(), new Stage(phase, began, now));
            double seconds = (now - began) / 1e9;
            tell(
                    new PullEvent.Progress(
                            layer.digest(),
                            phase,
                            bytes,
                            layer.size(),
                            seconds > 0 ? bytes / seconds : 0));
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void onEvent(PullEvent event) {
        turn.lock();
        try {
            tell(event);
        } finally {
            turn.unlock();
        }
    }

    private void tell(PullEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException theirs) {
            LOGGER.log(Level.DEBUG, "a listener of a pull failed", theirs);
        }
    }
}
