package io.bailey.sandbox.image;

import io.bailey.sandbox.SandboxException;

import java.util.Objects;

/**
 * Something about an image failed; nothing half-made is left. The message reads {@code pull
 * docker.io/library/x:1: read layer sha256:…: entry 17 "etc/x": why — the fix}.
 *
 * @since 0.1
 */
public final class ImageException extends SandboxException {

    private static final long serialVersionUID = 1L;

    /**
     * What kind of failure it was.
     *
     * @since 0.1
     */
    public enum Kind {
        /** A reference, digest or platform is not well-formed. */
        INVALID_REFERENCE,
        /** There is no such image, tag, blob or file. */
        NOT_FOUND,
        /** The registry wants other credentials, or gives none of this. */
        UNAUTHORIZED,
        /** Bytes do not have the digest or size they were announced with. */
        DIGEST_MISMATCH,
        /** A kind of document or compression that is not supported here. */
        UNSUPPORTED_MEDIA_TYPE,
        /** A manifest, index, config or answer breaks its specification. */
        MALFORMED_DOCUMENT,
        /** A layer is no well-formed archive, or tries what no layer may. */
        MALFORMED_LAYER,
        /** A limit was reached: entries, bytes, depth, ratio, size of a document. */
        LIMIT_EXCEEDED,
        /** The image has nothing for this platform. */
        NO_SUCH_PLATFORM,
        /** The disk is full. */
        NO_SPACE,
        /** Another process holds a lock and did not let go in time. */
        LOCKED,
        /** The registry did not answer, or only with errors, after some tries. */
        UNREACHABLE,
        /** The store cannot be read or written. */
        STORE,
        /** This host cannot do what was asked. */
        UNSUPPORTED,
        /** The thread was interrupted; its flag is set again. */
        INTERRUPTED
    }

    /** What kind it was. */
    private final Kind kind;

    /** What was done. */
    private final String step;

    /** On what. */
    private final String subject;

    /** Why it failed. */
    private final String reason;

    /** What to do about it; empty if unknown. */
    private final String fix;

    /**
     * Creates an exception without a cause.
     *
     * @param kind the kind
     * @param step what was done, such as {@code read layer}
     * @param subject on what: a reference, a digest, a path, or several of them
     * @param reason why it failed
     * @param fix what to do about it; empty if unknown
     */
    public ImageException(Kind kind, String step, String subject, String reason, String fix) {
        super(message(step, subject, reason, fix));
        this.kind = Objects.requireNonNull(kind, "kind");
        this.step = step;
        this.subject = subject;
        this.reason = reason;
        this.fix = fix;
    }

    /**
     * Creates an exception with a cause.
     *
     * @param kind the kind
     * @param step what was done, such as {@code read layer}
     * @param subject on what: a reference, a digest, a path, or several of them
     * @param reason why it failed
     * @param fix what to do about it; empty if unknown
     * @param cause the failure beneath
     */
    public ImageException(
            Kind kind, String step, String subject, String reason, String fix, Throwable cause) {
        super(message(step, subject, reason, fix), cause);
        this.kind = Objects.requireNonNull(kind, "kind");
        this.step = step;
        this.subject = subject;
        this.reason = reason;
        this.fix = fix;
    }

    /**
     * Returns the same failure as a part of something larger.
     *
     * @param outerStep what was being done, such as {@code pull}
     * @param outerSubject on what, such as a reference
     * @return an exception of the same kind and fix, whose cause is this one
     */
    public ImageException during(String outerStep, String outerSubject) {
        return new ImageException(
                kind, outerStep, outerSubject, message(step, subject, reason, ""), fix, this);
    }

    /**
     * Returns the kind of failure.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns what was done.
     *
     * @return the step, such as {@code pull}
     */
    public String step() {
        return step;
    }

    /**
     * Returns what it was done to.
     *
     * @return a reference, a digest or a path
     */
    public String subject() {
        return subject;
    }

    /**
     * Returns what to do about it.
     *
     * @return the fix; empty if unknown
     */
    public String fix() {
        return fix;
    }

    private static String message(String step, String subject, String reason, String fix) {
        String where = subject.isEmpty() ? "" : " " + subject;
        return step + where + ": " + reason + (fix.isEmpty() ? "" : " — " + fix);
    }
}
