package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.document.Quoted;

import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;

/**
 * Requests over HTTP/1.1. Not HTTP/2: there all blobs of a registry, and all parts of a blob, share
 * one connection, hence one congestion window and one fate when it is cut.
 */
final class Http implements AutoCloseable {
    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final String AGENT = "bailey";

    private final Duration silence;
    private final ExecutorService threads;
    private final HttpClient client;
    private volatile boolean closed;

    Http(SSLContext trust, Duration silence) {
        this.silence = silence;
        threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("bailey-registry-", 0).factory());
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        // By hand, because of what must not go along.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(ProxySelector.getDefault())
                        .connectTimeout(silence)
                        .sslContext(trust)
                        .executor(threads)
                        .build();
    }

    /** Where work may be done besides. */
    ExecutorService threads() {
        return threads;
    }

    /** Sends a request, and again to where the answers send it. */
    Answer follow(Request request, Ongoing ongoing) throws Transient {
        Request now = request;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            Answer answer = send(now, ongoing, silence);
            if (!REDIRECTS.contains(answer.status()) || request.form().isPresent()) {
                return answer;
            }
            URI next = next(answer);
            try {
                answer.discard();
            } catch (InterruptedException e) {
                throw Interrupted.during(now);
            }
            now = now.at(next);
        }
        throw refused(request, "it was sent on more than " + MOST_REDIRECTS + " times", "");
    }

    private static URI next(Answer answer) {
        String location = answer.header("Location");
        Optional<URI> next = Addresses.web(answer.uri(), location);
        if (next.isEmpty()) {
            answer.close();
            throw refused(
                    Request.get(answer.uri()),
                    "it is sent on to what is no address: "
                            + Quoted.text(location.split("[?#]", 2)[0]),
                    "");
        }
        if (Addresses.isSafe(answer.uri()) && !Addresses.isSafe(next.get())) {
            answer.close();
            throw refused(
                    Request.get(answer.uri()),
                    "it is sent on from https to " + Shown.url(next.get()),
                    "");
        }
        return next.get();
    }

    /** Sends one request. */
    Answer send(Request request, Ongoing ongoing, Duration limit) throws Transient {
        HttpRequest built = built(request, limit);
        CompletableFuture<HttpResponse<TimedBody>> sent =
                client.sendAsync(built, _ -> new TimedBody(silence));
        Runnable ending = () -> sent.cancel(true);
        ongoing.add(ending);
        try {
            HttpResponse<TimedBody> response = sent.get();
            // Bodies of a moment need no ending of their own: their waits are short.
            return new Answer(
                    request.uri(), response.statusCode(), response.headers(), response.body());
        } catch (InterruptedException e) {
            abandon(sent);
            throw Interrupted.during(request);
        } catch (CancellationException e) {
            abandon(sent);
            throw closed ? Interrupted.closed(request) : Interrupted.givenUp(request.uri());
        } catch (ExecutionException e) {
            throw failed(request, e.getCause() == null ? e : e.getCause());
        } finally {
            ongoing.remove(ending);
        }
    }

    /** An answer that comes all the same is closed. */
    private static void abandon(CompletableFuture<HttpResponse<TimedBody>> sent) {
        sent.cancel(true);
        CompletableFuture<Void> _ = sent.thenAccept(response -> response.body().close());
    }

    /** A failure beneath HTTP, as what it means. */
    Transient failed(Request request, Throwable failure) {
        if (closed) {
            throw Interrupted.closed(request);
        }
        return Failures.beneath(request, failure);
    }

    private static HttpRequest built(Request request, Duration limit) {
        try {
            HttpRequest.Builder builder =
                    HttpRequest.newBuilder(request.uri())
                            .timeout(limit)
                            .header("User-Agent", AGENT)
                            .method(request.method(), body(request));
            request.headers().forEach(builder::setHeader);
            request.authorization().ifPresent(a -> builder.setHeader("Authorization", a));
            return builder.build();
        } catch (IllegalArgumentException e) {
            // Java takes no address whose host has an underscore, for one.
            throw refused(request, "it is no address that can be asked", "");
        }
    }

    private static BodyPublisher body(Request request) {
        return request.form().map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody);
    }

    static ImageException refused(Request request, String reason, String fix) {
        return new ImageException(Kind.UNREACHABLE, "fetch", Shown.url(request.uri()), reason, fix);
    }

    /** Ends everything at once. */
    @Override
    public void close() {
        closed = true;
        client.shutdownNow();
        threads.shutdown();
    }
}
