package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.list;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory as a root, in its three ways of being written to, and whether it is left as it was.
 */
@ExtendWith(LeakAudit.class)
class DirectoryRootTest {
    @TempDir Path temporary;
    private TestRoot root;

    @BeforeEach
    void make() throws IOException {
        root = TestRoot.complete(temporary);
        root.file("etc/motto", "lower\n");
    }

    @Test
    void overlayTakesWritesAndThrowsThemAway() throws Exception {
        Powers.require(Power.OVERLAY);
        assertThat(
                        sh(
                                root.sandbox(),
                                "echo upper > /etc/motto; mkdir /made; echo new > /made/file; rm -r /data;"
                                        + " cat /etc/motto /made/file; ls /"))
                .startsWith("upper\nnew\n")
                .contains("made")
                .doesNotContain("data");

        assertThat(Sandboxes.read(root.path().resolve("etc/motto"))).isEqualTo("lower\n");
        assertThat(list(root.path())).contains("data").doesNotContain("made");
        assertThat(sh(root.sandbox(), "cat /etc/motto; ls /"))
                .startsWith("lower\n")
                .doesNotContain("made");
    }

    @Test
    void overlayIsBounded() throws Exception {
        Powers.require(Power.OVERLAY);
        assertThat(
                        both(
                                root.sandbox().writableRootSize("4M"),
                                "head -c 3M /dev/zero > /data/fits && echo fits;"
                                        + " head -c 16M /dev/zero > /data/bursts || wc -c < /data/bursts"))
                .startsWith("fits\n")
                .contains("No space left on device")
                .matches(said -> lastNumber(said) < 16 << 20);
    }

    private static int lastNumber(String said) {
        return Integer.parseInt(
                said.lines().filter(line -> line.matches("\\d+")).findFirst().orElseThrow());
    }

    /** Empty files cost no bytes, so a limit of bytes alone would not stop them. */
    @Test
    void overlayBoundsTheNumberOfFilesToo() throws Exception {
        Powers.require(Power.OVERLAY);
        assertThat(
                        both(
                                root.sandbox().writableRootSize("64K"),
                                "i=0; while [ $i -lt 100000 ]; do : > /data/$i || exit; i=$((i+1)); done; echo all"))
                .contains("No space left on device")
                .doesNotContain("all");
    }

    @Test
    void readOnlyRefusesEveryWrite() throws Exception {
        assertThat(
                        both(
                                root.sandbox().writableRoot(WritableRoot.READ_ONLY),
                                "echo x > /etc/motto; mkdir /made; cat /etc/motto"))
                .startsWith("lower\n")
                .contains("/etc/motto: Read-only file system", "'/made': Read-only file system");
        assertThat(list(root.path())).doesNotContain("made");
    }

    @Test
    void directWritesStay() throws Exception {
        assertThat(
                        sh(
                                root.sandbox().writableRoot(WritableRoot.DIRECT),
                                "echo direct > /data/file; cat /etc/motto"))
                .isEqualTo("lower");
        assertThat(Sandboxes.read(root.path().resolve("data/file"))).isEqualTo("direct\n");
    }

    /**
     * An idmapped root writes with the owner's id; without idmap it would be a stranger's or
     * nobody's.
     */
    @Test
    void directWritesBelongToTheDirectorysOwner() throws Exception {
        sh(root.sandbox().writableRoot(WritableRoot.DIRECT), "echo x > /data/file");

        assertThat(Files.getOwner(root.path().resolve("data/file")))
                .isEqualTo(Files.getOwner(root.path().resolve("data")));
    }

    @ParameterizedTest
    @EnumSource(WritableRoot.class)
    void missingMountPointsAreMade(WritableRoot writable, @TempDir Path other) throws Exception {
        Powers.require(Power.OVERLAY);
        TestRoot bare = TestRoot.bare(other);
        var before = list(bare.path());

        assertThat(
                        sh(
                                bare.sandbox().writableRoot(writable),
                                "test -c /dev/null; test -d /proc/self; test -d /sys/class; echo ok"))
                .isEqualTo("ok");

        if (writable != WritableRoot.DIRECT) {
            assertThat(list(bare.path())).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(RootChange.class)
    void theWayOutIsShut(RootChange change) throws Exception {
        String seen =
                sh(
                        root.sandbox().rootChange(change),
                        "cd ..; cd ../..; ls; echo --; ls /proc/1/root/ 2>&1 || true; cut -d' ' -f4,5 /proc/self/mountinfo");

        assertThat(seen).startsWith("bin\n").doesNotContain(temporary.toString());
        assertThat(seen.substring(0, seen.indexOf("--")).lines())
                .contains("data")
                .doesNotContain("home", "boot");
    }

    @Test
    void aSetuidProgramGainsNothing() throws Exception {
        assertThat(sh(root.sandbox(), "grep -E ' / ' /proc/self/mountinfo"))
                .contains("nosuid", "nodev");
    }
}
