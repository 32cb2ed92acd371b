package io.bailey.sandbox.linux.cgroup;

import java.util.OptionalLong;

/**
 * The formats of a group's files, cgroup-v2.rst "Format": a number, or lines of a key and a number,
 * or nested keys.
 */
final class CgroupText {
    private CgroupText() {}

    /**
     * The one number of a file such as {@code memory.peak}; empty for "max" and for anything else.
     */
    static OptionalLong number(String text) {
        return digits(text, 0);
    }

    /** The number after {@code key} in a flat keyed file such as {@code memory.events}. */
    static OptionalLong field(String text, String key) {
        int at = 0;
        while (at < text.length()) {
            int after = at + key.length();
            if (text.startsWith(key, at) && after < text.length() && text.charAt(after) == ' ') {
                return digits(text, after + 1);
            }
            int newline = text.indexOf('\n', at);
            at = newline < 0 ? text.length() : newline + 1;
        }
        return OptionalLong.empty();
    }

    /**
     * The sum of {@code key=number} over all lines of a nested keyed file such as {@code io.stat}:
     * 0 for none.
     */
    static long sum(String text, String key) {
        return sumAfter(text, " " + key + "=");
    }

    /** The sum of the numbers that follow {@code sought}: 0 for none. */
    static long sumAfter(String text, String sought) {
        long sum = 0;
        for (int at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
            sum += digits(text, at + sought.length()).orElse(0);
        }
        return sum;
    }

    private static OptionalLong digits(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        // 18 digits always fit; more are a counter's "unlimited", which is no figure.
        return end == from || end - from > 18
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(text, from, end, 10));
    }
}
