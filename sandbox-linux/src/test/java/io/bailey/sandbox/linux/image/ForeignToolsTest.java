package io.bailey.sandbox.linux.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.linux.mount.LayerMounts;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;
import io.bailey.sandbox.linux.testing.TreeListing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What other tools make, as we unpack it, beside what umoci and podman unpack: entry by entry,
 * where they are right; where they are not, the rule says so.
 */
class ForeignToolsTest {
    @TempDir Path temp;

    @BeforeEach
    void needs() {
        // Each is compared in both forms.
        Powers.require(Power.ROOT, Power.OVERLAY, Power.EROFS);
    }

    /** Before JUnit does, whose way of deleting waits for somebody to write to a pipe. */
    @AfterEach
    void clean() throws Exception {
        Process rm = new ProcessBuilder("rm", "-rf", "--", temp.toString()).start();
        assertThat(rm.waitFor()).isZero();
        Files.createDirectories(temp);
    }

    private String run(String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(temp, "log", "");
        // Nothing is left in /var or /dev/shm, whatever these tools keep there.
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "-m",
                                "sh",
                                "-c",
                                "for d in /var/lib /var/cache; do mount -t tmpfs none $d; done; exec \"$@\"",
                                "sh"));
        all.addAll(List.of(command));
        Path settings = temp.resolve("containers.conf");
        Files.writeString(settings, "[engine]\nlock_type=\"file\"\n");
        ProcessBuilder builder = new ProcessBuilder(all).directory(temp.toFile());
        builder.environment().put("CONTAINERS_CONF", settings.toString());
        // Nothing of the user's: no short names, no registries, no storage of the host.
        builder.environment().put("HOME", temp.toString());
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log);
        assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + output).isZero();
        return output;
    }

    private String podman(String... arguments) throws IOException, InterruptedException {
        return containers("podman", arguments);
    }

    private String containers(String tool, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(List.of("--root", temp + "/c-root", "--runroot", temp + "/c-run"));
        // Directories: its other driver leaves mounts behind.
        command.addAll(List.of("--storage-driver", "vfs"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** What a sandbox would see, in each form that root can have it in. */
    private Map<LayerForm, Map<String, String>> ours(Path archive, String name) throws IOException {
        Map<LayerForm, Map<String, String>> seen = new TreeMap<>();
        for (LayerForm form : List.of(LayerForm.DIRECTORIES, LayerForm.TAR_INDEX)) {
            Path store = temp.resolve("store-" + form + "-" + Math.abs(name.hashCode()));
            LayerBackend backend =
                    form == LayerForm.TAR_INDEX ? LayerBackend.TAR_INDEX : LayerBackend.DIRECTORIES;
            try (Images images =
                    Images.builder().store(store).backend(backend).sync(false).open()) {
                Image image = images.load(archive, name);
                assertThat(images.verify(image).problems()).isEmpty();
                seen.put(form, listing(image));
            }
        }
        return seen;
    }

    private static Map<String, String> listing(Image image) {
        Linux linux = Linux.host();
        try (Claim claim = ImageFiles.claim(linux, image)) {
            int mount =
                    switch (claim.files()) {
                        case Mountable.Indexed indexed -> ErofsIndex.mount(linux, indexed);
                        case Mountable.Stacked(var trees) ->
                                new LayerMounts(linux)
                                        .mount(
                                                trees.stream().map(Path::toString).toList(),
                                                OptionalInt.empty())
                                        .result();
                        case Mountable.Flat flat -> -1;
                    };
            assertThat(mount).isNotNegative();
            try {
                return TreeListing.of(mount);
            } finally {
                linux.close(mount);
            }
        }
    }

    private static void assertSame(
            Map<LayerForm, Map<String, String>> ours, Map<String, String> theirs) {
        ours.forEach((form, tree) ->
                assertThat(TreeListing.differences(tree, theirs))
                        .as(form + ": ours, theirs")
                        .isEmpty());
        assertThat(theirs).hasSizeGreaterThan(1);
    }

    private Map<String, String> umociUnpacks(Path layout, String tag) throws Exception {
        Path bundle = temp.resolve("bundle-" + tag);
        run("umoci", "unpack", "--image", layout + ":" + tag, bundle.toString());
        return TreeListing.of(bundle.resolve("rootfs"));
    }

    private Map<String, String> podmanUnpacks(Path layout, String tag) throws Exception {
        podman("pull", "-q", "oci:" + layout + ":" + tag);
        String id = podman("images", "-q", "--no-trunc").lines().findFirst().orElseThrow();
        return TreeListing.of(Path.of(podman("image", "mount", id).strip()));
    }

    /** A well-formed image: every directory has its entry, links stay within a layer. */
    private Path wellFormed() throws IOException {
        return OciLayout.in(temp.resolve("layout"))
                .name("t")
                .layer(
                        new TarMaker()
                                .add(TarMaker.header("./").type('5').mode(0755).mtime(1_000_000))
                                .directory("etc/")
                                .add(TarMaker.header("etc/shadow").mode(0640).gid(42), bytes("s"))
                                .add(TarMaker.header("bin/").type('5').mode(0755).mtime(5))
                                .add(TarMaker.header("bin/su").mode(04755), bytes("#!"))
                                .add(
                                        TarMaker.header("bin/su2")
                                                .type('1')
                                                .link("bin/su")
                                                .mode(04755))
                                .symlink("bin/sh", "su")
                                .add(TarMaker.header("tmp/").type('5').mode(01777))
                                .add(TarMaker.header("dev/").type('5').mode(0755))
                                .add(TarMaker.header("dev/null").type('3').mode(0666).device(1, 3))
                                .add(TarMaker.header("pipe").type('6').mode(0600))
                                .file("attrs", "a", Map.of("user.k", "v"))
                                .directory("gone/")
                                .file("gone/x", "x")
                                .directory("opaque/")
                                .file("opaque/old", "old")
                                .finish())
                .layer(
                        new TarMaker()
                                .file(".wh.gone", "")
                                .directory("opaque/")
                                .file("opaque/.wh..wh..opq", "")
                                .file("opaque/new", "new")
                                .directory("etc/")
                                .add(TarMaker.header("etc/shadow").mode(0600).uid(1), bytes("t"))
                                .file("bin/.wh.sh", "")
                                .add(TarMaker.header("bin/").type('5').mode(0711).mtime(7))
                                .finish())
                .write();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void aWellFormedImageIsWhatUmociUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/umoci");
        Path layout = wellFormed();
        assertSame(ours(layout, "x:1"), umociUnpacks(layout, "t"));
    }

    @Test
    void aWellFormedImageIsWhatPodmanUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/podman");
        Path layout = wellFormed();
        Map<String, String> theirs = podmanUnpacks(layout, "t");
        Map<LayerForm, Map<String, String>> ours = ours(layout, "x:1");
        // podman ignores "./" (rule 8).
        ours.values().forEach(tree -> tree.remove("."));
        theirs.remove(".");
        assertSame(ours, theirs);
    }

    /**
     * Rules 11, 12 and 13, in which umoci applies layer upon layer to one tree, as it should be.
     */
    @Test
    void whatLeansOnLowerLayersIsWhatUmociUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/umoci");
        Path layout =
                OciLayout.in(temp.resolve("layout"))
                        .name("t")
                        .layer(
                                new TarMaker()
                                        .add(TarMaker.header("./").type('5').mode(0755).mtime(9))
                                        .add(TarMaker.header("etc/").type('5').mode(0750).uid(7))
                                        .directory("usr/")
                                        .directory("usr/lib/")
                                        .symlink("lib", "usr/lib")
                                        .file("usr/lib/base", "base")
                                        .finish())
                        .layer(
                                new TarMaker()
                                        .file("etc/more", "more")
                                        .file("lib/added", "added")
                                        .hardLink("usr/lib/base2", "usr/lib/base")
                                        .finish())
                        .layer(new TarMaker().file("lib/.wh.base", "").finish())
                        .write();
        Map<LayerForm, Map<String, String>> ours = ours(layout, "x:1");
        Map<String, String> theirs = umociUnpacks(layout, "t");
        for (Map<String, String> tree : ours.values()) {
            assertThat(tree.get("etc")).startsWith("40750 7:0 ");
            assertThat(tree)
                    .containsKeys("usr/lib/added", "usr/lib/base2")
                    .doesNotContainKeys("usr/lib/base");
            assertThat(tree.get("lib")).endsWith("-> usr/lib");
        }
        assertSame(ours, theirs);
    }

    @Test
    void whatUmociMadeIsWhatItUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/umoci");
        Path layout = temp.resolve("made");
        run("umoci", "init", "--layout", layout.toString());
        run("umoci", "new", "--image", layout + ":t");
        run("umoci", "unpack", "--image", layout + ":t", temp + "/b");
        Path root = temp.resolve("b/rootfs");
        run("cp", "-a", "/usr/share/perl5", "/etc", root.toString());
        run("umoci", "repack", "--image", layout + ":t", temp + "/b");
        run("rm", "-r", root + "/etc/init.d", root + "/etc/passwd");
        run(
                "sh",
                "-c",
                "echo new >" + root + "/etc/passwd; ln " + root + "/etc/passwd " + root + "/p2");
        run("umoci", "repack", "--image", layout + ":t", temp + "/b");
        assertSame(ours(layout, "x:1"), umociUnpacks(layout, "t"));
    }

    @Test
    void whatBuildahBuiltAndSkopeoCopiedIsWhatPodmanUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/buildah");
        Powers.requireProgram("/usr/bin/skopeo");
        Powers.requireProgram("/usr/bin/podman");
        String container = containers("buildah", "from", "scratch").strip();
        containers("buildah", "copy", container, "/usr/share/perl5", "/usr/share/perl5");
        containers("buildah", "commit", "-q", container, "oci:" + temp + "/built:t");
        run(
                "skopeo",
                "copy",
                "-q",
                "oci:" + temp + "/built:t",
                "docker-archive:" + temp + "/built.tar:n:1");
        run(
                "skopeo",
                "copy",
                "-q",
                "oci:" + temp + "/built:t",
                "oci-archive:" + temp + "/oci.tar:t");
        Map<String, String> theirs = podmanUnpacks(temp.resolve("built"), "t");
        theirs.remove(".");
        for (String archive : List.of("built", "built.tar", "oci.tar")) {
            Map<LayerForm, Map<String, String>> ours = ours(temp.resolve(archive), archive + ":1");
            ours.values().forEach(tree -> tree.remove("."));
            assertSame(ours, theirs);
        }
    }

    @Test
    void whatPodmanSavedIsWhatItUnpacked() throws Exception {
        Powers.requireProgram("/usr/bin/podman");
        Path layout = wellFormed();
        Map<String, String> theirs = podmanUnpacks(layout, "t");
        theirs.remove(".");
        String id = podman("images", "-q").lines().findFirst().orElseThrow();
        podman("tag", id, "localhost/saved:1");
        podman(
                "save",
                "-q",
                "--format",
                "docker-archive",
                "-o",
                temp + "/d.tar",
                "localhost/saved:1");
        podman("save", "-q", "--format", "oci-archive", "-o", temp + "/o.tar", "localhost/saved:1");
        podman("save", "-q", "--format", "oci-dir", "-o", temp + "/o.dir", "localhost/saved:1");
        for (String archive : List.of("d.tar", "o.tar", "o.dir")) {
            Map<LayerForm, Map<String, String>> ours = ours(temp.resolve(archive), archive + ":1");
            ours.values().forEach(tree -> tree.remove("."));
            assertSame(ours, theirs);
        }
    }

    @Test
    void whatMmdebstrapMadeIsWhatTarUnpacks() throws Exception {
        Powers.requireProgram("/usr/bin/mmdebstrap");
        Path tar = temp.resolve("root.tar");
        Process made =
                new ProcessBuilder(
                                "mmdebstrap",
                                "--variant=extract",
                                "--include=busybox-static,base-files,base-passwd",
                                "bookworm",
                                tar.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(temp.resolve("mmdebstrap.log").toFile())
                        .start();
        if (made.waitFor() != 0) {
            // No Debian archive can be reached from here.
            Powers.requireProgram("a mirror of Debian: " + temp.resolve("mmdebstrap.log"));
        }
        Path root = Files.createDirectory(temp.resolve("root"));
        run(
                "tar",
                "-C",
                root.toString(),
                "--numeric-owner",
                "--xattrs",
                "--xattrs-include=*",
                "-xpf",
                tar.toString());
        Map<LayerForm, Map<String, String>> seen = new TreeMap<>();
        try (Images images = Images.builder().store(temp.resolve("store")).sync(false).open()) {
            Image image = images.importRootfs(tar, "debian:bookworm");
            seen.put(LayerForm.TAR_INDEX, listing(image));
        }
        assertSame(seen, TreeListing.of(root));
    }
}
