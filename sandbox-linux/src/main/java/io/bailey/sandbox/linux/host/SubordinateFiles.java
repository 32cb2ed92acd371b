package io.bailey.sandbox.linux.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads /etc/subuid and /etc/subgid: subuid(5), subgid(5). */
final class SubordinateFiles {
    private SubordinateFiles() {}

    /**
     * The helpers are looked for only where they are needed: {@code privileged} users write id maps
     * themselves.
     */
    static SubordinateIds of(Source source, int uid, boolean privileged) {
        String name = userName(source.read("/etc/passwd"), uid);
        return new SubordinateIds(
                firstRange(source.read("/etc/subuid"), name, uid),
                firstRange(source.read("/etc/subgid"), name, uid),
                privileged ? Optional.empty() : helper(source, "newuidmap"),
                privileged ? Optional.empty() : helper(source, "newgidmap"));
    }

    /**
     * The name of {@code uid} in /etc/passwd; users of a directory service are not in it, the JVM
     * knows their name.
     */
    static String userName(String passwd, int uid) {
        String sought = Integer.toUnsignedString(uid);
        for (String line : passwd.split("\n", -1)) {
            List<String> fields = split(line);
            if (fields.size() > 2 && fields.get(2).equals(sought)) {
                return fields.getFirst();
            }
        }
        return System.getProperty("user.name", "");
    }

    /**
     * The first range that is {@code name}'s or {@code uid}'s. Malformed lines and empty ranges are
     * passed over.
     */
    static Optional<IdRange> firstRange(String text, String name, int uid) {
        String number = Integer.toUnsignedString(uid);
        for (String line : text.split("\n", -1)) {
            List<String> fields = split(line.strip());
            boolean own =
                    !fields.getFirst().isEmpty()
                            && (fields.getFirst().equals(name) || fields.getFirst().equals(number));
            if (own && fields.size() == 3 && isId(fields.get(1)) && isId(fields.get(2))) {
                long start = Long.parseLong(fields.get(1));
                long count = Long.parseLong(fields.get(2));
                if (count > 0) {
                    return Optional.of(new IdRange(start, count));
                }
            }
        }
        return Optional.empty();
    }

    static boolean isId(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 10;
    }

    private static Optional<Path> helper(Source source, String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/bin";
        for (String directory : split(path)) {
            // A relative entry would make the answer depend on where the JVM was started.
            if (directory.startsWith("/") && source.exists(directory + "/" + name)) {
                return Optional.of(Path.of(directory, name));
            }
        }
        return Optional.empty();
    }

    private static List<String> split(String line) {
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int colon = line.indexOf(':'); colon >= 0; colon = line.indexOf(':', from)) {
            fields.add(line.substring(from, colon));
            from = colon + 1;
        }
        fields.add(line.substring(from));
        return fields;
    }
}
