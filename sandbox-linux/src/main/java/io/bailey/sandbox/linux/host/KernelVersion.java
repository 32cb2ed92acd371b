package io.bailey.sandbox.linux.host;

/** The kernel's version, as far as features depend on it: "6.1.0-21-amd64" is 6.1.0. */
public record KernelVersion(int major, int minor, int patch) implements Comparable<KernelVersion> {

    /** Reads a release as uname(2) gives it. Parts that are missing or no numbers count as 0. */
    public static KernelVersion parse(String release) {
        int[] parts = new int[3];
        int at = 0;
        for (int i = 0; i < parts.length && at < release.length(); i++) {
            while (at < release.length() && isDigit(release.charAt(at))) {
                parts[i] = Math.min(parts[i] * 10 + release.charAt(at) - '0', 99_999_999);
                at++;
            }
            if (at >= release.length() || release.charAt(at) != '.') {
                break;
            }
            at++;
        }
        return new KernelVersion(parts[0], parts[1], parts[2]);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Is it {@code major.minor} or newer? */
    public boolean atLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    @Override
    public int compareTo(KernelVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = Integer.compare(minor, other.minor);
        return byMajor != 0
                ? byMajor
                : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
