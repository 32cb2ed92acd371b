package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.User;
import io.bailey.sandbox.WritableRoot;
import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.ImageConfig;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What an image says of how it wants to be run, where the caller says nothing. */
final class ImageDefaults {
    private ImageDefaults() {}

    static SandboxSpec of(SandboxSpec spec) {
        return spec.rootfs() instanceof Image image ? with(spec, image) : spec;
    }

    private static SandboxSpec with(SandboxSpec spec, Image image) {
        ImageConfig config = image.config();
        Map<String, String> environment = new LinkedHashMap<>(config.environment());
        environment.putAll(spec.environment());
        return said(
                image,
                () ->
                        new SandboxSpec(
                                spec.rootfs(),
                                spec.writableRoot(),
                                spec.writableRootSize(),
                                spec.writableLayer(),
                                spec.rootChange(),
                                spec.limits(),
                                spec.rlimits(),
                                spec.timeout(),
                                spec.cpuTime(),
                                spec.outputLimit(),
                                mounts(spec, config),
                                environment,
                                spec.workdir()
                                        .or(() ->
                                                config.workingDirectory()
                                                        .map(ImageDefaults::clean)),
                                spec.user().or(() -> config.user().map(User::parse)),
                                spec.hostname(),
                                spec.network(),
                                spec.namespaces(),
                                spec.timeOffsets(),
                                spec.idMap(),
                                spec.enforcement(),
                                spec.init(),
                                spec.security(),
                                spec.name(),
                                spec.labels(),
                                spec.cgroupParent(),
                                spec.logs(),
                                spec.listeners()));
    }

    /** What is wrong now is the image's fault: the spec was sound. */
    private static SandboxSpec said(Image image, Supplier<SandboxSpec> spec) {
        try {
            return spec.get();
        } catch (SandboxConfigException wrong) {
            throw new SandboxConfigException(
                    "the config of image " + image + ": " + wrong.getMessage());
        }
    }

    /**
     * Where the root can be written to, so can its volumes, and what is there is thrown away with
     * the rest; where it cannot, they get something of their own to write to.
     */
    private static List<Mount> mounts(SandboxSpec spec, ImageConfig config) {
        if (spec.writableRoot() != WritableRoot.READ_ONLY) {
            return spec.mounts();
        }
        List<Mount> mounts = new ArrayList<>();
        for (String volume : config.volumes()) {
            String target = clean(volume);
            boolean taken =
                    target.equals("/")
                            || spec.mounts().stream().anyMatch(m -> m.target().equals(target))
                            || mounts.stream().anyMatch(m -> m.target().equals(target));
            if (!taken) {
                mounts.add(Mount.tmpfs(target, MemorySize.of(spec.writableRootSize().bytes())));
            }
        }
        // The caller's lie over them, not under.
        mounts.addAll(spec.mounts());
        return mounts;
    }

    /** Absolute, with one spelling only; from "/" no ".." leads anywhere. */
    static String clean(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                var _ = Optional.ofNullable(parts.pollLast());
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }
}
