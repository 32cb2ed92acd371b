package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.CopyLimits;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.linux.image.tar.ByteSource;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.image.tar.TarReader;
import io.bailey.sandbox.linux.plan.CopyStep;
import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.plan.CopyStep.Time;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads an archive, to be unpacked in a container. */
final class TarTree {
    private static final String STEP = "copy in: unpack";
    private static final int PIECE = 256 << 10;
    private static final int IMPLIED_MODE = 0755;

    private final CopyInto into;
    private final CopyBudget budget;
    private final String base;
    private final Set<String> made = new HashSet<>();
    private final List<CopyStep> times = new ArrayList<>();

    /**
     * @param base where it is unpacked
     */
    TarTree(CopyInto into, CopyBudget budget, String base) {
        this.into = into;
        this.budget = budget;
        this.base = base;
    }

    void copy(InputStream tar, CopyLimits most) {
        try {
            TarReader reader = new TarReader(source(tar), limits(most));
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                take(entry, reader);
            }
        } catch (ImageException notATar) {
            throw new SandboxSetupException(
                    STEP, "EBADMSG", "the archive", String.valueOf(notATar.getMessage()), notATar);
        } catch (UncheckedIOException failed) {
            throw new SandboxSetupException(
                    STEP,
                    "EIO",
                    "the archive",
                    "the caller's stream threw " + failed.getCause(),
                    failed);
        }
        // What was put into a directory has changed its time.
        times.reversed().forEach(into::add);
    }

    private static ByteSource source(InputStream tar) {
        byte[] bytes = new byte[PIECE];
        return () -> {
            try {
                int got;
                do {
                    got = tar.read(bytes);
                } while (got == 0);
                return got < 0 ? null : ByteBuffer.wrap(bytes, 0, got);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        };
    }

    /** The bytes and the entries are counted here. */
    private static ImageLimits limits(CopyLimits most) {
        ImageLimits usual = ImageLimits.standard();
        return new ImageLimits(
                usual.layers(),
                most.entries() == Long.MAX_VALUE ? Long.MAX_VALUE : most.entries() + 1,
                MemorySize.of(Long.MAX_VALUE),
                usual.ratio(),
                usual.depth(),
                usual.document(),
                usual.header());
    }

    private void take(TarEntry entry, TarReader reader) {
        String shown = CopyPaths.shown(entry.name());
        budget.entry(shown);
        String name = inside(entry.name(), shown);
        if (name.isEmpty()) {
            return;
        }
        String path = CopyPaths.below(base, name);
        makeDirectories(name);
        Place at = CopyPaths.place(path);
        Time time = new Time(entry.seconds(), entry.nanos());
        switch (entry.type()) {
            case DIRECTORY -> {
                into.add(new CopyStep.MakeDirectory(at, entry.mode()));
                made.add(name);
                times.add(new CopyStep.SetTime(at, time));
            }
            case FILE -> {
                budget.bytes(entry.size(), shown);
                into.begin(at);
                reader.content(into::write);
                into.finish(entry.size(), entry.mode(), time);
            }
            case SYMBOLIC_LINK -> into.add(new CopyStep.MakeLink(at, entry.link(), time));
            case HARD_LINK -> {
                String first = CopyPaths.below(base, inside(entry.link(), shown));
                into.add(new CopyStep.MakeName(at, CopyPaths.place(first)));
            }
            case FIFO -> into.add(new CopyStep.MakeFifo(at, entry.mode()));
            case CHARACTER_DEVICE, BLOCK_DEVICE ->
                    throw CopyTrouble.of(
                            STEP,
                            "EPERM",
                            shown,
                            "it is a device, which is not made in a container; leave it out of the archive, and use"
                                    + " device(...) of the sandbox");
        }
    }

    private void makeDirectories(String name) {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            String parent = name.substring(0, slash);
            if (made.add(parent)) {
                Place at = CopyPaths.place(CopyPaths.below(base, parent));
                into.add(new CopyStep.MakeDirectory(at, IMPLIED_MODE));
            }
        }
    }

    /** A name in the directory, however it is written; empty for the directory itself. */
    private static String inside(String name, String shown) {
        StringBuilder inside = new StringBuilder();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw CopyTrouble.of(
                        STEP,
                        "EINVAL",
                        shown,
                        "its name, or what it is a link to, leads upwards; that is not followed");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                inside.append(inside.isEmpty() ? "" : "/").append(part);
            }
        }
        return inside.toString();
    }
}
