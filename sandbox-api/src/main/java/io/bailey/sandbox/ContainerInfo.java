package io.bailey.sandbox;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What is known of a container from outside, by any process of the same user.
 *
 * @param id its id
 * @param name its name; the id if none was given
 * @param root its root: the reference of an image, the path of a directory, or {@code host}
 * @param image the image that is its root, to the byte: {@code reference@digest} of its manifest
 * @param command the program and its arguments; immutable
 * @param state its state
 * @param exitCode {@link Result#exitCode()}, once stopped
 * @param termination {@link Termination#describe()}, once stopped
 * @param created when it was created
 * @param started when it was last started
 * @param finished when it last stopped
 * @param pid the host's number of its first process, while it lives
 * @param limits its limits
 * @param mounts its mounts, in words; immutable
 * @param labels its labels; immutable
 * @param detached whether it survives the process that started it
 * @param owner the number of the process it belongs to; for a detached one, that started it
 * @since 0.1
 */
public record ContainerInfo(
        String id,
        String name,
        String root,
        Optional<String> image,
        List<String> command,
        ContainerState state,
        OptionalInt exitCode,
        Optional<String> termination,
        Instant created,
        Optional<Instant> started,
        Optional<Instant> finished,
        OptionalLong pid,
        Limits limits,
        List<String> mounts,
        Map<String, String> labels,
        boolean detached,
        long owner) {

    /** Creates a description. */
    public ContainerInfo {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(root, "root");
        Objects.requireNonNull(image, "image");
        command = List.copyOf(command);
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(exitCode, "exitCode");
        Objects.requireNonNull(termination, "termination");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(started, "started");
        Objects.requireNonNull(finished, "finished");
        Objects.requireNonNull(pid, "pid");
        Objects.requireNonNull(limits, "limits");
        mounts = List.copyOf(mounts);
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
