package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The extended attributes among PAX records. */
final class Xattrs {
    /** star's, and so everybody's: the value as it is. */
    private static final String SCHILY = "SCHILY.xattr.";

    /** libarchive's, which writes both: the name is URL-encoded, the value Base64. */
    private static final String LIBARCHIVE = "LIBARCHIVE.xattr.";

    private Xattrs() {}

    static Map<String, byte[]> of(PaxRecords records) throws TarFault {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (Map.Entry<String, String> record : records.all().entrySet()) {
            String keyword = record.getKey();
            if (keyword.startsWith(SCHILY)) {
                String name = unescaped(keyword.substring(SCHILY.length()));
                put(xattrs, name, record.getValue().getBytes(ISO_8859_1));
            } else if (keyword.startsWith(LIBARCHIVE)) {
                String name = urlDecoded(keyword.substring(LIBARCHIVE.length()));
                put(xattrs, name, base64(record.getValue()));
            }
        }
        return xattrs;
    }

    private static void put(Map<String, byte[]> xattrs, String name, byte[] value) throws TarFault {
        if (name.isEmpty() || name.indexOf(0) >= 0) {
            throw TarFault.malformed("an extended attribute has no name, or a NUL in it");
        }
        xattrs.put(name, value);
    }

    /** A keyword ends at "=": GNU tar (since 1.30, xattr_encode_keyword) hides one in a name. */
    private static String unescaped(String name) {
        return name.replace("%3D", "=").replace("%25", "%");
    }

    private static String urlDecoded(String name) throws TarFault {
        StringBuilder decoded = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '%') {
                decoded.append((char) escape(name, i));
                i += 2;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    private static int escape(String name, int at) throws TarFault {
        if (at + 3 > name.length()
                || !HexFormat.isHexDigit(name.charAt(at + 1))
                || !HexFormat.isHexDigit(name.charAt(at + 2))) {
            throw TarFault.malformed("the name of an extended attribute is badly encoded");
        }
        return HexFormat.fromHexDigits(name, at + 1, at + 3);
    }

    private static byte[] base64(String value) throws TarFault {
        try {
            return Base64.getDecoder().decode(value.getBytes(ISO_8859_1));
        } catch (IllegalArgumentException notBase64) {
            throw TarFault.malformed("the value of an extended attribute is badly encoded");
        }
    }
}
