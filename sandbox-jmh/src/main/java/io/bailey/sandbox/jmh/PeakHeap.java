package io.bailey.sandbox.jmh;

import io.bailey.sandbox.image.LayerBackend;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What an unpack needs of the heap: a JVM with no more than what was asked for unpacks an image.
 */
final class PeakHeap {
    private static final int MEGABYTES = 64;

    private final LoopDisk disk;
    private final PrintStream out;

    PeakHeap(LoopDisk disk, PrintStream out) {
        this.disk = disk;
        this.out = out;
    }

    void print(TestImage image, Figures figures) throws IOException, InterruptedException {
        out.println();
        for (LayerBackend backend : List.of(LayerBackend.DIRECTORIES, LayerBackend.TAR_INDEX)) {
            Path store = disk.directory().resolve("peak");
            String answer =
                    Shell.run(
                            FreshJvm.command(
                                    List.of("-Xmx" + MEGABYTES + "m"),
                                    PeakHeap.class,
                                    List.of(
                                            image.layout().toString(),
                                            store.toString(),
                                            backend.name())));
            Trees.remove(store);
            String[] bytes = answer.strip().split(" ", -1);
            double heap = Long.parseLong(bytes[0]) / 1e6;
            out.printf(
                    Locale.ROOT,
                    "- %s: unpacks with -Xmx%dm; at its peak the heap holds %.1f MB, direct"
                            + " buffers %.1f MB%n",
                    backend,
                    MEGABYTES,
                    heap,
                    Long.parseLong(bytes[1]) / 1e6);
            figures.atMost("MB of heap at the peak, " + backend, heap, MEGABYTES, MEGABYTES * 1.1);
        }
    }

    /**
     * The small JVM: layout, store, backend. Prints the most its heap held, garbage included, and
     * what its direct buffers hold at the end.
     */
    public static void main(String[] args) {
        OurUnpacking.main(args);
        long heap =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .map(MemoryPoolMXBean::getPeakUsage)
                        .mapToLong(java.lang.management.MemoryUsage::getUsed)
                        .sum();
        long direct =
                ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class)
                        .stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(java.lang.management.BufferPoolMXBean::getMemoryUsed)
                        .sum();
        System.out.println(heap + " " + direct);
    }
}
