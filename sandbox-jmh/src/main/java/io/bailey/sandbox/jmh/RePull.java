package io.bailey.sandbox.jmh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.bailey.sandbox.image.Image;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.jmh.report.Results;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** To pull what is here already: one HEAD, and a look at what the store has. */
final class RePull {
    private static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final int LAYERS = 20;
    private static final double ASKED_MILLIS = 5;

    private final LoopDisk disk;
    private final Workbench bench;
    private final PrintStream out;
    private final int rounds;
    private final Results results;

    RePull(LoopDisk disk, Workbench bench, PrintStream out, int rounds, Results results) {
        this.disk = disk;
        this.bench = bench;
        this.out = out;
        this.rounds = rounds;
        this.results = results;
    }

    void print(Figures figures) throws IOException, InterruptedException {
        TestImage image =
                TinyLayers.write(
                        disk.directory().resolve("images/repull"), bench.program(), LAYERS);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (ExecutorService threads = Executors.newCachedThreadPool();
                HttpClient client = HttpClient.newHttpClient()) {
            server.setExecutor(threads);
            server.createContext("/v2/", exchange -> answer(exchange, image));
            server.start();
            String host = "127.0.0.1:" + server.getAddress().getPort();
            measure(host, client, figures);
        } finally {
            server.stop(0);
        }
    }

    private void measure(String host, HttpClient client, Figures figures)
            throws IOException, InterruptedException {
        String name = host + "/bench:1";
        HttpRequest head =
                HttpRequest.newBuilder(URI.create("http://" + host + "/v2/bench/manifests/1"))
                        .HEAD()
                        .build();
        Sample round = new Sample();
        Sample pull = new Sample();
        try (Images images =
                Images.builder()
                        .store(disk.directory().resolve("store-repull"))
                        .insecure(host)
                        .authFiles()
                        .sync(false)
                        .open()) {
            Image first = images.pull(name);
            for (int i = -rounds; i < rounds; i++) {
                long began = System.nanoTime();
                client.send(head, HttpResponse.BodyHandlers.discarding());
                long middle = System.nanoTime();
                Image again = images.pull(name);
                long ended = System.nanoTime();
                if (!again.digest().equals(first.digest())) {
                    throw new IOException("another image");
                }
                if (i >= 0) {
                    round.add(middle - began);
                    pull.add(ended - middle);
                }
            }
        }
        round.report(results, "pull with everything present", "HEAD of the manifest");
        pull.report(results, "pull with everything present", "pull, " + LAYERS + " layers");
        double beyond = pull.median() - round.median();
        out.printf(
                Locale.ROOT,
                "%n### A pull with everything present: milliseconds, %d rounds in turns%n%n"
                        + "| what | p50 | p99 | min |%n| --- | --- | --- | --- |%n"
                        + "| HEAD of the manifest, no more | %s |%n| pull, %d layers | %s |%n%n"
                        + "- beyond the HEAD: %.2f ms%n",
                rounds,
                round.cells(),
                LAYERS,
                pull.cells(),
                beyond);
        figures.atMost("ms of a pull beyond its HEAD", beyond, ASKED_MILLIS, ASKED_MILLIS * 4);
    }

    /** A registry with one image, whose name and tag do not matter. */
    private static void answer(HttpExchange exchange, TestImage image) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String last = path.substring(path.lastIndexOf('/') + 1);
            if (last.isEmpty()) {
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            String hex = last.startsWith("sha256:") ? last.substring(7) : image.manifest();
            Path blob = image.layout().resolve("blobs/sha256").resolve(hex);
            boolean manifest = path.contains("/manifests/");
            exchange.getResponseHeaders()
                    .set("Content-Type", manifest ? OCI_MANIFEST : "application/octet-stream");
            exchange.getResponseHeaders().set("Docker-Content-Digest", "sha256:" + hex);
            long size = Files.size(blob);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, size);
            try (OutputStream body = exchange.getResponseBody()) {
                Files.copy(blob, body);
            }
        }
    }
}
