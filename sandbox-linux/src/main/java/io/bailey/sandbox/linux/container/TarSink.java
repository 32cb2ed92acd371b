package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.linux.image.archive.TarWriter;
import io.bailey.sandbox.linux.image.tar.TarEntry;
import io.bailey.sandbox.linux.launch.IdMaps;
import io.bailey.sandbox.linux.sys.FileStat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes an archive. Owners are those that the container sees. */
final class TarSink implements CopySink {
    /** What ustar can say; who has more than that is nobody. */
    private static final int NOBODY = 65534;

    private final Optional<IdMaps> maps;
    private final TarWriter tar;
    private final Deque<String> above = new ArrayDeque<>();

    TarSink(OutputStream out, Optional<IdMaps> maps) {
        this.maps = maps;
        WritableByteChannel channel = Channels.newChannel(out);
        this.tar =
                new TarWriter(piece -> {
                    try {
                        while (piece.hasRemaining()) {
                            channel.write(piece);
                        }
                    } catch (IOException failed) {
                        throw new UncheckedIOException(failed);
                    }
                });
        above.push("");
    }

    @Override
    public void enter(String name, FileStat stat, Shown shown) {
        String path = name.isEmpty() ? "./" : above.element() + name + "/";
        put(TarEntry.Type.DIRECTORY, path, "", stat, 0);
        above.push(path);
    }

    @Override
    public void leave(FileStat stat, Shown shown) {
        above.pop();
    }

    @Override
    public void link(String name, String target, FileStat stat, Shown shown) {
        put(TarEntry.Type.SYMBOLIC_LINK, above.element() + name, target, stat, 0);
    }

    @Override
    public void begin(String name, FileStat stat, Shown shown) {
        put(TarEntry.Type.FILE, above.element() + name, "", stat, stat.size());
    }

    @Override
    public void content(long position, ByteBuffer piece, Shown shown) {
        tar.content(piece);
    }

    @Override
    public void end(FileStat stat, long size, Shown shown) {
        if (size != stat.size()) {
            throw CopyTrouble.of(
                    "copy out: read",
                    "ESTALE",
                    shown.toString(),
                    "it became shorter while it was read; pause the container, or wait until it has written all");
        }
    }

    @Override
    public boolean takesMore() {
        return false;
    }

    void finish() {
        tar.finish();
    }

    private void put(TarEntry.Type type, String name, String link, FileStat stat, long size) {
        tar.entry(
                new TarEntry(
                        1,
                        type,
                        name,
                        link,
                        stat.permissions(),
                        known(maps.map(m -> m.sandboxUid(stat.uid())).orElse(stat.uid())),
                        known(maps.map(m -> m.sandboxGid(stat.gid())).orElse(stat.gid())),
                        stat.seconds(),
                        stat.nanos(),
                        size,
                        0,
                        0,
                        0,
                        List.of(),
                        Map.of()));
    }

    private static int known(int id) {
        return id < 0 ? NOBODY : id;
    }
}
