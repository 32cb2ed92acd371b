package io.bailey.sandbox.image;

/**
 * Is told how a pull gets on. Called by several threads, one at a time; it should return soon. What
 * it throws is lost.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PullListener {

    /**
     * Something happened.
     *
     * @param event what
     */
    void onEvent(PullEvent event);

    /**
     * Returns one that does nothing.
     *
     * @return a silent listener
     */
    static PullListener silent() {
        return event -> {};
    }
}
