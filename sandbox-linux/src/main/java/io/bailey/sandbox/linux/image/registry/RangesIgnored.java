package io.bailey.sandbox.linux.image.registry;

/** A server gave other than the part that it was asked for. */
final class RangesIgnored extends Exception {
    private static final long serialVersionUID = 1L;

    RangesIgnored() {
        super(null, null, false, false);
    }
}
