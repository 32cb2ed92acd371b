package io.bailey.sandbox.image;

import io.bailey.sandbox.spi.SandboxProvider;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Collects the settings of a store; each is checked as it comes. */
final class ImagesBuilder implements Images.Builder {
    private static final int MOST_BLOBS = 64;
    private static final int MOST_TRIES = 100;

    private final List<Path> readOnlyStores = new ArrayList<>();
    private final Map<String, List<String>> mirrors = new HashMap<>();
    private final Set<String> insecure = new HashSet<>();
    private final Map<String, Credentials> credentials = new HashMap<>();
    private final List<Path> certificates = new ArrayList<>();
    private Optional<Path> store = Optional.empty();
    private Platform platform = Platform.current();
    private LayerBackend backend = LayerBackend.AUTO;
    private ImageLimits limits = ImageLimits.standard();
    private Optional<List<Path>> authFiles = Optional.empty();
    private int parallelism = 4;
    private int attempts = 5;
    private Duration timeout = Duration.ofSeconds(30);
    private Duration lockTimeout = Duration.ofMinutes(30);
    private boolean strict;
    private boolean sync = true;
    private PullListener listener = PullListener.silent();

    @Override
    public Images.Builder store(Path directory) {
        store = Optional.of(onHost("store", directory));
        return this;
    }

    @Override
    public Images.Builder readOnlyStore(Path directory) {
        readOnlyStores.add(onHost("read-only store", directory));
        return this;
    }

    @Override
    public Images.Builder platform(Platform wanted) {
        platform = wanted;
        return this;
    }

    @Override
    public Images.Builder backend(LayerBackend wanted) {
        backend = wanted;
        return this;
    }

    @Override
    public Images.Builder limits(ImageLimits most) {
        limits = most;
        return this;
    }

    @Override
    public Images.Builder mirror(String registry, String... places) {
        for (String place : places) {
            ReferenceGrammar.checkRegistry(place);
        }
        mirrors.put(ReferenceGrammar.checkRegistry(registry), List.of(places));
        return this;
    }

    @Override
    public Images.Builder insecure(String registry) {
        insecure.add(ReferenceGrammar.checkRegistry(registry));
        return this;
    }

    @Override
    public Images.Builder credentials(String registry, Credentials who) {
        credentials.put(ReferenceGrammar.checkRegistry(registry), who);
        return this;
    }

    @Override
    public Images.Builder authFiles(Path... files) {
        authFiles =
                Optional.of(
                        Stream.of(files).map(file -> onHost("credentials file", file)).toList());
        return this;
    }

    @Override
    public Images.Builder certificate(Path pem) {
        certificates.add(onHost("certificate", pem));
        return this;
    }

    @Override
    public Images.Builder parallelism(int blobs) {
        parallelism = within("parallelism", blobs, MOST_BLOBS);
        return this;
    }

    @Override
    public Images.Builder attempts(int tries) {
        attempts = within("attempts", tries, MOST_TRIES);
        return this;
    }

    @Override
    public Images.Builder timeout(Duration silence) {
        timeout = positive("timeout", silence);
        return this;
    }

    @Override
    public Images.Builder lockTimeout(Duration wait) {
        lockTimeout = positive("lockTimeout", wait);
        return this;
    }

    @Override
    public Images.Builder strict(boolean on) {
        strict = on;
        return this;
    }

    @Override
    public Images.Builder sync(boolean on) {
        sync = on;
        return this;
    }

    @Override
    public Images.Builder listener(PullListener told) {
        listener = told;
        return this;
    }

    @Override
    public Images open() {
        return SandboxProvider.find()
                .openImages(
                        new ImagesSpec(
                                store,
                                readOnlyStores,
                                platform,
                                backend,
                                limits,
                                mirrors,
                                insecure,
                                credentials,
                                authFiles,
                                certificates,
                                parallelism,
                                attempts,
                                timeout,
                                lockTimeout,
                                strict,
                                sync,
                                listener));
    }

    private static Path onHost(String what, Path path) {
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw Malformed.reference(
                    what, path.toString(), "is not in the default file system of this host");
        }
        return path.toAbsolutePath();
    }

    private static int within(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw Malformed.reference(what, Integer.toString(value), "is not 1 to " + most);
        }
        return value;
    }

    private static Duration positive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw Malformed.reference(what, value.toString(), "must be positive");
        }
        return value;
    }
}
