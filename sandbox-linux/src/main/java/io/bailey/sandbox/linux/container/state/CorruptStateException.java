package io.bailey.sandbox.linux.container.state;

/** A file of the state directory is not what this version writes. */
final class CorruptStateException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    CorruptStateException(String why) {
        super(why);
    }
}
