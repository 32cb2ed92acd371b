package io.bailey.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

import java.nio.file.Path;

class InsidePathProperties {

    /** The JDK's own idea of a normalized path is the second opinion. */
    @Property(tries = 5_000)
    void acceptsExactlyTheNormalizedAbsolutePaths(
            @ForAll @StringLength(min = 1, max = 10) @Chars({'/', '.', 'a', ' '}) String path) {
        boolean normalized =
                path.startsWith("/") && Path.of(path).normalize().toString().equals(path);
        try {
            assertThat(InsidePath.absolute("path", path)).isEqualTo(path);
            assertThat(normalized).isTrue();
        } catch (SandboxConfigException refused) {
            assertThat(normalized).isFalse();
        }
    }

    @Property
    void neverLetsANulThrough(@ForAll String before, @ForAll String after) {
        Rejections.rejectedNaming(
                () -> InsidePath.absolute("path", "/" + before + '\0' + after), "path: ");
    }
}
