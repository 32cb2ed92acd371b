package io.bailey.sandbox.image;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything an {@link Images} is made of, as plain data. {@link Images.Builder} makes it and
 * describes each value; an engine reads it.
 *
 * @param store the store; empty for the user's own
 * @param readOnlyStores stores that are looked into first and never written to
 * @param platform which images are wanted
 * @param backend how layers lie in the store
 * @param limits the most an image may be
 * @param mirrors where a registry's images may be had from instead, in order of preference
 * @param insecure registries that are spoken to without TLS
 * @param credentials what registries are told
 * @param authFiles files with more of that; empty for the usual four
 * @param certificates PEM files of authorities trusted besides the JDK's
 * @param parallelism blobs that are fetched at once
 * @param attempts how often a request is tried
 * @param timeout how long a registry may be silent
 * @param lockTimeout how long another process may keep a lock that is needed
 * @param strict whether a layer must be compressed as its media type says
 * @param sync whether what was written is on the disk before it is used
 * @param listener told of the progress of each pull
 * @since 0.1
 */
public record ImagesSpec(
        Optional<Path> store,
        List<Path> readOnlyStores,
        Platform platform,
        LayerBackend backend,
        ImageLimits limits,
        Map<String, List<String>> mirrors,
        Set<String> insecure,
        Map<String, Credentials> credentials,
        Optional<List<Path>> authFiles,
        List<Path> certificates,
        int parallelism,
        int attempts,
        Duration timeout,
        Duration lockTimeout,
        boolean strict,
        boolean sync,
        PullListener listener) {

    /** Creates a spec. */
    public ImagesSpec {
        readOnlyStores = List.copyOf(readOnlyStores);
        mirrors = Map.copyOf(mirrors);
        insecure = Set.copyOf(insecure);
        credentials = Map.copyOf(credentials);
        authFiles = authFiles.map(List::copyOf);
        certificates = List.copyOf(certificates);
    }
}
