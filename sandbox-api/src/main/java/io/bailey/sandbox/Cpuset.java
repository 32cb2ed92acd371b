package io.bailey.sandbox;

import java.util.BitSet;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list format of {@code cpuset(7)}: numbers and ranges, separated by commas, such as {@code
 * 0-3,8}.
 */
final class Cpuset {

    /**
     * One less than the most CPUs that any configuration of the kernel supports ({@code NR_CPUS},
     * 8192 on x86-64).
     */
    private static final int MAX_CPU = 8_191;

    /**
     * Longer than the longest list in its normal form, and short enough to be split without a
     * second thought.
     */
    private static final int MAX_LENGTH = 65_536;

    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    private Cpuset() {}

    /** Returns the one spelling of the list: ascending, ranges joined, nothing twice. */
    static String normalize(String list) {
        if (list.length() > MAX_LENGTH) {
            throw invalid(list, "has " + list.length() + " characters, more than " + MAX_LENGTH);
        }
        BitSet cpus = new BitSet();
        for (String part : list.split(",", -1)) {
            Matcher range = RANGE.matcher(part);
            if (!range.matches()) {
                throw invalid(list, Text.quote(part) + " is neither a CPU nor a range of CPUs");
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first || last > MAX_CPU) {
                throw invalid(
                        list,
                        Text.quote(part)
                                + (last < first ? " is backward" : " is more than " + MAX_CPU));
            }
            cpus.set(first, last + 1);
        }
        return text(cpus);
    }

    private static String text(BitSet cpus) {
        StringJoiner list = new StringJoiner(",");
        for (int first = cpus.nextSetBit(0); first >= 0; ) {
            int end = cpus.nextClearBit(first);
            list.add(end - first == 1 ? Integer.toString(first) : first + "-" + (end - 1));
            first = cpus.nextSetBit(end);
        }
        return list.toString();
    }

    private static SandboxConfigException invalid(String list, String reason) {
        return new SandboxConfigException(
                "cpuset: "
                        + Text.quote(list)
                        + " is not a list of CPUs such as \"0-3,8\": "
                        + reason);
    }
}
