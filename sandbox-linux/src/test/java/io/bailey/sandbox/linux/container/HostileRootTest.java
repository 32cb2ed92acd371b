package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.WritableRoot;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A root made by an enemy: wherever Bailey mounts or makes something, a link leads out of it. */
@ExtendWith(LeakAudit.class)
class HostileRootTest {
    @TempDir Path temporary;

    private TestRoot root;
    private Path outside;

    @BeforeEach
    void make() throws Exception {
        root = TestRoot.complete(temporary);
        outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("file"), "untouched");
    }

    private void assertOutsideIsUntouched() {
        assertThat(Sandboxes.list(outside)).containsExactly("file");
        assertThat(Sandboxes.read(outside.resolve("file"))).isEqualTo("untouched");
    }

    private void link(String name, String to) throws Exception {
        Files.deleteIfExists(root.path().resolve(name));
        Files.createSymbolicLink(root.path().resolve(name), Path.of(to));
    }

    @ParameterizedTest
    @CsvSource({
        "proc, /etc",
        "proc, OUTSIDE",
        "proc, /",
        "proc, ../outside",
        "sys, OUTSIDE",
        "dev, OUTSIDE",
        "dev, /dev",
        "dev, ../../../../../dev",
        "proc, data",
        "sys, /none"
    })
    void aLinkWhereBaileyMountsIsRefused(String place, String target) throws Exception {
        link(place, target.replace("OUTSIDE", outside.toString()));

        Throwable failure = catchThrowable(() -> root.sandbox().run("true"));

        assertThat(failure)
                .isInstanceOf(SandboxException.class)
                .message()
                .contains("/" + place, "symbolic link");
        assertOutsideIsUntouched();
    }

    @ParameterizedTest
    @EnumSource(WritableRoot.class)
    void aLinkAtTmpWritesNothingOutside(WritableRoot writable) throws Exception {
        link("tmp", outside.toString());

        var _ =
                catchThrowable(() ->
                        root.sandbox().writableRoot(writable).run("sh", "-c", "echo x > /tmp/x"));

        assertOutsideIsUntouched();
    }

    /** CVE-2025-31133: what lies in the root's own /dev is never taken for a device. */
    @Test
    void aFalseNullDeviceIsNotUsed() throws Exception {
        link("dev/null", outside.resolve("file").toString());
        link("dev/pts", outside.toString());
        link("dev/shm", outside.toString());

        Result result =
                root.sandbox()
                        .run(
                                "sh",
                                "-c",
                                "echo x > /dev/null; test -c /dev/null; echo x > /dev/shm/x");

        assertThat(result.exitCode()).isZero();
        assertOutsideIsUntouched();
    }

    @Test
    void aTargetThatLeadsOutEndsInside() throws Exception {
        root.directory(outside.toString().substring(1));
        link("data", outside.toString());

        Result result =
                root.sandbox()
                        .mount(
                                Mount.file(
                                        "x".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                        "/data/file"))
                        .run("cat", outside + "/file");

        assertThat(result.stdout()).isEqualTo("x");
        assertOutsideIsUntouched();
    }

    @Test
    void aTargetByWayOfDotsStaysInside() throws Exception {
        for (String way :
                List.of("../../../../../../.." + outside, "/../.." + outside, outside.toString())) {
            link("data", way);

            var _ =
                    catchThrowable(() ->
                            root.sandbox()
                                    .writableRoot(WritableRoot.DIRECT)
                                    .mount(Mount.tmpfs("/data/made/here", "1M"))
                                    .run("sh", "-c", "echo x > /data/made/here/x"));

            assertOutsideIsUntouched();
        }
    }

    /** /proc/self/root and its like lead out of any root: magic links are never followed. */
    @Test
    void aTargetByWayOfAMagicLinkIsRefused() throws Exception {
        link("data", "/proc/self/root" + outside);

        Throwable failure =
                catchThrowable(
                        () -> root.sandbox().mount(Mount.tmpfs("/data/file", "1M")).run("true"));

        assertThat(failure).isInstanceOf(SandboxException.class);
        assertOutsideIsUntouched();
    }

    @Test
    void aLinkThatLoopsIsToldAsSuch() throws Exception {
        link("data", "/data");

        assertThat(
                        catchThrowable(
                                () -> root.sandbox().mount(Mount.tmpfs("/data", "1M")).run("true")))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("ELOOP");
    }

    @Test
    void aFileWhereADirectoryShouldBeIsNamed() throws Exception {
        Files.delete(root.path().resolve("proc"));
        root.file("proc", "");

        assertThat(catchThrowable(() -> root.sandbox().run("true")))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("/proc")
                .hasMessageContaining("not a directory");
    }

    @Test
    void theHostsDirectoryOfAWorkdirIsNotReached() throws Exception {
        link("data", outside.toString());

        assertThat(catchThrowable(() -> root.sandbox().workdir("/data").run("true")))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("ENOENT");
    }
}
