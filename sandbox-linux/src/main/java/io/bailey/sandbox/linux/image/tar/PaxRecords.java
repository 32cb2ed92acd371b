package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The records of a PAX extended header (pax(1), "pax Extended Header"): keyword and value, byte
 * strings both.
 */
final class PaxRecords {
    static final PaxRecords NONE = new PaxRecords(Map.of());

    private static final String SPARSE_OFFSET = "GNU.sparse.offset";
    private static final String SPARSE_LENGTH = "GNU.sparse.numbytes";
    static final String SPARSE_MAP = "GNU.sparse.map";

    /** What is text for the kernel or for C: Go's and libarchive's readers refuse a NUL there. */
    private static final Set<String> TEXTS =
            Set.of("path", "linkpath", "uname", "gname", "GNU.sparse.name");

    /** All bytes are taken as they are, which is what these two ask for. */
    private static final Set<String> CHARSETS = Set.of("", "BINARY", "ISO-IR 10646 2000 UTF-8");

    private final Map<String, String> values;

    private PaxRecords(Map<String, String> values) {
        this.values = values;
    }

    /** Reads the body of an extended header. */
    static PaxRecords parse(byte[] body) throws TarFault {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> map = new ArrayList<>();
        int at = 0;
        while (at < body.length) {
            at = record(body, at, values, map);
        }
        if (!map.isEmpty()) {
            values.put(SPARSE_MAP, String.join(",", map));
        }
        if (!CHARSETS.contains(values.getOrDefault("hdrcharset", ""))) {
            throw TarFault.malformed("its names are in a character set that is not known");
        }
        return new PaxRecords(values);
    }

    /** One record, "25 ctime=1084839148.1212\n"; returns where the next one begins. */
    private static int record(byte[] body, int at, Map<String, String> values, List<String> map)
            throws TarFault {
        int space = at;
        while (space < body.length && space - at < 10 && body[space] != ' ') {
            space++;
        }
        String digits = new String(body, at, space - at, ISO_8859_1);
        long length = TarNumbers.decimal(digits, "the length of a PAX record");
        if (space == body.length || length <= space - at + 1 || length > body.length - at) {
            throw TarFault.malformed("a PAX record has a wrong length");
        }
        int end = at + (int) length;
        String text = new String(body, space + 1, end - space - 1, ISO_8859_1);
        int equals = text.indexOf('=');
        if (equals < 1 || !text.endsWith("\n")) {
            throw TarFault.malformed("a PAX record is not \"length keyword=value\" and a newline");
        }
        add(text.substring(0, equals), text.substring(equals + 1, text.length() - 1), values, map);
        return end;
    }

    private static void add(
            String keyword, String value, Map<String, String> values, List<String> map)
            throws TarFault {
        if (keyword.indexOf(0) >= 0 || (TEXTS.contains(keyword) && value.indexOf(0) >= 0)) {
            throw TarFault.malformed(
                    "its PAX record " + RawNames.show(keyword) + " has a NUL in it");
        }
        // The one format with records whose order counts: sparse 0.0 of GNU tar 1.14.
        boolean offset = keyword.equals(SPARSE_OFFSET);
        if (offset || keyword.equals(SPARSE_LENGTH)) {
            if (offset != (map.size() % 2 == 0) || value.indexOf(',') >= 0) {
                throw TarFault.malformed("its sparse map is not of pairs");
            }
            map.add(value);
        } else {
            values.put(keyword, value);
        }
    }

    /** These, and those of {@code later} instead of what they replace. */
    PaxRecords with(PaxRecords later) {
        if (values.isEmpty() || later.values.isEmpty()) {
            return values.isEmpty() ? later : this;
        }
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(later.values);
        return new PaxRecords(all);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** A value; null if there is none, or an empty one: which takes back a global one. */
    @Nullable String get(String keyword) {
        String value = values.get(keyword);
        return value == null || value.isEmpty() ? null : value;
    }

    Map<String, String> all() {
        return values;
    }

    /** About how many bytes they take. */
    long weight() {
        long sum = 0;
        for (Map.Entry<String, String> record : values.entrySet()) {
            sum += record.getKey().length() + record.getValue().length();
        }
        return sum;
    }

    /**
     * Refuses what makes no sense as a default for all entries. Go's reader, with which containerd,
     * Docker and Podman read layers, overlooks global headers and GNU tar obeys them: with these
     * two an archive would show each a different tree.
     */
    void requireGlobal() throws TarFault {
        for (String keyword : values.keySet()) {
            if (keyword.equals("path")
                    || keyword.equals("linkpath")
                    || keyword.equals("size")
                    || keyword.startsWith("GNU.sparse.")) {
                throw TarFault.malformed(
                        "a global PAX header has a " + keyword + " for all entries");
            }
        }
    }
}
