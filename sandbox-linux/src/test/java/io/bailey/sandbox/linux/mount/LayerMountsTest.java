package io.bailey.sandbox.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.mount.HostTrees.Attempt;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Layers as one read-only overlay, by each of the ways kernels have taken them. */
class LayerMountsTest {
    private static final int SET_STRING = 1;
    private static final int SET_FD = 5;

    @TempDir Path temp;

    /** A kernel that knows fewer ways: what is refused, and how often an overlay was begun. */
    private static final class OldKernel implements SystemCall {
        private final SystemCall real = Linux.realCalls();
        private final int ways;
        private int begun;
        private int strings;

        /**
         * @param ways 3: all; 2: names one by one or in a line; 1: names in a line only
         */
        OldKernel(int ways) {
            this.ways = ways;
        }

        @Override
        public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
            if (sys == Sys.FSOPEN) {
                begun++;
                strings = 0;
            }
            if (sys == Sys.FSCONFIG && b == SET_FD && ways < 3) {
                return -Errno.EINVAL;
            }
            boolean oneByOne = sys == Sys.FSCONFIG && b == SET_STRING && ++strings == 1;
            if (oneByOne && begun == 2 && ways < 2) {
                return -Errno.EINVAL;
            }
            return real.invoke(sys, a, b, c, d, e, f);
        }
    }

    private List<String> layers(int count) throws IOException {
        List<String> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path layer = Files.createDirectory(temp.resolve("a:strange,name" + i));
            Files.writeString(layer.resolve("own" + i), "of " + i);
            Files.writeString(layer.resolve("all"), "of " + i);
            layers.add(layer.toString());
        }
        return layers;
    }

    private static String read(Linux linux, int mount, String name) {
        FileText text = KernelFile.read(linux, mount, name);
        assertThat(text.result()).as(name).isZero();
        return text.text();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 2, 1})
    void theHighestLayerIsSeenFirst(int ways) throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        OldKernel kernel = new OldKernel(ways);
        Linux linux = Linux.over(kernel);
        Attempt made = new LayerMounts(linux).mount(layers(5), OptionalInt.empty());
        assertThat(made.failed()).as(made.step() + " " + made.result()).isFalse();
        try {
            assertThat(kernel.begun).isEqualTo(4 - ways);
            assertThat(read(linux, made.result(), "all")).isEqualTo("of 4");
            for (int i = 0; i < 5; i++) {
                assertThat(read(linux, made.result(), "own" + i)).isEqualTo("of " + i);
            }
            assertThat(linux.mkdirat(made.result(), "x", 0755)).isEqualTo(-Errno.EROFS);
        } finally {
            linux.close(made.result());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 128, 500})
    void asManyLayersAsOverlayTakes(int count) throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Linux linux = Linux.host();
        Attempt made = new LayerMounts(linux).mount(layers(count), OptionalInt.empty());
        assertThat(made.failed()).as(made.step() + " " + made.result()).isFalse();
        try {
            assertThat(read(linux, made.result(), "all")).isEqualTo("of " + (count - 1));
            assertThat(read(linux, made.result(), "own0")).isEqualTo("of 0");
        } finally {
            linux.close(made.result());
        }
    }

    @Test
    void whatCannotBeNamedInALineIsRefused() throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Attempt made =
                new LayerMounts(Linux.over(new OldKernel(1)))
                        .mount(layers(30), OptionalInt.empty());
        assertThat(made.result()).isEqualTo(-Errno.E2BIG);
    }

    @Test
    void nothingIsAttachedAndNothingStaysOpen() throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Linux linux = Linux.host();
        List<String> layers = layers(3);
        String before = Files.readString(Path.of("/proc/self/mountinfo"));
        OpenFiles open = OpenFiles.now();
        Attempt made = new LayerMounts(linux).mount(layers, OptionalInt.empty());
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
        linux.close(made.result());
        layers.add(temp.resolve("missing").toString());
        assertThat(new LayerMounts(linux).mount(layers, OptionalInt.empty()).result())
                .isEqualTo(-Errno.ENOENT);
        open.expectNoMore();
    }

    /** overlayfs.rst: a layer could lead out of itself with a redirect. */
    @Test
    void aRedirectIsNotFollowed() throws Exception {
        Powers.require(Power.ROOT, Power.OVERLAY);
        Powers.requireProgram("/usr/bin/python3");
        Linux linux = Linux.host();
        List<String> layers = layers(2);
        Files.createDirectory(Path.of(layers.get(0), "secret"));
        Files.writeString(Path.of(layers.get(0), "secret/key"), "k");
        Path alias = Files.createDirectory(Path.of(layers.get(1), "alias"));
        Process setfattr =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                "import os,sys; os.setxattr(sys.argv[1],'trusted.overlay.redirect',b'/secret')",
                                alias.toString())
                        .start();
        assertThat(setfattr.waitFor()).isZero();
        Attempt made = new LayerMounts(linux).mount(layers, OptionalInt.empty());
        try {
            assertThat(KernelFile.read(linux, made.result(), "alias/key").result()).isNegative();
        } finally {
            linux.close(made.result());
        }
    }
}
