package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.image.PullEvent;
import io.bailey.sandbox.linux.testing.DockerRegistry;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;
import io.bailey.sandbox.linux.testing.TarMaker;
import io.bailey.sandbox.linux.testing.TestCertificate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From a real registry to a running sandbox. */
@ExtendWith(LeakAudit.class)
class PulledImageTest {
    private static final Pattern BLOB = Pattern.compile("sha256:([0-9a-f]{64})");

    @TempDir Path temp;

    @BeforeEach
    void needs() {
        Powers.requireProgram(DockerRegistry.PROGRAM);
        Powers.requireProgram("/bin/busybox");
        Powers.require(Power.USERNS, Power.OVERLAY);
    }

    private Images.Builder images() {
        return Images.builder().store(temp.resolve("store")).authFiles();
    }

    private Path layout(String name) throws IOException {
        return OciLayout.in(temp.resolve(name))
                .busybox()
                .layer(new TarMaker().file("etc/motto", name).finish())
                .write();
    }

    /** Puts the image of a layout there, and returns the digest of its manifest. */
    private static Digest push(DockerRegistry registry, String repository, String tag, Path layout)
            throws Exception {
        Digest manifest = manifestOf(layout);
        byte[] bytes = blob(layout, manifest);
        Matcher blobs = BLOB.matcher(new String(bytes, StandardCharsets.UTF_8));
        while (blobs.find()) {
            registry.pushBlob(repository, blob(layout, Digest.parse(blobs.group())));
        }
        return registry.pushManifest(repository, tag, bytes, MediaTypes.OCI_MANIFEST);
    }

    private static Digest manifestOf(Path layout) throws IOException {
        Matcher first = BLOB.matcher(Files.readString(layout.resolve("index.json")));
        assertThat(first.find()).isTrue();
        return Digest.parse(first.group());
    }

    private static byte[] blob(Path layout, Digest digest) throws IOException {
        return Files.readAllBytes(layout.resolve("blobs/sha256").resolve(digest.hex()));
    }

    private static Sandbox.Builder in(Image image) {
        return Sandbox.builder().rootfs(image).timeout(Sandboxes.PATIENCE);
    }

    @Test
    void pulledByTagItRunsAndStaysAsItWas() throws Exception {
        List<PullEvent> events = new CopyOnWriteArrayList<>();
        try (DockerRegistry registry = DockerRegistry.start();
                Images images = images().listener(events::add).open()) {
            Digest manifest = push(registry, "team/app", "1", layout("one"));
            Image image = images.pull(registry.name() + "/team/app:1");
            assertThat(image.digest()).isEqualTo(manifest);
            assertThat(image.layers()).hasSize(2);
            assertThat(events).anyMatch(event -> event instanceof PullEvent.Resolved);
            assertThat(events.getLast()).isEqualTo(new PullEvent.Finished(image));
            Result hostile =
                    in(image)
                            .memory("256M")
                            .pids(64)
                            .enforcement(io.bailey.sandbox.Enforcement.BEST_EFFORT)
                            .run(
                                    "sh",
                                    "-c",
                                    "cat /etc/motto; rm -rf /etc /bin/cat; echo x >/bin/busybox;"
                                            + " mv /tmp /moved; ln -s / /loop; mkdir /etc; echo y >/etc/motto");
            assertThat(hostile.stdout()).isEqualTo("one");
            assertThat(images.verify().problems()).isEmpty();
            assertThat(in(image).run("sh", "-c", "cat /etc/motto; ls -d /moved").stdout())
                    .isEqualTo("one");
        }
    }

    @Test
    void aTagThatMovesIsPulledAnewAndADigestStays() throws Exception {
        try (DockerRegistry registry = DockerRegistry.start();
                Images images = images().open()) {
            Digest first = push(registry, "app", "t", layout("one"));
            Image one = images.pull(registry.name() + "/app:t");
            push(registry, "app", "t", layout("two"));
            Image two = images.pull(registry.name() + "/app:t");
            assertThat(two.digest()).isNotEqualTo(one.digest());
            assertThat(in(two).run("cat", "/etc/motto").stdout()).isEqualTo("two");
            assertThat(in(one).run("cat", "/etc/motto").stdout()).isEqualTo("one");
            Image pinned = images.pull(registry.name() + "/app@" + first);
            assertThat(pinned.digest()).isEqualTo(first);
            assertThat(in(pinned).run("cat", "/etc/motto").stdout()).isEqualTo("one");
        }
    }

    @Test
    void anIndexGivesTheImageOfThePlatform() throws Exception {
        try (DockerRegistry registry = DockerRegistry.start()) {
            Path here = layout("here");
            Path there =
                    OciLayout.in(temp.resolve("there"))
                            .architecture("s390x")
                            .layer(new TarMaker().file("x", "y").finish())
                            .write();
            Digest own = push(registry, "multi", "own", here);
            Digest other = push(registry, "multi", "other", there);
            String entry =
                    "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}";
            String index =
                    "{\"schemaVersion\":2,\"mediaType\":\""
                            + MediaTypes.OCI_INDEX
                            + "\",\"manifests\":["
                            + entry.formatted(
                                    MediaTypes.OCI_MANIFEST,
                                    other,
                                    blob(there, other).length,
                                    "s390x")
                            + ","
                            + entry.formatted(
                                    MediaTypes.OCI_MANIFEST,
                                    own,
                                    blob(here, own).length,
                                    Platform.current().architecture())
                            + "]}";
            registry.pushManifest(
                    "multi", "1", index.getBytes(StandardCharsets.UTF_8), MediaTypes.OCI_INDEX);
            try (Images images = images().open()) {
                Image image = images.pull(registry.name() + "/multi:1");
                assertThat(image.digest()).isEqualTo(own);
                assertThat(images.find(registry.name() + "/multi:1")).contains(image);
            }
            try (Images images = images().platform(Platform.parse("linux/s390x")).open()) {
                assertThat(images.pull(registry.name() + "/multi:1").digest()).isEqualTo(other);
            }
            try (Images images = images().platform(Platform.parse("linux/arm64")).open()) {
                assertThatThrownBy(() -> images.pull(registry.name() + "/multi:1"))
                        .isInstanceOf(ImageException.class)
                        .hasMessageContainingAll("multi:1", "linux/arm64", "linux/s390x");
            }
        }
    }

    @Test
    void throughTlsAndWithAPassword() throws Exception {
        Powers.requireProgram("/usr/bin/htpasswd");
        TestCertificate certificate = TestCertificate.make(temp, "dns:localhost,ip:127.0.0.1");
        DockerRegistry.Options options =
                new DockerRegistry.Options().tls(certificate).basic("me", "secret");
        try (DockerRegistry registry = DockerRegistry.start(options)) {
            push(registry, "private", "1", layout("one"));
            try (Images images =
                    images().certificate(certificate.pem())
                            .credentials(registry.name(), new Credentials("me", "secret"))
                            .open()) {
                Image image = images.pull(registry.name() + "/private:1");
                assertThat(in(image).run("cat", "/etc/motto").stdout()).isEqualTo("one");
            }
            try (Images images = images().certificate(certificate.pem()).open()) {
                assertThatThrownBy(() -> images.pull(registry.name() + "/private:2"))
                        .isInstanceOfSatisfying(
                                ImageException.class,
                                failure ->
                                        assertThat(failure.kind())
                                                .isEqualTo(ImageException.Kind.UNAUTHORIZED))
                        .message()
                        .contains(registry.name() + "/private:2")
                        .doesNotContain("secret");
            }
        }
    }

    @Test
    void namesAreGivenTakenAndListed() throws Exception {
        try (Images images = images().open()) {
            Image image = images.load(layout("one"));
            Image tagged = images.tag(image, "my/app:2");
            assertThat(tagged.reference().toString()).isEqualTo("docker.io/my/app:2");
            assertThat(images.list()).extracting(Image::digest).containsOnly(image.digest());
            assertThat(images.list())
                    .extracting(it -> it.reference().toString())
                    .containsExactly("docker.io/my/app:2", "localhost/test:1");
            assertThat(images.inspect("my/app:2"))
                    .contains(image.digest().toString(), "diff_ids", "docker.io/my/app:2");
            assertThat(images.manifest("my/app:2").layers()).hasSize(2);
            assertThat(images.remove("localhost/test:1")).isTrue();
            assertThat(images.remove("localhost/test:1")).isFalse();
            assertThat(images.find("localhost/test:1")).isEmpty();
            assertThat(images.prune().blobs()).isZero();
            assertThat(in(tagged).run("cat", "/etc/motto").stdout()).isEqualTo("one");
            assertThatThrownBy(() -> images.inspect("localhost/test:1"))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("localhost/test:1");
        }
    }

    @Test
    void whatIsSavedIsTheSameImage() throws Exception {
        List<Path> targets = new ArrayList<>(List.of(temp.resolve("out"), temp.resolve("out.tar")));
        try (Images images = images().open()) {
            Image image = images.load(layout("one"));
            for (Path target : targets) {
                images.save(image, target);
                try (Images other =
                        Images.builder()
                                .store(temp.resolve("other-" + target.getFileName()))
                                .open()) {
                    Image again = other.load(target);
                    assertThat(again.digest()).isEqualTo(image.digest());
                    assertThat(again.reference()).isEqualTo(image.reference());
                }
            }
            assertThatThrownBy(() -> images.save(image, targets.getFirst()))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("out");
        }
    }

    @Test
    void aReadOnlyStoreIsLookedIntoFirst() throws Exception {
        Path shared = temp.resolve("shared");
        try (Images images = Images.builder().store(shared).open()) {
            images.load(layout("one"));
        }
        try (Images images = images().readOnlyStore(shared).open()) {
            Image image = images.find("localhost/test:1").orElseThrow();
            assertThat(image.store()).isEqualTo(shared);
            assertThat(in(image).run("cat", "/etc/motto").stdout()).isEqualTo("one");
            assertThat(images.list()).hasSize(1);
        }
    }
}
