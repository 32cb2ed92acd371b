package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.Descriptor;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.image.ImageReference;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.image.PullListener;

import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;

/** Fetches from registries and their mirrors. May be used by several threads. */
public final class RegistryClient implements AutoCloseable {
    private final ImagesSpec spec;
    private final Http http;
    private final Endpoints endpoints;
    private final Registries registries;
    private final Manifests manifests;
    private final Retries retries;
    private final Fallback fallback;

    /** Fair: a large blob in parts keeps no other one waiting. */
    private final Semaphore connections;

    /**
     * @param spec which mirrors, credentials, certificates, limits and times
     * @param listener is told of retries
     */
    public RegistryClient(ImagesSpec spec, PullListener listener) {
        this(spec, listener, System.getenv(), Path.of(System.getProperty("user.home", "/")));
    }

    RegistryClient(
            ImagesSpec spec, PullListener listener, Map<String, String> environment, Path home) {
        this.spec = spec;
        SSLContext trust = Trust.context(spec.certificates());
        Listeners listeners = new Listeners(listener);
        fallback = new Fallback(listeners);
        retries = new Retries(listeners);
        http = new Http(trust, spec.timeout());
        endpoints = new Endpoints(spec, new LoopbackProbe(trust, spec.timeout()));
        registries =
                new Registries(
                        http,
                        new Authorizer(
                                new CredentialFinder(spec, environment, home),
                                new TokenService(http)));
        manifests = new Manifests(registries, spec.limits().document().bytes());
        connections = new Semaphore(spec.parallelism(), true);
    }

    /** Asks what a reference means, without fetching it where the registry allows. */
    public Resolved resolve(ImageReference reference) {
        String step = "resolve";
        return ofAny(reference, step, endpoint -> resolve(endpoint, reference, step));
    }

    private Resolved resolve(Endpoint endpoint, ImageReference reference, String step)
            throws Transient, InterruptedException {
        Optional<Resolved> told = manifests.head(endpoint, reference, step);
        if (told.isPresent()) {
            return told.get();
        }
        ManifestBytes fetched = manifests.get(endpoint, reference, step);
        return new Resolved(fetched.digest(), fetched.contentType(), fetched.bytes().length);
    }

    /** Fetches a manifest or an index: by its digest if the reference has one, else by its tag. */
    public ManifestBytes manifest(ImageReference reference) {
        String step = "fetch manifest";
        return ofAny(reference, step, endpoint -> manifests.get(endpoint, reference, step));
    }

    private interface Ask<T> {
        T of(Endpoint endpoint) throws Transient, InterruptedException;
    }

    private <T> T ofAny(ImageReference reference, String step, Ask<T> ask) {
        return fallback.first(
                endpoints.names(reference),
                name -> {
                    Endpoint endpoint = endpoints.find(name);
                    URI place = Manifests.place(endpoint, reference);
                    return retries.run(
                            step,
                            place,
                            attempts(name, reference),
                            () -> {
                                try {
                                    return ask.of(endpoint);
                                } catch (InterruptedException e) {
                                    throw Interrupted.during(Request.get(place));
                                }
                            });
                });
    }

    /**
     * Fetches a blob into an empty file, and verifies its size and digest.
     *
     * @param reference where it is: its registry and repository count
     * @param into open for reading and writing; an interrupt closes it
     */
    public void blob(
            ImageReference reference, Descriptor blob, FileChannel into, BlobProgress progress) {
        long most = spec.limits().layerSize().bytes();
        if (blob.size() > most) {
            throw new ImageException(
                    Kind.LIMIT_EXCEEDED,
                    "fetch blob",
                    blob.digest().toString(),
                    "it has " + blob.size() + " bytes; the limit is " + most,
                    "");
        }
        try {
            connections.acquire();
        } catch (InterruptedException e) {
            throw Interrupted.during(Request.get(endpoints.place(reference.registry())));
        }
        try {
            fetch(reference, blob, new BlobFile(into, blob, progress));
        } finally {
            connections.release();
        }
    }

    private void fetch(ImageReference reference, Descriptor blob, BlobFile file) {
        BlobFetch fetch =
                new BlobFetch(
                        file,
                        blob.size(),
                        spec.parallelism() > 1,
                        retries,
                        connections,
                        http.threads());
        fallback.first(
                sources(reference, blob),
                source -> {
                    fetch.verified(source.get());
                    return true;
                });
    }

    /** The mirrors, the registry, and where else the manifest says that it is. */
    private List<Supplier<Source>> sources(ImageReference reference, Descriptor blob) {
        List<Supplier<Source>> sources = new ArrayList<>();
        for (String name : endpoints.names(reference)) {
            sources.add(() ->
                    registries.blob(
                            endpoints.find(name),
                            reference.repository(),
                            blob.digest().toString(),
                            attempts(name, reference)));
        }
        for (String url : blob.urls()) {
            Addresses.web(url)
                    .ifPresent(
                            web -> sources.add(() -> registries.elsewhere(web, spec.attempts())));
        }
        return sources;
    }

    /** Beside a mirror there is another place to ask. */
    private int attempts(String name, ImageReference reference) {
        return name.equals(reference.registry()) ? spec.attempts() : 1;
    }

    /** Ends what is still being fetched. */
    @Override
    public void close() {
        retries.close();
        http.close();
    }
}
