package io.bailey.sandbox.linux.image.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.linux.image.tar.TarEntry;

import java.util.Map;
import java.util.TreeMap;

/** What ustar cannot say of an entry, as the records of a PAX header, sorted by keyword. */
final class Pax {
    private static final int NANO_DIGITS = 9;
    private static final int SECOND = 1_000_000_000;

    private Pax() {}

    static Map<String, String> records(TarEntry entry) {
        Map<String, String> records = new TreeMap<>();
        if (!UstarName.fits(entry.name())) {
            records.put("path", entry.name());
        }
        if (entry.link().length() > UstarHeader.NAME) {
            records.put("linkpath", entry.link());
        }
        number(records, "size", entry.size(), UstarHeader.MOST_SIZE);
        number(records, "uid", entry.uid(), UstarHeader.MOST_ID);
        number(records, "gid", entry.gid(), UstarHeader.MOST_ID);
        if (entry.nanos() != 0 || entry.seconds() < 0 || entry.seconds() > UstarHeader.MOST_SIZE) {
            records.put("mtime", time(entry.seconds(), entry.nanos()));
        }
        entry.xattrs()
                .forEach((name, value) ->
                        records.put(
                                "SCHILY.xattr." + escaped(name), new String(value, ISO_8859_1)));
        return records;
    }

    private static void number(Map<String, String> records, String key, long value, long most) {
        if (value > most) {
            records.put(key, Long.toString(value));
        }
    }

    /** As GNU tar does since 1.30: a keyword ends at "=". */
    private static String escaped(String name) {
        return name.replace("%", "%25").replace("=", "%3D");
    }

    /** 5.75 seconds before 1970 are −6 seconds and 250 million nanoseconds, and "-5.75". */
    private static String time(long seconds, int nanos) {
        boolean before = seconds < 0 && nanos > 0;
        long whole = before ? seconds + 1 : seconds;
        int part = before ? SECOND - nanos : nanos;
        String sign = before && whole == 0 ? "-" : "";
        if (part == 0) {
            return sign + whole;
        }
        String digits = Integer.toString(part);
        String fraction = "0".repeat(NANO_DIGITS - digits.length()) + digits;
        int end = NANO_DIGITS;
        while (fraction.charAt(end - 1) == '0') {
            end--;
        }
        return sign + whole + "." + fraction.substring(0, end);
    }

    /** "length keyword=value\n", where the length counts itself. */
    static byte[] body(Map<String, String> records) {
        StringBuilder body = new StringBuilder();
        records.forEach((keyword, value) -> {
            int rest = keyword.length() + value.length() + 3;
            int length = rest + Integer.toString(rest).length();
            length = rest + Integer.toString(length).length();
            body.append(length).append(' ').append(keyword).append('=').append(value).append('\n');
        });
        return body.toString().getBytes(ISO_8859_1);
    }
}
