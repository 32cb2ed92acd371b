package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.Digest;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageLimits;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.LayerBackend;
import io.bailey.sandbox.image.MediaTypes;
import io.bailey.sandbox.image.Platform;
import io.bailey.sandbox.image.PullEvent;

import org.assertj.core.api.Assertions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A client to be set up, and what it tells. */
final class Setup {
    final Map<String, List<String>> mirrors = new HashMap<>();
    final Set<String> insecure = new HashSet<>();
    final Map<String, Credentials> credentials = new HashMap<>();
    final List<Path> certificates = new ArrayList<>();
    final List<PullEvent> events = Collections.synchronizedList(new ArrayList<>());
    Optional<List<Path>> authFiles = Optional.of(List.of());
    int parallelism = 4;
    int attempts = 3;
    Duration timeout = Duration.ofSeconds(20);
    long document = 4 << 20;

    RegistryClient client() {
        return new RegistryClient(spec(), events::add);
    }

    ImagesSpec spec() {
        ImageLimits usual = ImageLimits.standard();
        return new ImagesSpec(
                Optional.empty(),
                List.of(),
                Platform.current(),
                LayerBackend.AUTO,
                new ImageLimits(
                        usual.layers(),
                        usual.entries(),
                        usual.layerSize(),
                        usual.ratio(),
                        usual.depth(),
                        MemorySize.of(document),
                        usual.header()),
                mirrors,
                insecure,
                credentials,
                authFiles,
                certificates,
                parallelism,
                attempts,
                timeout,
                Duration.ofMinutes(1),
                false,
                true,
                event -> {});
    }

    static ImageReference reference(String registry, String rest) {
        return ImageReference.parse(registry + "/" + rest);
    }

    static Descriptor layer(byte[] bytes) {
        return new Descriptor(MediaTypes.OCI_LAYER_GZIP, Digest.sha256(bytes), bytes.length);
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Fetches a blob into a file and reads that. */
    static byte[] fetch(RegistryClient client, ImageReference reference, Descriptor blob) {
        try {
            Path file = Files.createTempFile("blob", "");
            try {
                return fetch(client, reference, blob, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] fetch(RegistryClient client, ImageReference reference, Descriptor blob, Path file)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            client.blob(reference, blob, channel, reached -> {});
            return Files.readAllBytes(file);
        }
    }

    static ImageException refused(Runnable what) {
        ImageException e = Assertions.catchThrowableOfType(ImageException.class, what::run);
        Assertions.assertThat(e).isNotNull();
        return e;
    }
}
