package io.bailey.sandbox.linux.image.erofs;

/** A symbolic link. */
final class SymbolicLink extends Node {
    private static final int S_IFLNK = 0xA000;

    private final String target;

    SymbolicLink(Attributes attributes, String target) {
        super(attributes);
        this.target = target;
    }

    /** A byte string. */
    String target() {
        return target;
    }

    @Override
    int format() {
        return S_IFLNK;
    }
}
