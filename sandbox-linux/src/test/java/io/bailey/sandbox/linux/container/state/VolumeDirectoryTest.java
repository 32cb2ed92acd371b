package io.bailey.sandbox.linux.container.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.SystemCall;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

class VolumeDirectoryTest {
    private static final Linux LINUX = Linux.host();

    @TempDir private Path temp;

    /** The first to want a volume for itself is held up, until {@link #meanwhile} is over. */
    private static final class HeldUp implements SystemCall {
        private final SystemCall real = Linux.realCalls();
        private Runnable meanwhile;

        HeldUp(Runnable meanwhile) {
            this.meanwhile = meanwhile;
        }

        @Override
        public long invoke(Sys sys, long a, long b, long c, long d, long e, long f) {
            if (sys == Sys.FLOCK) {
                Runnable now = meanwhile;
                meanwhile = () -> {};
                now.run();
            }
            return real.invoke(sys, a, b, c, d, e, f);
        }
    }

    /** Two remove it; between them somebody has made it anew and mounted it. */
    @Test
    void aRemoverThatComesLateDoesNotTakeANewOneThatIsUsed() throws Exception {
        Path place = temp.resolve("volumes");
        VolumeDirectory volumes = new VolumeDirectory(LINUX, place);
        volumes.create("v");
        Fd[] mounted = new Fd[1];
        VolumeDirectory late =
                new VolumeDirectory(
                        Linux.over(
                                new HeldUp(() -> {
                                    assertThat(volumes.remove("v")).isTrue();
                                    mounted[0] = volumes.lease("v");
                                })),
                        place);

        assertThatIllegalStateException()
                .isThrownBy(() -> late.remove("v"))
                .withMessageContaining("in use");

        assertThat(volumes.content("v")).isDirectory();
        assertThat(Files.list(place.resolve("trash"))).isEmpty();
        mounted[0].close();
        assertThat(late.remove("v")).isTrue();
        assertThat(late.remove("v")).isFalse();
    }
}
