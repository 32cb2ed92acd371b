package io.bailey.sandbox.linux.container.state;

import io.bailey.sandbox.IoMax;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Limits in a document: each that is set, by its name in the API; sizes in bytes. */
public final class LimitsDocument {
    private LimitsDocument() {}

    /** The tree of {@code limits}. */
    public static Map<String, Object> tree(Limits limits) {
        Map<String, Object> tree = new LinkedHashMap<>();
        limits.memory().ifPresent(size -> tree.put("memory", size.bytes()));
        limits.memoryHigh().ifPresent(size -> tree.put("memoryHigh", size.bytes()));
        limits.memoryLow().ifPresent(size -> tree.put("memoryLow", size.bytes()));
        limits.memorySwap().ifPresent(size -> tree.put("memorySwap", size.bytes()));
        limits.pids().ifPresent(most -> tree.put("pids", most));
        limits.cpus().ifPresent(cpus -> tree.put("cpus", cpus));
        limits.cpuBurst().ifPresent(time -> tree.put("cpuBurst", time.toString()));
        limits.cpuWeight().ifPresent(weight -> tree.put("cpuWeight", weight));
        limits.cpuset().ifPresent(list -> tree.put("cpuset", list));
        limits.ioWeight().ifPresent(weight -> tree.put("ioWeight", weight));
        if (!limits.io().isEmpty()) {
            tree.put("io", limits.io().stream().map(LimitsDocument::tree).toList());
        }
        if (!limits.hugetlb().isEmpty()) {
            Map<String, Object> pages = new LinkedHashMap<>();
            limits.hugetlb().forEach((page, size) -> pages.put(page, size.bytes()));
            tree.put("hugetlb", pages);
        }
        return tree;
    }

    private static Map<String, Object> tree(IoMax io) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("path", io.path().toString());
        io.readBytes().ifPresent(rate -> tree.put("readBytes", rate));
        io.writeBytes().ifPresent(rate -> tree.put("writeBytes", rate));
        io.readOps().ifPresent(rate -> tree.put("readOps", rate));
        io.writeOps().ifPresent(rate -> tree.put("writeOps", rate));
        return tree;
    }

    static Limits read(StateNode node) {
        Map<String, MemorySize> hugetlb = new TreeMap<>();
        StateNode pages = node.node("hugetlb");
        pages.members().keySet().forEach(page -> hugetlb.put(page, size(pages, page)));
        return new Limits(
                optionalSize(node, "memory"),
                optionalSize(node, "memoryHigh"),
                optionalSize(node, "memoryLow"),
                optionalSize(node, "memorySwap"),
                node.optionalInt("pids"),
                node.optionalDouble("cpus").map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                node.optional("cpuBurst").map(LimitsDocument::duration),
                node.optionalInt("cpuWeight"),
                node.optional("cpuset"),
                node.optionalInt("ioWeight"),
                node.nodes("io").stream().map(LimitsDocument::io).toList(),
                hugetlb);
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException wrong) {
            throw new CorruptStateException("\"" + text + "\" is no duration");
        }
    }

    private static Optional<MemorySize> optionalSize(StateNode node, String name) {
        OptionalLong bytes = node.optionalNumber(name);
        return bytes.isPresent() ? Optional.of(MemorySize.of(bytes.getAsLong())) : Optional.empty();
    }

    private static MemorySize size(StateNode node, String name) {
        return MemorySize.of(node.number(name));
    }

    private static IoMax io(StateNode node) {
        return new IoMax(
                Path.of(node.text("path")),
                node.optionalNumber("readBytes"),
                node.optionalNumber("writeBytes"),
                node.optionalNumber("readOps"),
                node.optionalNumber("writeOps"));
    }
}
