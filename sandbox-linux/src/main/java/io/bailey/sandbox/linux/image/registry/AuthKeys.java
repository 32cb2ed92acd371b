package io.bailey.sandbox.linux.image.registry;

import java.util.Map;
import java.util.Optional;

/** Which entry of an auth file is meant for a registry. */
final class AuthKeys {
    private static final String DOCKER = "docker.io";

    /** What Docker calls its own registry since version 1. */
    private static final String DOCKER_ADDRESS = "https://index.docker.io/v1/";

    private AuthKeys() {}

    /**
     * The entry of the longest part of {@code registry/repository}, as podman has it; else the one
     * whose address is on the registry, as Docker has it.
     */
    static <T> Optional<T> best(Map<String, T> entries, String registry, String repository) {
        String key = repository.isEmpty() ? registry : registry + "/" + repository;
        while (true) {
            T exact = entries.get(key);
            if (exact != null) {
                return Optional.of(exact);
            }
            int slash = key.lastIndexOf('/');
            if (slash < 0) {
                return byHost(entries, registry);
            }
            key = key.substring(0, slash);
        }
    }

    private static <T> Optional<T> byHost(Map<String, T> entries, String registry) {
        return entries.entrySet().stream()
                .filter(entry -> isAddress(entry.getKey()))
                .filter(entry -> host(entry.getKey()).equals(registry))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Not a part of a registry, which is meant for no other part. */
    private static boolean isAddress(String key) {
        return key.startsWith("https://") || key.startsWith("http://") || key.indexOf('/') < 0;
    }

    private static String host(String address) {
        String host = address.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        return switch (host) {
            case "index.docker.io", "registry-1.docker.io" -> DOCKER;
            default -> host;
        };
    }

    /** What a credential helper knows a registry by. */
    static String serverAddress(String registry) {
        return registry.equals(DOCKER) ? DOCKER_ADDRESS : registry;
    }
}
