package io.bailey.sandbox.linux.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/**
 * An OCI image layout made by hand.
 *
 * {@snippet :
 * Path layout = OciLayout.in(directory)
 *         .config("\"Env\":[\"A=b\"]")
 *         .layer(new TarMaker().file("x", "y").finish())
 *         .write();
 * }
 */
public final class OciLayout {
    private final Path directory;
    private final List<byte[]> tars = new ArrayList<>();
    private String config = "";
    private String name = "localhost/test:1";
    private String architecture = "amd64";

    private OciLayout(Path directory) {
        this.directory = directory;
    }

    public static OciLayout in(Path directory) {
        return new OciLayout(directory);
    }

    /** Members of the config's "config". */
    public OciLayout config(String members) {
        config = members;
        return this;
    }

    public OciLayout name(String text) {
        name = text;
        return this;
    }

    public OciLayout architecture(String text) {
        architecture = text;
        return this;
    }

    /** The next layer up. */
    public OciLayout layer(byte[] tar) {
        tars.add(tar);
        return this;
    }

    /** With the host's busybox at /bin/busybox and names of it in /bin. */
    public OciLayout busybox() throws IOException {
        TarMaker tar = new TarMaker().directory("bin/").directory("etc/").directory("tmp/");
        byte[] busybox = Files.readAllBytes(Path.of("/bin/busybox"));
        tar.add(TarMaker.header("bin/busybox").mode(0755), busybox);
        for (String applet :
                List.of(
                        "sh",
                        "cat",
                        "ls",
                        "echo",
                        "id",
                        "env",
                        "pwd",
                        "rm",
                        "mkdir",
                        "touch",
                        "stat",
                        "ln",
                        "mv",
                        "chmod",
                        "chown",
                        "sleep",
                        "find",
                        "md5sum",
                        "grep",
                        "true",
                        "readlink",
                        "dd",
                        "mknod",
                        "head")) {
            tar.symlink("bin/" + applet, "busybox");
        }
        tar.file(
                "etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n");
        tar.file("etc/group", "root:x:0:\napp:x:1001:\nextra:x:1002:app\n");
        return layer(tar.finish());
    }

    /** Writes it; returns its directory. */
    public Path write() throws IOException {
        Files.createDirectories(directory.resolve("blobs/sha256"));
        Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        List<String> layers = new ArrayList<>();
        List<String> diffIds = new ArrayList<>();
        for (byte[] tar : tars) {
            layers.add(descriptor("application/vnd.oci.image.layer.v1.tar+gzip", blob(gzip(tar))));
            diffIds.add("\"" + Digest.sha256(tar) + "\"");
        }
        byte[] configBytes =
                ("{\"architecture\":\""
                                + architecture
                                + "\",\"os\":\"linux\",\"config\":{"
                                + config
                                + "},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                                + String.join(",", diffIds)
                                + "]}}")
                        .getBytes(UTF_8);
        byte[] manifest =
                ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                                + descriptor(
                                        "application/vnd.oci.image.config.v1+json",
                                        blob(configBytes))
                                + ",\"layers\":["
                                + layers.stream().collect(Collectors.joining(","))
                                + "]}")
                        .getBytes(UTF_8);
        String top =
                descriptor("application/vnd.oci.image.manifest.v1+json", blob(manifest))
                        .replaceFirst(
                                "}$",
                                ",\"annotations\":{\"org.opencontainers.image.ref.name\":\""
                                        + name
                                        + "\"}}");
        Files.writeString(
                directory.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":[" + top + "]}");
        return directory;
    }

    private Path blob(byte[] content) throws IOException {
        Path file = directory.resolve("blobs/sha256").resolve(Digest.sha256(content).hex());
        return Files.write(file, content);
    }

    private static String descriptor(String type, Path blob) throws IOException {
        return "{\"mediaType\":\""
                + type
                + "\",\"digest\":\"sha256:"
                + blob.getFileName()
                + "\",\"size\":"
                + Files.size(blob)
                + "}";
    }

    public static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }
}
