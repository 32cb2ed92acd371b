package io.bailey.sandbox.image;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The grammar of {@code distribution/reference}, reference.go and normalize.go. */
final class ReferenceGrammar {
    private static final int MOST_NAME = 255;
    private static final int MOST_PORT = 65_535;
    private static final int V6_GROUPS = 8;
    private static final int MOST_DIGITS = 9;
    private static final String DEFAULT_REGISTRY = "docker.io";
    private static final String OLD_REGISTRY = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final String DEFAULT_TAG = "latest";

    private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final String HOST =
            "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[(?<v6>[a-fA-F0-9:]+)\\])";
    private static final Pattern REGISTRY = Pattern.compile(HOST + "(?::(?<port>[0-9]+))?");
    private static final Pattern V6_PART =
            Pattern.compile("[a-fA-F0-9]{1,4}(?::[a-fA-F0-9]{1,4}){0,7}");
    private static final String PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern REPOSITORY = Pattern.compile(PART + "(?:/" + PART + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern ONLY_HEX = Pattern.compile("[a-f0-9]{64}");

    private ReferenceGrammar() {}

    static ImageReference parse(String text) {
        if (ONLY_HEX.matcher(text).matches()) {
            throw Malformed.reference(
                    "reference", text, "could be taken for an id: 64 hexadecimal digits");
        }
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(Digest.parse(rest.substring(at + 1)));
            rest = rest.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = Optional.of(rest.substring(colon + 1));
            rest = rest.substring(0, colon);
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of(DEFAULT_TAG);
        }
        try {
            String[] parts = split(rest);
            return new ImageReference(parts[0], parts[1], tag, digest);
        } catch (ImageException wrong) {
            throw wrong.during("read a reference", Malformed.quote(text));
        }
    }

    /** {registry, repository}: the first part is a registry if it looks like one. */
    private static String[] split(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        return isRegistry(first)
                ? new String[] {first, name.substring(slash + 1)}
                : new String[] {DEFAULT_REGISTRY, name};
    }

    /** The one name of a registry. */
    static String registry(String registry) {
        return registry.equals(OLD_REGISTRY) ? DEFAULT_REGISTRY : registry;
    }

    /** The full path of a repository in a registry. */
    static String repository(String registry, String repository) {
        boolean official = registry.equals(DEFAULT_REGISTRY) && repository.indexOf('/') < 0;
        return official ? OFFICIAL + repository : repository;
    }

    /** splitDockerDomain of normalize.go. */
    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    static void check(
            String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
        // Before any pattern is tried: Java's take a frame of the stack for each repetition.
        shortEnough("name", registry + "/" + repository);
        checkRegistry(registry);
        if (!isRegistry(registry)) {
            throw Malformed.reference(
                    "registry", registry, "would be read as a part of the repository's path");
        }
        must("repository", repository, REPOSITORY.matcher(repository));
        tag.ifPresent(t -> must("tag", t, TAG.matcher(t)));
        if (tag.isEmpty() && digest.isEmpty()) {
            throw Malformed.reference("reference", repository, "has neither tag nor digest");
        }
    }

    static String checkRegistry(String registry) {
        shortEnough("registry", registry);
        Matcher parts = REGISTRY.matcher(registry);
        must("registry", registry, parts);
        String port = parts.group("port");
        if (port != null && (port.length() > MOST_DIGITS || Integer.parseInt(port) > MOST_PORT)) {
            throw Malformed.reference("registry", registry, "has a port above " + MOST_PORT);
        }
        checkAddress(registry, parts.group("v6"));
        return registry(registry);
    }

    /** The grammar alone lets [:::::] through, of which no URL can be made. */
    private static void checkAddress(String registry, @Nullable String address) {
        if (address == null) {
            return;
        }
        int gap = address.indexOf("::");
        String before = gap < 0 ? address : address.substring(0, gap);
        String after = gap < 0 ? "" : address.substring(gap + 2);
        int groups = groups(before) + groups(after);
        boolean whole = gap < 0 ? groups == V6_GROUPS : groups < V6_GROUPS;
        if (!whole) {
            throw Malformed.reference("registry", registry, "is no IPv6 address");
        }
    }

    /** How many groups of an IPv6 address these are; many if they are no groups. */
    private static int groups(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        return V6_PART.matcher(text).matches() ? text.split(":").length : V6_GROUPS + 1;
    }

    private static void shortEnough(String what, String value) {
        if (value.length() > MOST_NAME) {
            throw Malformed.reference(what, value, "is longer than " + MOST_NAME);
        }
    }

    private static void must(String what, String value, Matcher matcher) {
        if (!matcher.matches()) {
            throw Malformed.reference(what, value, "breaks the grammar of image references");
        }
    }
}
