package io.bailey.sandbox.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An image as an OCI layout, for all who take part.
 *
 * @param layout the directory; its image has the tag {@code bench}
 * @param manifest the SHA-256 of its manifest, hex
 * @param layers its blobs, lowest first
 * @param entries how many files and directories a root made of it has, itself left out
 * @param plain how many there are where whiteouts are files like others: tar's view
 */
record TestImage(Path layout, String manifest, List<Path> layers, long entries, long plain) {
    static final String TAG = "bench";
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String LAYER = "application/vnd.oci.image.layer.v1.tar";

    /** A layer to be put into an image. */
    record Part(Path file, String diffId) {}

    static TestImage write(Path layout, List<TestLayer> layers)
            throws IOException, InterruptedException {
        List<Part> parts = layers.stream().map(it -> new Part(it.file(), it.diffId())).toList();
        Set<String> merged = new LinkedHashSet<>();
        Set<String> plain = new LinkedHashSet<>();
        for (TestLayer layer : layers) {
            List<String> names = names(layer.file());
            plain.addAll(names);
            apply(names, merged);
        }
        return write(layout, parts, merged.size(), plain.size());
    }

    static TestImage write(Path layout, List<Part> parts, long entries, long plain)
            throws IOException {
        Path blobs = Files.createDirectories(layout.resolve("blobs/sha256"));
        StringBuilder layers = new StringBuilder();
        StringBuilder diffIds = new StringBuilder();
        List<Path> files = new java.util.ArrayList<>();
        for (Part part : parts) {
            String hex = sha256(part.file());
            Path blob = blobs.resolve(hex);
            if (!Files.exists(blob)) {
                Files.copy(part.file(), blob);
            }
            files.add(blob);
            String type = part.file().toString().endsWith(".gz") ? LAYER + "+gzip" : LAYER;
            layers.append(layers.isEmpty() ? "" : ",").append(descriptor(type, hex, blob));
            diffIds.append(diffIds.isEmpty() ? "" : ",").append("\"sha256:" + part.diffId() + "\"");
        }
        String config =
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":{"
                        + "\"type\":\"layers\",\"diff_ids\":["
                        + diffIds
                        + "]}}";
        String manifest =
                "{\"schemaVersion\":2,\"mediaType\":\""
                        + MANIFEST
                        + "\",\"config\":"
                        + document(blobs, CONFIG, config)
                        + ",\"layers\":["
                        + layers
                        + "]}";
        String named = document(blobs, MANIFEST, manifest);
        String hex = named.replaceAll(".*\"sha256:([0-9a-f]*)\".*", "$1");
        Files.writeString(
                layout.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":["
                        + named.substring(0, named.length() - 1)
                        + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\""
                        + TAG
                        + "\"}}]}");
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        return new TestImage(layout, hex, files, entries, plain);
    }

    private static String document(Path blobs, String type, String text) throws IOException {
        Path file = Files.writeString(blobs.resolve("document"), text, UTF_8);
        String hex = sha256(file);
        Files.move(file, blobs.resolve(hex), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return descriptor(type, hex, blobs.resolve(hex));
    }

    private static String descriptor(String type, String hex, Path file) throws IOException {
        return "{\"mediaType\":\""
                + type
                + "\",\"digest\":\"sha256:"
                + hex
                + "\",\"size\":"
                + Files.size(file)
                + "}";
    }

    static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, hash).transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(hash.digest());
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IOException(everyJdkHasIt);
        }
    }

    /** The names in a layer, without the root, and with the directories that are only implied. */
    private static List<String> names(Path layer) throws IOException, InterruptedException {
        Set<String> names = new LinkedHashSet<>();
        // Without quoting, a name with a newline would be two; with it, any name is a name.
        for (String line :
                Shell.run("tar", "--quoting-style=escape", "-tzf", layer.toString())
                        .split("\n", -1)) {
            String name = line.startsWith("./") ? line.substring(2) : line;
            name = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
            for (int i = name.indexOf('/'); i > 0; i = name.indexOf('/', i + 1)) {
                names.add(name.substring(0, i));
            }
            names.add(name);
        }
        names.removeAll(Set.of("", "."));
        return List.copyOf(names);
    }

    /** One layer upon others: first what it removes, then what it has. */
    private static void apply(List<String> names, Set<String> merged) {
        Set<String> removed =
                names.stream()
                        .filter(name -> leaf(name).startsWith(".wh."))
                        .map(TestImage::removes)
                        .collect(Collectors.toSet());
        merged.removeIf(name -> isBelow(name, removed));
        names.stream().filter(name -> !leaf(name).startsWith(".wh.")).forEach(merged::add);
    }

    private static String leaf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** A name, or a directory's with a slash at its end: then only what is in it. */
    private static String removes(String whiteout) {
        String parent = whiteout.substring(0, whiteout.lastIndexOf('/') + 1);
        String leaf = leaf(whiteout);
        return leaf.equals(".wh..wh..opq") ? parent : parent + leaf.substring(".wh.".length());
    }

    private static boolean isBelow(String name, Set<String> removed) {
        for (int i = name.indexOf('/'); i > 0; i = name.indexOf('/', i + 1)) {
            if (removed.contains(name.substring(0, i))
                    || removed.contains(name.substring(0, i + 1))) {
                return true;
            }
        }
        return removed.contains(name);
    }
}
