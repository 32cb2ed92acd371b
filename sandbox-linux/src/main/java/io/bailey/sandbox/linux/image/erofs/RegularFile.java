package io.bailey.sandbox.linux.image.erofs;

import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import java.util.ArrayList;
import java.util.List;

/** A file with content, that lies in the archive of its layer. */
final class RegularFile extends Node {
    private static final int S_IFREG = 0x8000;

    private final int layer;
    private final long size;
    private final long offset;
    private final long[] extents;

    /** {@code extents} as {@link io.bailey.sandbox.linux.image.tar.TarEntry} has them. */
    RegularFile(Attributes attributes, int layer, long size, long offset, List<Extent> extents) {
        super(attributes);
        this.layer = layer;
        this.size = size;
        this.offset = offset;
        this.extents = isWhole(size, extents) ? WHOLE : flat(extents);
    }

    private static final long[] WHOLE = new long[0];
    private static final long[] HOLE = {0, 0};

    private static boolean isWhole(long size, List<Extent> extents) {
        return extents.size() == 1
                && extents.getFirst().position() == 0
                && extents.getFirst().length() == size;
    }

    private static long[] flat(List<Extent> extents) {
        List<Extent> stored = extents.stream().filter(e -> e.length() > 0).toList();
        long[] flat = new long[Math.max(1, stored.size()) * 2];
        for (int i = 0; i < stored.size(); i++) {
            flat[2 * i] = stored.get(i).position();
            flat[2 * i + 1] = stored.get(i).length();
        }
        return stored.isEmpty() ? HOLE : flat;
    }

    int layer() {
        return layer;
    }

    long size() {
        return size;
    }

    /** Is it stored in one piece? */
    boolean isContiguous() {
        return extents.length == 0;
    }

    /** Its stored parts, in order; those that touch are one. */
    List<Stretch> stretches() {
        if (isContiguous()) {
            return List.of(new Stretch(0, size, offset));
        }
        List<Stretch> all = new ArrayList<>(extents.length / 2);
        long stored = offset;
        for (int i = 0; i < extents.length; i += 2) {
            append(all, new Stretch(extents[i], extents[i] + extents[i + 1], stored));
            stored += extents[i + 1];
        }
        return all;
    }

    private static void append(List<Stretch> all, Stretch next) {
        if (next.start() == next.end()) {
            return;
        }
        if (!all.isEmpty() && all.getLast().end() == next.start()) {
            Stretch last = all.removeLast();
            all.add(new Stretch(last.start(), next.end(), last.stored()));
        } else {
            all.add(next);
        }
    }

    @Override
    int format() {
        return S_IFREG;
    }
}
