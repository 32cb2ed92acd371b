package io.bailey.sandbox.linux.host;

import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.List;

/**
 * Ids of this host that belong to somebody by its files: accounts, and ranges handed out in subuid
 * and subgid. What a directory service or another runtime gives out is in none of them.
 */
public record TakenIds(List<IdRange> ranges) {
    private static final int UID = 2;
    private static final int GID = 3;

    public TakenIds {
        ranges = List.copyOf(ranges);
    }

    /** Those of this host. */
    public static TakenIds read(Linux linux) {
        return of(
                text(linux, "/etc/passwd"),
                text(linux, "/etc/subuid") + "\n" + text(linux, "/etc/subgid"));
    }

    private static String text(Linux linux, String path) {
        return KernelFile.read(linux, Linux.AT_FDCWD, path).text();
    }

    static TakenIds of(String passwd, String subordinate) {
        List<IdRange> ranges = new ArrayList<>();
        for (String line : passwd.split("\n", -1)) {
            String[] fields = line.split(":", -1);
            if (fields.length > GID) {
                add(ranges, fields[UID], "1");
                add(ranges, fields[GID], "1");
            }
        }
        for (String line : subordinate.split("\n", -1)) {
            String[] fields = line.strip().split(":", -1);
            if (fields.length == 3) {
                add(ranges, fields[1], fields[2]);
            }
        }
        return new TakenIds(ranges);
    }

    private static void add(List<IdRange> ranges, String start, String count) {
        if (SubordinateFiles.isId(start) && SubordinateFiles.isId(count)) {
            ranges.add(new IdRange(Long.parseLong(start), Long.parseLong(count)));
        }
    }

    /** Is one of {@code count} ids from {@code start} on among them? */
    public boolean meets(long start, long count) {
        return ranges.stream()
                .anyMatch(range ->
                        range.start() < start + count && start < range.start() + range.count());
    }
}
