package io.bailey.sandbox.linux.image.archive;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.RawNames;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarScanner;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** An archive that is a tar: its headers are read once, its files where they lie. */
final class TarMembers implements Members {
    private static final int MOST_LINKS = 8;

    private final Path path;
    private final FileChannel file;
    private final Map<String, Place> places = new HashMap<>();

    private TarMembers(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /** What stands under a name. */
    private sealed interface Place {

        record File(long offset, long size) implements Place {}

        record Link(@Nullable String target) implements Place {}

        /** A directory, or what an archive of images has no use for. */
        record Other() implements Place {}

        /** Two things: readers would differ in which of them they take. */
        record Ambiguous() implements Place {}
    }

    /**
     * Reads the headers.
     *
     * @param file the tar, closed with this
     * @param path what messages call it
     */
    static TarMembers scan(FileChannel file, Path path, ImageLimits limits) {
        TarMembers members = new TarMembers(path, file);
        try {
            TarScanner scanner = new TarScanner(file, limits);
            for (TarEntry entry = scanner.next(); entry != null; entry = scanner.next()) {
                members.add(entry);
            }
            return members;
        } catch (ImageException broken) {
            members.close();
            throw broken.during("open archive", members.title());
        }
    }

    private void add(TarEntry entry) {
        String name = Inside.path(entry.name());
        if (name != null) {
            places.merge(name, place(entry, name), TarMembers::either);
        }
    }

    private static Place either(Place before, Place after) {
        return before instanceof Place.Other && after instanceof Place.Other
                ? before
                : new Place.Ambiguous();
    }

    private static Place place(TarEntry entry, String name) {
        return switch (entry.type()) {
            case FILE -> isSparse(entry) ? new Place.Other() : file(entry);
            case HARD_LINK -> new Place.Link(Inside.path(entry.link()));
            case SYMBOLIC_LINK -> new Place.Link(Inside.target(name, entry.link()));
            case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> new Place.Other();
        };
    }

    private static Place file(TarEntry entry) {
        return new Place.File(entry.offset(), entry.size());
    }

    private static boolean isSparse(TarEntry entry) {
        long stored = entry.extents().stream().mapToLong(TarEntry.Extent::length).sum();
        return stored != entry.size();
    }

    @Override
    public Optional<Member> find(String name) {
        String at = Inside.path(RawNames.of(name));
        for (int links = 0; links <= MOST_LINKS; links++) {
            switch (at == null ? null : places.get(at)) {
                case null -> {
                    return Optional.empty();
                }
                case Place.File(long offset, long size) -> {
                    return Optional.of(
                            Member.part(title() + " " + Shown.text(name), file, offset, size));
                }
                case Place.Link(String target) -> at = target;
                case Place.Other _ ->
                        throw Trouble.malformed(title(), Shown.text(name) + " is no plain file");
                case Place.Ambiguous _ ->
                        throw Trouble.malformed(title(), Shown.text(name) + " is in it twice");
            }
        }
        throw Trouble.malformed(title(), Shown.text(name) + " is too long a chain of links");
    }

    @Override
    public String title() {
        return RawNames.show(RawNames.of(path.toString()));
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException nothingLost) {
            // It was only read.
            return;
        }
    }
}
