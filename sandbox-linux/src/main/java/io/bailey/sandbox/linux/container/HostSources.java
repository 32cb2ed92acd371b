package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.linux.mount.TreeSource;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How the sources of one sandbox are to be reached on the host. A source is resolved at each start,
 * for hosts replace files and flip links. But where the way to it leads through a directory that
 * the sandbox writes to, the command of an earlier start may have put a link there that leads
 * anywhere: from that directory on no link is followed.
 */
final class HostSources {
    /** The directories written to: the real path, and the one that the caller named. */
    private final Map<Path, Path> writable = new LinkedHashMap<>();

    private final Map<Path, TreeSource.HostPath> ways = new HashMap<>();

    private HostSources() {}

    /**
     * @throws SandboxConfigException if one is reached by a link that the sandbox could replace
     */
    static HostSources of(SandboxSpec spec) {
        HostSources sources = new HostSources();
        List<Mount.Bind> binds =
                spec.mounts().stream()
                        .filter(Mount.Bind.class::isInstance)
                        .map(Mount.Bind.class::cast)
                        .toList();
        binds.stream()
                .filter(bind -> !bind.readOnly())
                .forEach(bind -> sources.write(bind.source()));
        if (spec.rootfs() instanceof Rootfs.Directory(var path)) {
            if (spec.writableRoot() == WritableRoot.DIRECT) {
                sources.write(path);
            }
            sources.ways.put(path, sources.survey("rootfs", path));
        }
        for (Mount.Bind bind : binds) {
            TreeSource.HostPath way = sources.survey("mount source", bind.source());
            if (bind.readOnly() && !way.beneath().isEmpty()) {
                requireOwnMounts(spec, bind, way);
            }
            sources.ways.put(bind.source(), way);
        }
        return sources;
    }

    /** Landlock allows what is beneath with the directory, and takes nothing back. */
    private static void requireOwnMounts(
            SandboxSpec spec, Mount.Bind bind, TreeSource.HostPath way) {
        if (!spec.namespaces().contains(Namespace.MOUNT)) {
            throw new SandboxConfigException(
                    "mount source "
                            + bind.source()
                            + " cannot be read-only in place: it lies beneath "
                            + way.path()
                            + ", which the sandbox may write to; mount it elsewhere with isolation FULL, or name the"
                            + " writable directories beside it one by one");
        }
    }

    private void write(Path source) {
        writable.putIfAbsent(HostWalk.to(source).end(), source);
    }

    /** The way to {@code source}, one of the spec. */
    TreeSource.HostPath way(Path source) {
        return Objects.requireNonNull(ways.get(source));
    }

    private TreeSource.HostPath survey(String what, Path source) {
        if (writable.isEmpty()) {
            return new TreeSource.HostPath(source.toString());
        }
        HostWalk walk = HostWalk.to(source);
        return above(walk)
                .map(real -> beneath(what, source, real, walk))
                .orElseGet(() -> new TreeSource.HostPath(source.toString()));
    }

    /** The first directory on the way that is written to. */
    private Optional<Path> above(HostWalk walk) {
        return walk.steps().stream()
                .flatMap(step -> writable.keySet().stream().filter(step.directory()::startsWith))
                .findFirst();
    }

    private TreeSource.HostPath beneath(String what, Path source, Path real, HostWalk walk) {
        walk.steps().stream()
                .filter(step -> step.link() && step.directory().startsWith(real))
                .findFirst()
                .ifPresent(step -> refuse(what, source, real, step.path()));
        if (!walk.end().startsWith(real)) {
            refuse(what, source, real, real);
        }
        return new TreeSource.HostPath(
                Objects.requireNonNull(writable.get(real)).toString(),
                real.relativize(walk.end()).toString());
    }

    private static void refuse(String what, Path source, Path real, Path link) {
        throw new SandboxConfigException(
                what
                        + " "
                        + source
                        + " leads through "
                        + link
                        + ", which this sandbox could lead elsewhere: it may write to "
                        + real
                        + "; name the path that is meant, without a link beneath that directory");
    }
}
