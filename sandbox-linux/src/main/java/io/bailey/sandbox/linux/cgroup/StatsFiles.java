package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Stats;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The files of one reading; those that are not there are noted under their v2 names. */
final class StatsFiles {
    private final Set<String> missing = new HashSet<>();

    /** What {@code file} of {@code group} says; blank if it is not there: {@code v2Name} is. */
    String read(Optional<GroupDirectory> group, String file, String v2Name) {
        if (group.isPresent()) {
            var text = group.get().read(file);
            if (text.isRead()) {
                return text.text();
            }
        }
        missing.add(v2Name);
        return "";
    }

    /** As {@link #read}, of a file that both layouts call the same. */
    String read(Optional<GroupDirectory> group, String file) {
        return read(group, file, file);
    }

    /** One that this layout does not have at all. */
    void lacks(String v2Name) {
        missing.add(v2Name);
    }

    Set<String> missing() {
        return missing;
    }

    /** {@code cpu.pressure} and its like, Documentation/accounting/psi.rst. */
    Optional<Stats.Pressure> pressure(Optional<GroupDirectory> group, String file) {
        String text = read(group, file);
        if (!text.startsWith("some ")) {
            // Booted with psi=0 the file is there and cannot be read.
            missing.add(file);
            return Optional.empty();
        }
        int newline = text.indexOf('\n');
        String some = newline < 0 ? text : text.substring(0, newline);
        String full = newline < 0 ? "" : text.substring(newline + 1);
        return Optional.of(
                new Stats.Pressure(
                        percent(some, "avg10="),
                        percent(some, "avg60="),
                        percent(some, "avg300="),
                        total(some),
                        percent(full, "avg10="),
                        percent(full, "avg60="),
                        percent(full, "avg300="),
                        total(full)));
    }

    private static double percent(String line, String key) {
        String word = after(line, key);
        return word.isEmpty() ? 0 : Double.parseDouble(word);
    }

    private static Duration total(String line) {
        String word = after(line, "total=");
        return Duration.ofNanos(CgroupText.number(word).orElse(0) * 1_000);
    }

    private static String after(String line, String key) {
        int at = line.indexOf(key);
        if (at < 0) {
            return "";
        }
        int from = at + key.length();
        int to = from;
        while (to < line.length() && line.charAt(to) > ' ') {
            to++;
        }
        return line.substring(from, to);
    }

    static Optional<Duration> micros(OptionalLong micros) {
        return micros.isPresent()
                ? Optional.of(Duration.ofNanos(micros.getAsLong() * 1_000))
                : Optional.empty();
    }

    static Optional<Duration> nanos(OptionalLong nanos) {
        return nanos.isPresent()
                ? Optional.of(Duration.ofNanos(nanos.getAsLong()))
                : Optional.empty();
    }
}
