package io.bailey.sandbox.linux.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One of the ways in that a server offers by {@code WWW-Authenticate}, RFC 9110, section 11.6.1.
 *
 * @param scheme in lower case
 * @param parameters names in lower case; of two of one name the first
 */
record Challenge(String scheme, Map<String, String> parameters) {

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    /** All challenges of a response, in order. What breaks the grammar is left out. */
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> all = new ArrayList<>();
        headers.forEach(header -> new Reader(header, all).read());
        return all;
    }

    private static final class Reader {
        private static final String MARKS = "!#$%&'*+-.^_`|~";

        private final String text;
        private final List<Challenge> all;
        private int at;

        Reader(String text, List<Challenge> all) {
            this.text = text;
            this.all = all;
        }

        void read() {
            while (skip(" \t,")) {
                String word = token();
                if (word.isEmpty()) {
                    at++;
                } else if (!parameter(word)) {
                    all.add(new Challenge(word.toLowerCase(Locale.ROOT), new LinkedHashMap<>()));
                    skipToken68();
                }
            }
        }

        /** Is it a parameter of the challenge before? A comma parts both. */
        private boolean parameter(String name) {
            int after = at;
            skip(" \t");
            if (at >= text.length() || text.charAt(at) != '=') {
                at = after;
                return false;
            }
            at++;
            skip(" \t");
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
            if (!all.isEmpty()) {
                all.getLast().parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
            }
            return true;
        }

        /** What Negotiate, for one, has in place of parameters: it would be taken for a scheme. */
        private void skipToken68() {
            int start = at;
            skip(" ");
            int word = at;
            while (at < text.length() && (isToken(text.charAt(at)) || text.charAt(at) == '/')) {
                at++;
            }
            int end = at;
            skip("=");
            int padded = at;
            skip(" \t");
            boolean ends = at >= text.length() || text.charAt(at) == ',';
            if (word == end || !ends || (padded == end && start == word)) {
                at = start;
            }
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }

        private String token() {
            int start = at;
            while (at < text.length() && isToken(text.charAt(at))) {
                at++;
            }
            return text.substring(start, at);
        }

        private static boolean isToken(char c) {
            return (c < 0x80 && Character.isLetterOrDigit(c)) || MARKS.indexOf(c) >= 0;
        }

        private boolean skip(String marks) {
            while (at < text.length() && marks.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length();
        }
    }
}
