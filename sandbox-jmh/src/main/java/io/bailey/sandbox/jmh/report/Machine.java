package io.bailey.sandbox.jmh.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the numbers depend on: the machine, the kernel, the JVM, and who else was there. */
public final class Machine {
    private Machine() {}

    /** What does not change in a run. */
    public static Map<String, String> facts() throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "date",
                ZonedDateTime.now(ZoneOffset.UTC)
                        .format(
                                DateTimeFormatter.ofPattern(
                                        "yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)));
        facts.put(
                "processors",
                Runtime.getRuntime().availableProcessors()
                        + " × "
                        + field("/proc/cpuinfo", "model name"));
        facts.put("memory", field("/proc/meminfo", "MemTotal"));
        facts.put("kernel", "Linux " + System.getProperty("os.version"));
        facts.put("distribution", field("/etc/os-release", "PRETTY_NAME").replace("\"", ""));
        facts.put(
                "java",
                System.getProperty("java.vm.name")
                        + " "
                        + Runtime.version()
                        + ", "
                        + System.getProperty("java.vendor"));
        facts.put("jvm flags", String.join(" ", flags()));
        facts.put(
                "cgroups",
                Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))
                        ? "v2"
                        : "v1 and v2 (hybrid)");
        facts.put(
                "clock source",
                line("/sys/devices/system/clocksource/clocksource0/current_clocksource"));
        return facts;
    }

    /** How many processes wanted a processor in the last 1, 5 and 15 minutes. */
    public static String load() {
        String[] parts = line("/proc/loadavg").split(" ", 4);
        return parts.length < 3 ? "unknown" : parts[0] + ", " + parts[1] + ", " + parts[2];
    }

    private static List<String> flags() {
        return java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    private static String line(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException absent) {
            return "unknown";
        }
    }

    private static String field(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.startsWith(name)) {
                return line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", "").strip();
            }
        }
        return "unknown";
    }
}
