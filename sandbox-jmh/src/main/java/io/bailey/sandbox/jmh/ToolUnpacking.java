package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The ways of others, as far as they are installed. */
enum ToolUnpacking implements Unpacking {
    TAR("GNU tar xzf", "tar") {
        @Override
        List<String> command(TestImage image, Path into) {
            return eachLayer(image, into, "tar -xzf \"$layer\"");
        }
    },
    TAR_PIGZ("GNU tar -I pigz -xf", "pigz") {
        @Override
        List<String> command(TestImage image, Path into) {
            return eachLayer(image, into, "tar -I pigz -xf \"$layer\"");
        }
    },
    UMOCI("umoci unpack", "umoci") {
        @Override
        List<String> command(TestImage image, Path into) {
            return List.of(
                    "umoci",
                    "unpack",
                    "--image",
                    image.layout() + ":" + TestImage.TAG,
                    into.toString());
        }
    },
    SKOPEO("skopeo copy oci: containers-storage:", "skopeo") {
        @Override
        List<String> command(TestImage image, Path into) {
            return List.of(
                    "skopeo",
                    "copy",
                    "-q",
                    "oci:" + image.layout() + ":" + TestImage.TAG,
                    "containers-storage:[overlay@"
                            + into.resolve("root")
                            + "+"
                            + into.resolve("run")
                            + "]localhost/bench:1");
        }
    },
    PODMAN("podman pull oci:", "podman") {
        @Override
        List<String> command(TestImage image, Path into) {
            return podman(into, "pull", "-q", "oci:" + image.layout() + ":" + TestImage.TAG);
        }
    };

    private final String title;
    private final String program;

    ToolUnpacking(String title, String program) {
        this.title = title;
        this.program = program;
    }

    /** Those that are installed. */
    static List<Unpacking> present() {
        return Stream.of(values())
                .filter(tool -> Shell.has(tool.program))
                .map(tool -> (Unpacking) tool)
                .toList();
    }

    abstract List<String> command(TestImage image, Path into);

    @Override
    public String title() {
        return title;
    }

    @Override
    public void prepare(TestImage image, Path into) throws IOException {
        if (this != UMOCI) {
            Files.createDirectories(into);
        }
    }

    @Override
    public void run(TestImage image, Path into) throws IOException, InterruptedException {
        Shell.run(command(image, into));
    }

    @Override
    public long count(TestImage image, Path into) throws IOException, InterruptedException {
        return switch (this) {
            case TAR, TAR_PIGZ -> Trees.count(into);
            case UMOCI -> Trees.count(into.resolve("rootfs"));
            case SKOPEO, PODMAN -> countMounted(into);
        };
    }

    /** As one sees them who uses them. */
    private static long countMounted(Path into) throws IOException, InterruptedException {
        String id = Shell.run(podman(into, "images", "-q", "--no-trunc")).strip();
        Path root = Path.of(Shell.run(podman(into, "image", "mount", id)).strip());
        try {
            return Trees.count(root);
        } finally {
            Shell.run(podman(into, "image", "unmount", id));
        }
    }

    /** At times they leave the directory of their layers mounted upon itself. */
    @Override
    public void clear(Path into) throws IOException, InterruptedException {
        if (this == SKOPEO || this == PODMAN) {
            String mounted = into.resolve("root/overlay").toString();
            Shell.run("sh", "-c", "! mountpoint -q \"$1\" || umount -l \"$1\"", "sh", mounted);
        }
    }

    @Override
    public long expected(TestImage image) {
        return this == TAR || this == TAR_PIGZ ? image.plain() : image.entries();
    }

    /** Podman, with a storage of its own. */
    static List<String> podman(Path storage, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "podman",
                                "--root",
                                storage.resolve("root").toString(),
                                "--runroot",
                                storage.resolve("run").toString(),
                                "--storage-driver",
                                "overlay"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> eachLayer(TestImage image, Path into, String command) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-ec",
                                "cd \"$1\"; shift; for layer; do " + command + "; done",
                                "sh",
                                into.toString()));
        image.layers().forEach(layer -> all.add(layer.toString()));
        return all;
    }
}
