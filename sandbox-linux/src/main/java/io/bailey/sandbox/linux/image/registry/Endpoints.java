package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds out where a registry is, and whether it speaks TLS. */
final class Endpoints {
    /** {@code docker.io} is a name only: normalize.go and docker's registry/config.go. */
    private static final Map<String, String> HOSTS = Map.of("docker.io", "registry-1.docker.io");

    private final ImagesSpec spec;
    private final LoopbackProbe probe;
    private final Map<String, Endpoint> known = new ConcurrentHashMap<>();

    Endpoints(ImagesSpec spec, LoopbackProbe probe) {
        this.spec = spec;
        this.probe = probe;
    }

    /** The names of the mirrors of a reference's registry and of itself, in order. */
    List<String> names(ImageReference reference) {
        List<String> names =
                new ArrayList<>(spec.mirrors().getOrDefault(reference.registry(), List.of()));
        names.add(reference.registry());
        return names;
    }

    Endpoint find(String name) {
        Endpoint found = known.get(name);
        if (found == null) {
            String host = HOSTS.getOrDefault(name, name);
            found = new Endpoint(name, base(scheme(name, host), host));
            known.put(name, found);
        }
        return found;
    }

    /** What to name in messages before it is known. */
    URI place(String name) {
        return base("https", HOSTS.getOrDefault(name, name));
    }

    private String scheme(String name, String host) {
        if (spec.insecure().contains(name)) {
            return "http";
        }
        // Nobody listens in on the way to it.
        return Addresses.isLoopback(host) && !probe.speaksTls(base("https", host))
                ? "http"
                : "https";
    }

    private static URI base(String scheme, String host) {
        try {
            URI base = new URI(scheme + "://" + host).parseServerAuthority();
            if (base.getPort() > 65_535) {
                throw new URISyntaxException(host, "there are 65,535 ports");
            }
            return base;
        } catch (URISyntaxException e) {
            throw new ImageException(
                    Kind.INVALID_REFERENCE, "find registry", host, e.getReason(), "", e);
        }
    }
}
