package io.bailey.sandbox.linux.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Debian's {@code docker-registry} on a loopback port of its own, with its own directory; both are
 * gone when it is closed. A test requires {@link #PROGRAM} first.
 */
public final class DockerRegistry implements AutoCloseable {
    /** Where Debian has it. */
    public static final String PROGRAM = "/usr/bin/docker-registry";

    private static final Pattern LISTENING = Pattern.compile("listening on [^:]+:(\\d+)");

    /** How it is to be reached. */
    public static final class Options {
        private Optional<TestCertificate> tls = Optional.empty();
        private Optional<String> user = Optional.empty();
        private String password = "";
        private String auth = "";

        /** With TLS. */
        public Options tls(TestCertificate certificate) {
            tls = Optional.of(certificate);
            return this;
        }

        /** With Basic authentication: needs {@code htpasswd}. */
        public Options basic(String name, String secret) {
            user = Optional.of(name);
            password = secret;
            return this;
        }

        /** With bearer tokens that {@code certificate} signs. */
        public Options tokens(String realm, String service, String issuer, Path certificate) {
            auth =
                    "auth:\n  token:\n    realm: "
                            + realm
                            + "\n    service: "
                            + service
                            + "\n    issuer: "
                            + issuer
                            + "\n    rootcertbundle: "
                            + certificate
                            + "\n";
            return this;
        }
    }

    private final Path directory;
    private final Process process;
    private final Thread reader;
    private final int port;
    private final Options options;
    private final HttpClient client;
    private String authorization = "";

    private DockerRegistry(Path directory, Process process, Options options)
            throws IOException, GeneralSecurityException {
        this.directory = directory;
        this.process = process;
        this.options = options;
        BufferedReader log = process.errorReader();
        port = port(log);
        // Its log must be read, or it stops.
        reader = Thread.ofVirtual().name("docker-registry-log").start(() -> drain(log));
        client = client(options);
        options.user.ifPresent(user ->
                authorization =
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                (user + ":" + options.password).getBytes(UTF_8)));
    }

    /** In plain text, for everyone. */
    public static DockerRegistry start() throws IOException {
        return start(new Options());
    }

    /** As the options say. */
    public static DockerRegistry start(Options options) throws IOException {
        Path directory = Files.createTempDirectory("docker-registry");
        try {
            Path config = directory.resolve("config.yml");
            Files.writeString(config, config(directory, options));
            Process process =
                    new ProcessBuilder(PROGRAM, "serve", config.toString())
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                return new DockerRegistry(directory, process, options);
            } catch (IOException | GeneralSecurityException e) {
                process.destroyForcibly();
                throw new IOException("docker-registry did not start", e);
            }
        } catch (IOException e) {
            delete(directory);
            throw e;
        }
    }

    private static String config(Path directory, Options options) throws IOException {
        StringBuilder config = new StringBuilder("version: 0.1\nlog:\n  level: info\n");
        config.append("storage:\n  filesystem:\n    rootdirectory: ").append(directory);
        config.append("/data\n  delete:\n    enabled: true\n").append(options.auth);
        if (options.user.isPresent()) {
            Path users = Files.writeString(directory.resolve("htpasswd"), htpasswd(options));
            config.append("auth:\n  htpasswd:\n    realm: test\n    path: ").append(users);
            config.append('\n');
        }
        config.append("http:\n  addr: 127.0.0.1:0\n  secret: test\n");
        options.tls.ifPresent(tls ->
                config.append("  tls:\n    certificate: ")
                        .append(tls.pem())
                        .append("\n    key: ")
                        .append(tls.keyPem())
                        .append('\n'));
        return config.toString();
    }

    private static String htpasswd(Options options) throws IOException {
        Process process =
                new ProcessBuilder("htpasswd", "-niB", options.user.orElseThrow()).start();
        process.getOutputStream().write(options.password.getBytes(UTF_8));
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    private static int port(BufferedReader log) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            said.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
        }
        throw new IOException(said.toString());
    }

    private static void drain(BufferedReader log) {
        try {
            while (log.readLine() != null) {}
        } catch (IOException ended) {
            // With the process.
        }
    }

    private static HttpClient client(Options options) throws IOException, GeneralSecurityException {
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (options.tls.isPresent()) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("test", options.tls.get().certificate());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            builder.sslContext(context);
        }
        return builder.build();
    }

    /** {@code 127.0.0.1:port}. */
    public String name() {
        return "127.0.0.1:" + port;
    }

    /** {@code http://127.0.0.1:port}. */
    public String url() {
        return (options.tls.isPresent() ? "https://" : "http://") + name();
    }

    /** Where it keeps everything. */
    public Path directory() {
        return directory;
    }

    /** What pushes are told: {@code Bearer …}. */
    public DockerRegistry pushWith(String header) {
        authorization = header;
        return this;
    }

    /** Puts a blob there. */
    public Digest pushBlob(String repository, byte[] bytes)
            throws IOException, InterruptedException {
        Digest digest = Digest.sha256(bytes);
        HttpResponse<String> begun =
                send(
                        "POST",
                        URI.create(url() + "/v2/" + repository + "/blobs/uploads/"),
                        new byte[0],
                        "");
        String location = begun.headers().firstValue("Location").orElseThrow();
        URI upload = URI.create(url()).resolve(location);
        String separator = upload.getRawQuery() == null ? "?" : "&";
        send(
                "PUT",
                URI.create(upload + separator + "digest=" + digest),
                bytes,
                "application/octet-stream");
        return digest;
    }

    /** Puts a manifest or an index there. */
    public Digest pushManifest(String repository, String tag, byte[] bytes, String type)
            throws IOException, InterruptedException {
        send("PUT", URI.create(url() + "/v2/" + repository + "/manifests/" + tag), bytes, type);
        return Digest.sha256(bytes);
    }

    private HttpResponse<String> send(String method, URI uri, byte[] body, String type)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofByteArray(body));
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(
                    method + " " + uri + ": " + response.statusCode() + response.body());
        }
        return response;
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            reader.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> paths = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }
}
