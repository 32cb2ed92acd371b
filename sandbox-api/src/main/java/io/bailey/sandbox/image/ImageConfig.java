package io.bailey.sandbox.image;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How an image wants to be run, {@code config.md} of the OCI image specification.
 *
 * @param platform what it runs on
 * @param environment variables, in order
 * @param entrypoint the command's beginning; empty for none
 * @param cmd the arguments after the entrypoint, or without one the whole command; empty for none
 * @param workingDirectory where it starts; empty for {@code /}
 * @param user who it runs as, as the image says it: {@code user}, {@code uid}, {@code user:group}
 *     and so on; empty for root
 * @param exposedPorts ports it listens on, such as {@code 80/tcp}
 * @param volumes directories it writes data to
 * @param labels labels, in order
 * @param stopSignal the signal that ends it gently, such as {@code SIGQUIT}; empty for {@code
 *     SIGTERM}
 * @param diffIds the digests of its layers' uncompressed archives, lowest first
 * @param created when it was made, as the image says it (RFC 3339)
 * @since 0.1
 */
public record ImageConfig(
        Platform platform,
        Map<String, String> environment,
        List<String> entrypoint,
        List<String> cmd,
        Optional<String> workingDirectory,
        Optional<String> user,
        Set<String> exposedPorts,
        Set<String> volumes,
        Map<String, String> labels,
        Optional<String> stopSignal,
        List<Digest> diffIds,
        Optional<String> created) {

    /** Creates a config. */
    public ImageConfig {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        exposedPorts = Collections.unmodifiableSet(new LinkedHashSet<>(exposedPorts));
        volumes = Collections.unmodifiableSet(new java.util.LinkedHashSet<>(volumes));
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        diffIds = List.copyOf(diffIds);
    }
}
