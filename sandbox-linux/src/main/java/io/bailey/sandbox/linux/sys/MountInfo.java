package io.bailey.sandbox.linux.sys;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of /proc/[pid]/mountinfo, proc_pid_mountinfo(5).
 *
 * @param root the directory of the file system that is mounted
 * @param mountPoint where, seen from this process's root
 * @param options of the mount, such as {@code ro,nosuid}
 * @param type the file system, such as {@code cgroup2}
 * @param superOptions of the file system, such as {@code rw,cpu,cpuacct}
 */
public record MountInfo(
        String root, String mountPoint, String options, String type, String superOptions) {

    /** Reads the whole file. Lines that are no mounts are left out. */
    public static List<MountInfo> parse(String text) {
        List<MountInfo> mounts = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            List<String> words = List.of(line.split(" ", -1));
            // Optional fields, of any number, end with a dash.
            int dash = words.indexOf("-");
            if (dash >= 6 && words.size() >= dash + 4) {
                mounts.add(
                        new MountInfo(
                                unescape(words.get(3)),
                                unescape(words.get(4)),
                                words.get(5),
                                words.get(dash + 1),
                                words.get(dash + 3)));
            }
        }
        return mounts;
    }

    /** Is {@code name} among the file system's options? */
    public boolean hasSuperOption(String name) {
        return ("," + superOptions + ",").contains("," + name + ",");
    }

    /** The kernel writes blank, tab, newline and backslash as three octal digits. */
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && isOctal(text, i + 1)) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private static boolean isOctal(String text, int at) {
        if (at + 3 > text.length()) {
            return false;
        }
        for (int i = at; i < at + 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }
}
