package io.bailey.sandbox.linux.image.tar;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.TarEntry.Extent;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * Reads an archive of any dialect: v7, ustar, GNU, star, PAX. Where readers differ it does what
 * Go's does, with which containerd, Docker and Podman read layers, or refuses: a layer must not be
 * one thing to whoever examines it and another to whoever runs it.
 *
 * <ul>
 *   <li>A size in a PAX header is the next entry's alone: never that of an extended header between
 *       them (CVE-2025-62518 "TARmageddon").
 *   <li>Links, directories, devices and FIFOs have no body, whatever size they claim.
 *   <li>The end is two zero blocks, or just the end. Behind it nothing is read but all is taken,
 *       for the sake of the hash.
 * </ul>
 */
public final class TarReader implements LayerEntries {
    private final TarInput input;
    private final ImageLimits limits;
    private final TarBlocks blocks;
    private final EntryAssembly assembly;
    private PaxRecords globals = PaxRecords.NONE;
    private long number;
    private @Nullable TarEntry current;
    private long unread;
    private boolean ended;
    private @Nullable ImageException failure;

    /** A reader of the archive that {@code source} gives; whole, so that it can be hashed there. */
    public TarReader(ByteSource source, ImageLimits limits) {
        this(new StreamInput(source), limits);
    }

    TarReader(TarInput input, ImageLimits limits) {
        this.input = input;
        this.limits = limits;
        this.blocks = new TarBlocks(input, limits);
        this.assembly = new EntryAssembly(blocks, limits);
    }

    @Override
    public @Nullable TarEntry next() {
        if (failure != null) {
            throw failure;
        }
        current = null;
        long blamed = number;
        try {
            blocks.skip(unread);
            unread = 0;
            assembly.begin();
            blamed++;
            current = ended ? null : entry(new ExtendedHeaders(limits));
            return current;
        } catch (TarFault fault) {
            failure = fault.of(blamed, assembly.name());
            throw failure;
        }
    }

    private @Nullable TarEntry entry(ExtendedHeaders extended) throws TarFault {
        for (TarHeader header = blocks.header(); header != null; header = blocks.header()) {
            switch (header.type()) {
                case 'x' -> extended.pax(blocks.body(header, extended));
                case 'g' -> global(blocks.body(header, extended));
                case 'L' -> extended.longName(blocks.body(header, extended));
                case 'K' -> extended.longLink(blocks.body(header, extended));
                default -> {
                    return entry(header, extended);
                }
            }
        }
        ended = true;
        extended.requireNone();
        return null;
    }

    private void global(byte[] body) throws TarFault {
        PaxRecords records = PaxRecords.parse(body);
        records.requireGlobal();
        globals = globals.with(records);
        if (globals.weight() > limits.header().bytes()) {
            throw TarFault.limit("its global PAX headers are too large", "header");
        }
    }

    private TarEntry entry(TarHeader header, ExtendedHeaders extended) throws TarFault {
        if (number == limits.entries()) {
            throw TarFault.limit("there are more than " + number + " entries", "entries");
        }
        TarEntry entry = assembly.entry(number + 1, header, extended.over(globals));
        number++;
        unread = assembly.stored();
        return entry;
    }

    @Override
    public void content(Content to) {
        TarEntry entry = current;
        current = null;
        if (entry != null) {
            for (Extent extent : entry.extents()) {
                give(entry, extent, to);
            }
        }
    }

    private void give(TarEntry entry, Extent extent, Content to) {
        long position = extent.position();
        long end = position + extent.length();
        while (position < end) {
            ByteBuffer piece = input.piece(end - position);
            if (piece == null) {
                throw TarFault.malformed(TarBlocks.CUT).of(number, entry.name());
            }
            int length = piece.remaining();
            unread -= length;
            to.accept(position, piece);
            position += length;
        }
    }
}
