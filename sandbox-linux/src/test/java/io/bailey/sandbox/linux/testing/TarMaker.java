package io.bailey.sandbox.linux.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes archives by hand, well-formed ones and others. Names are byte strings: a String with one
 * char a byte.
 *
 * {@snippet :
 * byte[] layer = new TarMaker()
 *         .directory("etc/")
 *         .file("etc/x", "text")
 *         .add(TarMaker.header("etc/null").type('3').device(1, 3))
 *         .finish();
 * }
 */
public final class TarMaker {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One header block. */
    public static final class Header {
        private final byte[] block = new byte[BLOCK];
        private int checksumError;
        private boolean signed;

        private Header(String name) {
            text(0, 100, name);
            mode(0644).uid(0).gid(0).size(0).mtime(0).type('0').ustar();
        }

        /** Bytes anywhere. */
        public Header put(int offset, byte[] bytes) {
            System.arraycopy(bytes, 0, block, offset, bytes.length);
            return this;
        }

        /** A text field, filled up with NULs. */
        public Header text(int offset, int length, String text) {
            byte[] field = new byte[length];
            byte[] bytes = text.getBytes(ISO_8859_1);
            System.arraycopy(bytes, 0, field, 0, Math.min(length, bytes.length));
            return put(offset, field);
        }

        /** A number field: octal, or base 256 if it does not fit or is negative. */
        public Header number(int offset, int length, long value) {
            String octal = Long.toOctalString(value);
            if (value < 0 || octal.length() >= length) {
                return base256(offset, length, value);
            }
            return text(offset, length, "0".repeat(length - 1 - octal.length()) + octal);
        }

        /** A number field in base 256. */
        public Header base256(int offset, int length, long value) {
            byte[] field = new byte[length];
            for (int i = 0; i < length; i++) {
                int shift = 8 * (length - 1 - i);
                field[i] = (byte) (shift > 63 ? value >> 63 : value >> shift);
            }
            field[0] = (byte) (value < 0 ? field[0] | 0x80 : field[0] & 0x7f | 0x80);
            return put(offset, field);
        }

        public Header mode(int mode) {
            return number(100, 8, mode);
        }

        public Header uid(long uid) {
            return number(108, 8, uid);
        }

        public Header gid(long gid) {
            return number(116, 8, gid);
        }

        public Header size(long size) {
            return number(124, 12, size);
        }

        public Header mtime(long mtime) {
            return number(136, 12, mtime);
        }

        public Header type(char type) {
            return put(156, new byte[] {(byte) type});
        }

        public Header link(String target) {
            return text(157, 100, target);
        }

        public Header device(long major, long minor) {
            return number(329, 8, major).number(337, 8, minor);
        }

        public Header prefix(String prefix) {
            return text(345, 155, prefix);
        }

        public Header v7() {
            return put(257, new byte[BLOCK - 257]);
        }

        public Header ustar() {
            return text(257, 8, "ustar\00000");
        }

        public Header gnu() {
            return text(257, 8, "ustar  ");
        }

        public Header star() {
            return ustar().text(508, 4, "tar");
        }

        /** A part of an old GNU sparse map. */
        public Header sparse(int index, long position, long length) {
            int at = 386 + 24 * index;
            return number(at, 12, position).number(at + 12, 12, length);
        }

        /** An old GNU sparse file's size with its holes, and whether its map goes on. */
        public Header sparse(long realSize, boolean more) {
            return gnu().type('S')
                    .number(483, 12, realSize)
                    .put(482, new byte[] {(byte) (more ? 1 : 0)});
        }

        public Header wrongChecksum() {
            checksumError = 1;
            return this;
        }

        /** The sum of signed bytes, as old tars had it. */
        public Header signedChecksum() {
            signed = true;
            return this;
        }

        private byte[] bytes() {
            text(148, 8, " ".repeat(8));
            int sum = checksumError;
            for (byte value : block) {
                sum += signed ? value : value & 0xff;
            }
            text(148, 8, String.format("%06o\0 ", sum));
            return block.clone();
        }
    }

    /** A header of a file of ustar, which can be made another. */
    public static Header header(String name) {
        return new Header(name);
    }

    public TarMaker file(String name, String content) {
        return file(name, content.getBytes(ISO_8859_1));
    }

    public TarMaker file(String name, byte[] content) {
        return add(header(name), content);
    }

    public TarMaker directory(String name) {
        return add(header(name).type('5').mode(0755));
    }

    public TarMaker symlink(String name, String target) {
        return add(header(name).type('2').mode(0777).link(target));
    }

    public TarMaker hardLink(String name, String target) {
        return add(header(name).type('1').link(target));
    }

    /** A header, and nothing behind it. */
    public TarMaker add(Header header) {
        return raw(header.bytes());
    }

    /** A header whose size is the content's, and the content. */
    public TarMaker add(Header header, byte[] content) {
        return add(header.size(content.length)).body(content);
    }

    /** Content, filled up to a whole block. */
    public TarMaker body(byte[] content) {
        return raw(content).raw(new byte[-content.length & (BLOCK - 1)]);
    }

    /** Bytes as they are. */
    public TarMaker raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** A PAX header of the next entry, of keywords and values alternately. */
    public TarMaker pax(String... records) {
        return paxBody(records(records).getBytes(ISO_8859_1));
    }

    /** A PAX header of the next entry with this body. */
    public TarMaker paxBody(byte[] body) {
        return add(header("PaxHeaders/x").type('x'), body);
    }

    /** A PAX header of all further entries. */
    public TarMaker global(String... records) {
        return add(header("PaxHeaders/g").type('g'), records(records).getBytes(ISO_8859_1));
    }

    /** PAX records of keywords and values alternately. */
    public static String records(String... records) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < records.length; i += 2) {
            all.append(record(records[i], records[i + 1]));
        }
        return all.toString();
    }

    private static String record(String keyword, String value) {
        String rest = " " + keyword + "=" + value + "\n";
        int length = rest.length() + 1;
        while (length != rest.length() + Integer.toString(length).length()) {
            length++;
        }
        return length + rest;
    }

    /** GNU's header of a name that is too long for the next entry's. */
    public TarMaker longName(String name) {
        return add(header("././@LongLink").gnu().type('L'), (name + "\0").getBytes(ISO_8859_1));
    }

    /** GNU's header of a target that is too long for the next entry's. */
    public TarMaker longLink(String target) {
        return add(header("././@LongLink").gnu().type('K'), (target + "\0").getBytes(ISO_8859_1));
    }

    /** A file with extended attributes. */
    public TarMaker file(String name, String content, Map<String, String> xattrs) {
        Map<String, String> records = new LinkedHashMap<>();
        xattrs.forEach((key, value) -> records.put("SCHILY.xattr." + key, value));
        String[] flat =
                records.entrySet().stream()
                        .flatMap(record -> Stream.of(record.getKey(), record.getValue()))
                        .toArray(String[]::new);
        return pax(flat).file(name, content);
    }

    /** The archive so far, without an end. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    /** The archive with its two zero blocks. */
    public byte[] finish() {
        return raw(new byte[2 * BLOCK]).bytes();
    }
}
