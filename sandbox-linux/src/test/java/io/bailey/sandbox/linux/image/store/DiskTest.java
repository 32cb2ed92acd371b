package io.bailey.sandbox.linux.image.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Disks that are full, and disks that cannot be written to. */
@Timeout(120)
class DiskTest {
    @TempDir Path directory;

    @Test
    void aFullOneCanBePruned() throws Exception {
        expectFine(Namespaces.run(directory, 12, FullDisk.class));
    }

    @Test
    void aReadOnlyOneCanBeRead() throws Exception {
        expectFine(Namespaces.run(directory, 12, ReadOnlyDisk.class));
    }

    private void expectFine(ChildJvm child) {
        assertThat(child.lines()).containsExactly("fine");
        assertThat(child.exitCode()).isZero();
        assertThat(Things.names(directory)).as("nothing of it is seen here").isEmpty();
    }
}
