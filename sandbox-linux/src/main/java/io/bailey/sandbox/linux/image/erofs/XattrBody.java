package io.bailey.sandbox.linux.image.erofs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.List;

/** Extended attributes as they stand behind an inode: struct erofs_xattr_ibody_header. */
final class XattrBody {
    private static final int HEADER = 12;
    private static final int ENTRY = 4;

    private XattrBody() {}

    /** Which number a name's prefix has: the kernel's names of EROFS_XATTR_INDEX_*. */
    private enum Prefix {
        USER("user.", 1),
        ACL_ACCESS(XattrRules.ACL_ACCESS, 2),
        ACL_DEFAULT(XattrRules.ACL_DEFAULT, 3),
        TRUSTED("trusted.", 4),
        SECURITY("security.", 6);

        private final String text;
        private final int index;

        Prefix(String text, int index) {
            this.text = text;
            this.index = index;
        }

        static Prefix of(String name) {
            for (Prefix prefix : values()) {
                if (name.startsWith(prefix.text)) {
                    return prefix;
                }
            }
            throw new IllegalArgumentException("no place for the attribute " + name);
        }
    }

    /** Its size; 0 if there are none. */
    static long bytes(List<Xattr> xattrs) {
        long bytes = xattrs.isEmpty() ? 0 : HEADER;
        for (Xattr xattr : xattrs) {
            bytes += entry(Prefix.of(xattr.name()), xattr);
        }
        return bytes;
    }

    private static long entry(Prefix prefix, Xattr xattr) {
        int name = xattr.name().length() - prefix.text.length();
        return Erofs.roundUp(ENTRY + name + (long) xattr.value().length, ENTRY);
    }

    /** What an inode says of a body of {@code bytes}. */
    static int count(int bytes) {
        return bytes == 0 ? 0 : (bytes - HEADER) / ENTRY + 1;
    }

    static void write(List<Xattr> xattrs, ByteBuffer to) {
        if (xattrs.isEmpty()) {
            return;
        }
        to.put(new byte[HEADER]);
        for (Xattr xattr : xattrs) {
            Prefix prefix = Prefix.of(xattr.name());
            byte[] name = xattr.name().substring(prefix.text.length()).getBytes(ISO_8859_1);
            int end = to.position() + (int) entry(prefix, xattr);
            to.put((byte) name.length).put((byte) prefix.index);
            to.putShort((short) xattr.value().length).put(name).put(xattr.value());
            while (to.position() < end) {
                to.put((byte) 0);
            }
        }
    }
}
