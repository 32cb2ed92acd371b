package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.SandboxConfigException;

import java.util.BitSet;

/** A list of processors such as "0-3,7": cpuset(7) "List Format". */
final class CpuList {
    /** The most a kernel can be built for (NR_CPUS of x86). */
    private static final int MAX_CPUS = 8192;

    private CpuList() {}

    /** The processors of {@code text}; blank is none. */
    static BitSet parse(String text) {
        BitSet cpus = new BitSet();
        String list = text.strip();
        if (list.isEmpty()) {
            return cpus;
        }
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = cpu(text, dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : cpu(text, range.substring(dash + 1));
            if (last < first) {
                throw malformed(text);
            }
            cpus.set(first, last + 1);
        }
        return cpus;
    }

    /**
     * Refuses {@code asked} unless all of it is in {@code available}: v2 would silently run on what
     * is left of it.
     */
    static void requireWithin(String asked, String available) {
        BitSet missing = parse(asked);
        missing.andNot(parse(available));
        if (!missing.isEmpty()) {
            throw new SandboxConfigException(
                    "cpuset: \""
                            + asked
                            + "\" names processors that are not in \""
                            + available.strip()
                            + "\", those this process may hand on");
        }
    }

    private static int cpu(String text, String number) {
        if (number.isEmpty() || number.length() > 4) {
            throw malformed(text);
        }
        int cpu = 0;
        for (int i = 0; i < number.length(); i++) {
            int digit = number.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw malformed(text);
            }
            cpu = cpu * 10 + digit;
        }
        if (cpu >= MAX_CPUS) {
            throw malformed(text);
        }
        return cpu;
    }

    private static SandboxConfigException malformed(String text) {
        return new SandboxConfigException(
                "cpuset: \""
                        + text
                        + "\" is not a list of processors such as \"0-3,7\", each below "
                        + MAX_CPUS);
    }
}
