package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.linux.sys.Linux;

/** Mounts what {@link Mountable.Indexed} says. */
public final class ErofsIndex {
    private ErofsIndex() {}

    /** A detached read-only mount, or −errno. */
    public static int mount(Linux linux, Mountable.Indexed indexed) {
        return io.bailey.sandbox.linux.image.erofs.ErofsMount.mount(
                linux,
                indexed.index().toString(),
                indexed.archives().stream().map(Object::toString).toList());
    }
}
