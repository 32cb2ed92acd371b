package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fresh ext4 with a journal, as real disks have, whose bytes lie in memory: what is measured is
 * file systems and those who use them, not a disk. It is mounted in this process's own mount
 * namespace only, and its file has no name any more: when the process ends, however it does, mount,
 * loop device and file are gone.
 */
record LoopDisk(Path directory) {
    private static final long BYTES = 5L << 30;
    private static final Path MEMORY = Path.of("/dev/shm");

    static LoopDisk mount(Path at) throws IOException, InterruptedException {
        Files.createDirectories(at);
        Path file = Files.createTempFile(MEMORY, "bailey-bench", ".ext4");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(BYTES);
            Shell.run(
                    "mkfs.ext4",
                    "-q",
                    "-E",
                    "lazy_itable_init=0,lazy_journal_init=0",
                    file.toString());
            // The loop device is freed with the mount (LO_FLAGS_AUTOCLEAR), which mount -o loop
            // sets.
            Shell.run("mount", "-o", "loop", file.toString(), at.toString());
        } finally {
            Files.delete(file);
        }
        return new LoopDisk(at);
    }

    /** Has all that was written so far written: nobody is to pay for somebody else. */
    void settle() throws IOException, InterruptedException {
        Shell.run("sync", "-f", directory.toString());
    }
}
