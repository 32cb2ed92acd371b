package io.bailey.sandbox;

import static io.bailey.sandbox.Rejections.rejected;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

class RootfsTest {

    @Test
    void hostIsAValue() {
        assertThat(Rootfs.host()).isEqualTo(Rootfs.host()).isInstanceOf(Rootfs.Host.class);
    }

    @Test
    void directoryIsAbsolute() {
        assertThat(Rootfs.directory(Path.of("img")))
                .isEqualTo(new Rootfs.Directory(Path.of("img").toAbsolutePath()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/.", "/tmp/.."})
    void directoryIsNotTheHostItself(String path) {
        rejected(
                () -> Rootfs.directory(Path.of(path)),
                "rootfs: \"/\" is the host's own root; use Rootfs.host()");
    }
}
