package io.bailey.sandbox.linux.image.registry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part an answer has, RFC 9110, section 14.4.
 *
 * @param first its first byte
 * @param last its last byte
 * @param total of how many; −1 if it does not say
 */
record ContentRange(long first, long last, long total) {
    private static final Pattern FORM =
            Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    static Optional<ContentRange> parse(String header) {
        Matcher form = FORM.matcher(header);
        if (!form.matches()) {
            return Optional.empty();
        }
        long total = form.group(3).equals("*") ? -1 : Long.parseLong(form.group(3));
        return Optional.of(
                new ContentRange(
                        Long.parseLong(form.group(1)), Long.parseLong(form.group(2)), total));
    }

    /** Does it begin where it should, and end within it? */
    boolean continues(long from, long end, long size) {
        return first == from && last >= first && last < end && (total == -1 || total == size);
    }
}
