package io.bailey.sandbox.linux.image.tar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.bailey.sandbox.image.ImageLimits;

import org.jspecify.annotations.Nullable;

/** What the extended headers before an entry say of it. Of several of a kind the last one holds. */
final class ExtendedHeaders {
    /** No array is larger. */
    private static final long MOST = 1L << 30;

    private final long limit;
    private PaxRecords pax = PaxRecords.NONE;
    private boolean any;
    private @Nullable String longName;
    private @Nullable String longLink;
    private long size;

    ExtendedHeaders(ImageLimits limits) {
        this.limit = Math.min(limits.header().bytes(), MOST);
    }

    /** Counts a header and its body against the limit: of many small ones too. */
    void charge(long body) throws TarFault {
        if (body > limit || size > limit) {
            throw TarFault.limit(
                    "its extended headers are larger than " + limit + " bytes", "header");
        }
        size += TarHeader.BLOCK + body;
    }

    void pax(byte[] body) throws TarFault {
        pax = PaxRecords.parse(body);
        any = true;
    }

    void longName(byte[] body) {
        longName = text(body);
        any = true;
    }

    void longLink(byte[] body) {
        longLink = text(body);
        any = true;
    }

    /** A C string: up to the first NUL, as in GNU tar, bsdtar and Go's reader. */
    private static String text(byte[] body) {
        int end = 0;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return new String(body, 0, end, ISO_8859_1);
    }

    void requireNone() throws TarFault {
        if (any) {
            throw TarFault.malformed("an extended header is followed by no entry");
        }
    }

    /** These, where {@code globals} say otherwise too. */
    ExtendedHeaders over(PaxRecords globals) {
        pax = globals.with(pax);
        return this;
    }

    PaxRecords pax() {
        return pax;
    }

    String name(String header) throws TarFault {
        String sparse = pax.get("GNU.sparse.name");
        return text(longName, sparse != null ? sparse : pax.get("path"), header);
    }

    String link(String header) throws TarFault {
        return text(longLink, pax.get("linkpath"), header);
    }

    /** If both are there GNU tar takes PAX's and Go's reader GNU's. */
    private static String text(@Nullable String gnu, @Nullable String pax, String header)
            throws TarFault {
        if (gnu != null && pax != null && !gnu.equals(pax)) {
            throw TarFault.malformed(
                    "it has two long names: " + RawNames.show(gnu) + ", " + RawNames.show(pax));
        }
        return gnu != null ? gnu : pax != null ? pax : header;
    }
}
