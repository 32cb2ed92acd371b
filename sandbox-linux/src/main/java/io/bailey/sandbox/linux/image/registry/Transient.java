package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import java.time.Duration;
import java.util.Optional;

/** A try failed in a way that another may not. */
final class Transient extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String reason;
    private final String fix;
    private final Optional<Duration> after;

    /**
     * @param kind what it is if no further try is made
     * @param after how long the registry wants to be left alone
     */
    Transient(Kind kind, String reason, String fix, Optional<Duration> after) {
        super(reason, null, false, false);
        this.kind = kind;
        this.reason = reason;
        this.fix = fix;
        this.after = after;
    }

    static Transient unreachable(String reason) {
        return new Transient(Kind.UNREACHABLE, reason, "", Optional.empty());
    }

    /** The end came before it was all there. */
    static Transient cutShort(String reason) {
        return new Transient(Kind.DIGEST_MISMATCH, reason, "", Optional.empty());
    }

    String reason() {
        return reason;
    }

    Optional<Duration> after() {
        return after;
    }

    ImageException after(int tries, String step, String subject) {
        String counted = tries == 1 ? "1 try: " : tries + " tries: ";
        return new ImageException(kind, step, subject, "after " + counted + reason, fix, this);
    }
}
