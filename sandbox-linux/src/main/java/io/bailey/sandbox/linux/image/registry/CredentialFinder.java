package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImagesSpec;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what a registry is to be told: the spec's word first, then the files in their order. */
final class CredentialFinder {
    private final Map<String, Credentials> given;
    private final Optional<List<Path>> named;
    private final List<Path> files;
    private final Duration patience;

    CredentialFinder(ImagesSpec spec, Map<String, String> environment, Path home) {
        given = spec.credentials();
        named = spec.authFiles();
        files = named.orElseGet(() -> usual(environment, home));
        patience = spec.timeout();
    }

    /** Where podman and Docker keep them, in the order of containers-auth.json(5). */
    static List<Path> usual(Map<String, String> environment, Path home) {
        List<Path> files = new ArrayList<>();
        add(files, environment.get("REGISTRY_AUTH_FILE"), "");
        add(files, environment.get("XDG_RUNTIME_DIR"), "containers/auth.json");
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        add(files, config.isEmpty() ? home + "/.config" : config, "containers/auth.json");
        String docker = environment.getOrDefault("DOCKER_CONFIG", "");
        add(files, docker.isEmpty() ? home + "/.docker" : docker, "config.json");
        files.add(home.resolve(".dockercfg"));
        return files;
    }

    private static void add(List<Path> files, @Nullable String directory, String file) {
        if (directory != null && !directory.isEmpty()) {
            files.add(Path.of(directory, file));
        }
    }

    /**
     * @param registry its name, {@code host[:port]}
     * @param repository podman has credentials of parts of a registry
     */
    Optional<Found> find(String registry, String repository) {
        Credentials own = given.get(registry);
        if (own != null) {
            return Optional.of(
                    new Found(own, "Images.builder().credentials(\"" + registry + "\")"));
        }
        for (Path file : files) {
            if (Files.exists(file)) {
                Optional<Found> found = AuthFile.read(file).find(registry, repository, patience);
                if (found.isPresent()) {
                    return found;
                }
            } else if (named.isPresent()) {
                throw new ImageException(
                        Kind.NOT_FOUND,
                        "read auth file",
                        file.toString(),
                        "it does not exist",
                        "name files that do; none for no files");
            }
        }
        return Optional.empty();
    }

    /** Where they would be looked for. */
    String places() {
        return files.isEmpty()
                ? "no file"
                : files.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
