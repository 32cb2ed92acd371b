package io.bailey.sandbox.linux.launch;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts UTF-8 into lines, however the chunks fall. A line longer than {@value #MAX_LINE} characters
 * is handed on in pieces.
 */
final class LineTarget implements ThreadSink.Target {
    private static final int MAX_LINE = 1 << 20;

    private final Consumer<String> consumer;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder line = new StringBuilder();
    private ByteBuffer rest = ByteBuffer.allocate(0);

    LineTarget(Consumer<String> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void write(byte[] chunk) {
        decode(chunk, false);
    }

    private void decode(byte[] chunk, boolean end) {
        ByteBuffer in =
                ByteBuffer.allocate(rest.remaining() + chunk.length).put(rest).put(chunk).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
        decoder.decode(in, out, end);
        if (end) {
            decoder.flush(out);
        }
        rest = in.slice();
        out.flip();
        while (out.hasRemaining()) {
            take(out.get());
        }
    }

    private void take(char c) {
        if (c == '\n') {
            int length = line.length();
            emit(length > 0 && line.charAt(length - 1) == '\r' ? length - 1 : length);
        } else {
            if (line.length() == MAX_LINE) {
                emit(MAX_LINE);
            }
            line.append(c);
        }
    }

    private void emit(int length) {
        String piece = line.substring(0, length);
        line.setLength(0);
        consumer.accept(piece);
    }

    @Override
    public void close() {
        decode(new byte[0], true);
        if (!line.isEmpty()) {
            emit(line.length());
        }
    }
}
