package io.bailey.sandbox.linux.image;

import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.testing.FakeRegistry;
import io.bailey.sandbox.linux.testing.OciLayout;
import io.bailey.sandbox.linux.testing.TarMaker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An image like those people have, though small: thousands of files in a few layers, and in the
 * upper ones all that can only be told by what lies below: implied parents, a directory that is a
 * link, whiteouts, an opaque directory, hard links.
 */
record SampleImage(Path layout, Digest manifest, Digest config, List<Digest> layers) {
    static final String REPOSITORY = "team/sample";

    /** What a sandbox prints of all its files. */
    static final String LISTING =
            "find /bin /etc /opt /tmp /usr -type f"
                    + " -exec md5sum '{}' +;"
                    + " stat -c '%n %a %u %g' /opt /opt/app /usr/lib/d3 /usr/linked; readlink /lib";

    private static final int DIRECTORIES = 20;

    /** Makes it in a directory. */
    static SampleImage in(Path directory, int files) throws IOException {
        Path layout =
                OciLayout.in(directory)
                        .busybox()
                        .layer(lowest(files))
                        .layer(middle(files / 2))
                        .layer(top(files / 4))
                        .write();
        return read(layout);
    }

    /** Reads what is in a layout. */
    static SampleImage read(Path layout) throws IOException {
        JsonValue index = json(layout.resolve("index.json"));
        Digest manifest =
                Digest.parse(
                        index.required("manifests")
                                .elements()
                                .getFirst()
                                .required("digest")
                                .text());
        JsonValue document = json(blob(layout, manifest));
        List<Digest> layers = new ArrayList<>();
        document.required("layers")
                .elements()
                .forEach(layer -> layers.add(Digest.parse(layer.required("digest").text())));
        return new SampleImage(
                layout,
                manifest,
                Digest.parse(document.required("config").required("digest").text()),
                layers);
    }

    private static JsonValue json(Path file) throws IOException {
        return Json.parse(Files.readAllBytes(file), file.toString());
    }

    private static Path blob(Path layout, Digest digest) {
        return layout.resolve("blobs/sha256").resolve(digest.hex());
    }

    /** All its blobs but the manifest. */
    List<Digest> blobs() {
        List<Digest> blobs = new ArrayList<>(layers);
        blobs.add(config);
        return blobs;
    }

    byte[] bytes(Digest blob) throws IOException {
        return Files.readAllBytes(blob(layout, blob));
    }

    /** Has a registry serve it. Returns its reference. */
    String serve(FakeRegistry registry, String tag) throws IOException {
        for (Digest blob : blobs()) {
            registry.blob(REPOSITORY, bytes(blob));
        }
        registry.manifest(REPOSITORY, tag, bytes(manifest), MediaTypes.OCI_MANIFEST);
        return registry.name() + "/" + REPOSITORY + ":" + tag;
    }

    private static byte[] lowest(int files) {
        Random random = new Random(1);
        TarMaker tar = new TarMaker().directory("usr/").directory("usr/lib/").directory("opt/");
        for (int i = 0; i < DIRECTORIES; i++) {
            tar.add(TarMaker.header("usr/lib/d" + i + "/").type('5').mode(i == 3 ? 0711 : 0755));
        }
        for (int i = 0; i < files; i++) {
            tar.file("usr/lib/d" + i % DIRECTORIES + "/f" + i, content(random, 200 + i % 2000));
        }
        return tar.file("opt/large", content(random, 1 << 20)).symlink("lib", "usr/lib").finish();
    }

    /** Written through the link of the layer below; its parents are not said to be anything. */
    private static byte[] middle(int files) {
        Random random = new Random(2);
        TarMaker tar = new TarMaker();
        for (int i = 0; i < files; i++) {
            tar.file("lib/d" + i % DIRECTORIES + "/m" + i, content(random, 100 + i % 1000));
        }
        return tar.file("opt/app/deep/er/x", "x\n")
                .file("usr/lib/d1/.wh.f1", "")
                .file("usr/lib/d2/.wh.f2", "")
                .hardLink("usr/linked", "usr/lib/d4/f4")
                .hardLink("opt/linked", "opt/large")
                .finish();
    }

    private static byte[] top(int files) {
        Random random = new Random(3);
        TarMaker tar = new TarMaker().directory("usr/lib/d5/").file("usr/lib/d5/.wh..wh..opq", "");
        for (int i = 0; i < files; i++) {
            tar.file("usr/lib/d" + i % DIRECTORIES + "/t" + i, content(random, 500 + i % 3000));
        }
        return tar.file("lib/d6/.wh.f6", "").file("opt/app/.wh.deep", "").finish();
    }

    /** Text that does not compress to nothing. */
    private static byte[] content(Random random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(16));
        }
        return bytes;
    }
}
