package io.bailey.sandbox.linux.image.unpack;

import static io.bailey.sandbox.linux.image.unpack.Entries.dir;
import static io.bailey.sandbox.linux.image.unpack.Entries.file;
import static io.bailey.sandbox.linux.image.unpack.Entries.hardlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.symlink;
import static io.bailey.sandbox.linux.image.unpack.Entries.whiteout;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.FaultyKernel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that is full at any call ends the unpacking with its name, and no descriptor is left. */
class UnpackFaultsTest {

    @ParameterizedTest
    @EnumSource(
            value = Sys.class,
            names = {
                "OPENAT",
                "MKDIRAT",
                "MKNODAT",
                "SYMLINKAT",
                "LINKAT",
                "PWRITE64",
                "FSETXATTR",
                "FCHMOD",
                "UTIMENSAT"
            })
    void aFullDiskIsSaid(Sys which) {
        FaultyKernel kernel = FaultyKernel.failing(sys -> sys == which, Errno.ENOSPC);
        try (Workbench bench = Workbench.rootless()) {
            int failures = 0;
            for (boolean failed = true; failed; failures += failed ? 1 : 0) {
                kernel.failAfter(failures);
                failed = fails(kernel, bench);
                assertThat(kernel.leaked()).isEmpty();
            }
            assertThat(failures).isPositive();
        }
    }

    private static boolean fails(FaultyKernel kernel, Workbench bench) {
        int tree = bench.directory();
        try (FileCalls calls = FileCalls.over(kernel)) {
            var layer =
                    Entries.layer(
                            dir("d").mode(01777),
                            file("d/f", "four"),
                            symlink("s", "d"),
                            hardlink("h", "s/f"),
                            whiteout("d/.wh..wh..opq"),
                            whiteout("e/.wh.gone"));
            DirectoryUnpacker.unpack(layer, tree, bench.options, calls);
            return false;
        } catch (ImageException full) {
            assertThat(full.kind()).isEqualTo(Kind.NO_SPACE);
            assertThat(full).hasMessageContaining("ENOSPC");
            return true;
        }
    }
}
