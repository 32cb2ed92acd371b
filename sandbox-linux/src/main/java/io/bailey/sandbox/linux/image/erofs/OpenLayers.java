package io.bailey.sandbox.linux.image.erofs;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The archives of layers, open. */
final class OpenLayers implements LayerBytes, AutoCloseable {
    private final List<FileChannel> channels = new ArrayList<>();

    /** Opens the next one. */
    FileChannel open(Path tar) throws IOException {
        FileChannel channel = FileChannel.open(tar, StandardOpenOption.READ);
        channels.add(channel);
        return channel;
    }

    @Override
    public void read(int layer, long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int n = channels.get(layer).read(into, at);
            if (n < 0) {
                throw new EOFException("layer " + layer + " ends at " + at);
            }
            at += n;
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : channels) {
            channel.close();
        }
    }
}
