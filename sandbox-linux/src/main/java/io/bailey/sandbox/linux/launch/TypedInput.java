package io.bailey.sandbox.linux.launch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An input as it is typed on a terminal, which stays open when there is no more: its end is a
 * character, termios(3) VEOF.
 */
final class TypedInput extends FilterInputStream {
    /** Ctrl-D, which says that there is no more where a line begins, and elsewhere at once. */
    private static final byte EOF = 4;

    private boolean midLine;
    private int left = -1;

    TypedInput(InputStream source) {
        super(source);
    }

    /** What ends the input where a line begins. */
    static byte[] end() {
        return new byte[] {EOF};
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int n = left < 0 ? super.read(into, offset, length) : -1;
        if (n >= 0) {
            midLine = n == 0 ? midLine : into[offset + n - 1] != '\n';
            return n;
        }
        if (left < 0) {
            left = midLine ? 2 : 1;
        }
        if (left == 0 || length == 0) {
            return -1;
        }
        left--;
        into[offset] = EOF;
        return 1;
    }
}
