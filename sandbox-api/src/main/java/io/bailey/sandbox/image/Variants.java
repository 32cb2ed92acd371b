package io.bailey.sandbox.image;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The variants of processors, after {@code compare.go} and {@code database.go} of containerd. */
final class Variants {
    private static final List<String> ARM = List.of("v8", "v7", "v6", "v5");
    private static final List<String> AMD64 = List.of("v4", "v3", "v2", "v1");
    private static final Pattern ARM64 = Pattern.compile("v([89])(?:\\.([0-9]))?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]");

    /** Armv9.0 is Armv8.5 and more: v9.x runs v8.(x+5). */
    private static final int V9_IS_V8 = 5;

    private Variants() {}

    /** The name Go has for a processor. */
    static String architecture(String name) {
        return switch (name) {
            case "x86_64", "x86-64" -> "amd64";
            case "aarch64" -> "arm64";
            case "i386" -> "386";
            default -> name;
        };
    }

    /** What a processor of this variant runs, best first. */
    static List<String> of(String architecture, String variant) {
        String own = plain(architecture, variant);
        return switch (architecture) {
            case "arm" -> from(ARM, own);
            case "amd64" -> from(AMD64, own);
            case "arm64" -> arm64(own);
            default -> List.of(own);
        };
    }

    private static List<String> from(List<String> all, String own) {
        int from = all.indexOf(own);
        return from < 0 ? List.of(own) : all.subList(from, all.size());
    }

    private static List<String> arm64(String own) {
        Matcher parts = ARM64.matcher(own);
        if (!parts.matches()) {
            return List.of(own);
        }
        int minor = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
        List<String> runs = new ArrayList<>();
        if (parts.group(1).equals("9")) {
            down(runs, "v9", minor);
            down(runs, "v8", minor + V9_IS_V8);
        } else {
            down(runs, "v8", minor);
        }
        return runs;
    }

    private static void down(List<String> runs, String major, int minor) {
        for (int m = minor; m > 0; m--) {
            runs.add(major + "." + m);
        }
        runs.add(major);
    }

    /** The variant with its default spelled out. */
    static String plain(String architecture, String variant) {
        if (!variant.isEmpty()) {
            return NUMBER.matcher(variant).matches() ? "v" + variant : variant;
        }
        return switch (architecture) {
            case "arm" -> "v7";
            case "arm64" -> "v8";
            case "amd64" -> "v1";
            default -> "";
        };
    }
}
