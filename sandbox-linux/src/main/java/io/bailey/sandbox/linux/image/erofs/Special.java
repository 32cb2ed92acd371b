package io.bailey.sandbox.linux.image.erofs;

/** A device or a named pipe. */
final class Special extends Node {
    static final int S_IFIFO = 0x1000;
    static final int S_IFCHR = 0x2000;
    static final int S_IFBLK = 0x6000;

    private final int format;
    private final int device;

    /** {@code device}: as new_encode_dev() of the kernel packs it. */
    Special(Attributes attributes, int format, int device) {
        super(attributes);
        this.format = format;
        this.device = device;
    }

    int device() {
        return device;
    }

    @Override
    int format() {
        return format;
    }
}
