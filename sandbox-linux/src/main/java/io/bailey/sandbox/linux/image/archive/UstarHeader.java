package io.bailey.sandbox.linux.image.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.nio.ByteBuffer;

/** One block of 512 bytes, POSIX.1-1988 "ustar". */
final class UstarHeader {
    static final int BLOCK = 512;
    static final int NAME = 100;
    static final long MOST_ID = 07777777;
    static final long MOST_SIZE = 077777777777L;

    private static final int SHORT = 8;
    private static final int LONG = 12;
    private static final int CHECKSUM = 148;

    private final byte[] block = new byte[BLOCK];
    private int at;

    private UstarHeader() {}

    /** The header of an entry; what is too large for it stands in the PAX header before. */
    static ByteBuffer of(TarEntry entry) {
        UstarName name = UstarName.of(entry.name());
        UstarHeader header = new UstarHeader();
        header.text(name.rest(), NAME);
        header.numbers(entry.mode(), entry.uid(), entry.gid());
        header.number(entry.size(), LONG);
        header.number(Math.max(0, entry.seconds()), LONG);
        header.kind(flag(entry.type()), entry.link());
        header.number(entry.major(), SHORT);
        header.number(entry.minor(), SHORT);
        header.text(name.prefix(), BLOCK - header.at);
        return header.sealed();
    }

    /** The header of a PAX header. */
    static ByteBuffer ofRecords(String name, long size) {
        UstarHeader header = new UstarHeader();
        header.text(name, NAME);
        header.numbers(0644, 0, 0);
        header.number(size, LONG);
        header.number(0, LONG);
        header.kind('x', "");
        header.number(0, SHORT);
        header.number(0, SHORT);
        return header.sealed();
    }

    private void numbers(long mode, long uid, long gid) {
        number(mode, SHORT);
        number(uid, SHORT);
        number(gid, SHORT);
    }

    /** The type, the target of a link, the magic, and no names of owners. */
    private void kind(char flag, String link) {
        at = CHECKSUM + SHORT;
        block[at++] = (byte) flag;
        text(link, NAME);
        text("ustar\0" + "00", SHORT);
        at += 2 * 32;
    }

    private void text(String text, int width) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, width));
        at += width;
    }

    /** Octal, zeros before it and a NUL behind it; zeros alone if it does not fit. */
    private void number(long value, int width) {
        String octal = Long.toOctalString(value);
        String shown = octal.length() < width ? octal : "";
        text("0".repeat(width - 1 - shown.length()) + shown, width);
    }

    private ByteBuffer sealed() {
        at = CHECKSUM;
        text(" ".repeat(SHORT), SHORT);
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        at = CHECKSUM;
        number(sum, SHORT - 1);
        return ByteBuffer.wrap(block);
    }

    private static char flag(TarEntry.Type type) {
        return switch (type) {
            case FILE -> '0';
            case HARD_LINK -> '1';
            case SYMBOLIC_LINK -> '2';
            case CHARACTER_DEVICE -> '3';
            case BLOCK_DEVICE -> '4';
            case DIRECTORY -> '5';
            case FIFO -> '6';
        };
    }
}
