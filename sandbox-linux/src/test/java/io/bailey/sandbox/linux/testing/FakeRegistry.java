package io.bailey.sandbox.linux.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Digest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLContext;

/**
 * A registry that serves what it is given, and misbehaves as it is told: an HTTP/1.1 server of
 * sockets, on a loopback port of its own. Remembers every request.
 */
public final class FakeRegistry implements AutoCloseable {

    /** A request. Names of headers are in lower case. */
    public record Call(String method, String target, Map<String, String> headers, String body) {
        /** The target without its query. */
        public String path() {
            return target.split("\\?", 2)[0];
        }

        /** A header, or "". */
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** Answers one request. */
    @FunctionalInterface
    public interface Handler {
        void answer(Call call, Wire wire) throws IOException;
    }

    /** The way back. */
    public static final class Wire {
        private final OutputStream out;
        private boolean cut;

        private Wire(OutputStream out) {
            this.out = out;
        }

        /** A whole answer. Headers are {@code "Name: value"}. */
        public void send(int status, byte[] body, String... headers) throws IOException {
            head(status, body.length, headers);
            raw(body);
        }

        /** The head of an answer that has {@code length} bytes to follow; −1 for no length. */
        public void head(int status, long length, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " x\r\n");
            if (length >= 0) {
                head.append("Content-Length: ").append(length).append("\r\n");
            }
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            raw(head.append("\r\n").toString().getBytes(ISO_8859_1));
        }

        /** Bytes as they are. */
        public void raw(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Ends the connection after this. */
        public void cut() {
            cut = true;
        }
    }

    private final ServerSocket server;
    private final String scheme;
    private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
    private final Map<String, String> types = new ConcurrentHashMap<>();
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final Map<String, Deque<Handler>> once = new ConcurrentHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private final Set<Socket> sockets = new HashSet<>();
    private volatile Handler before = (call, wire) -> {};

    private FakeRegistry(ServerSocket server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        Thread.ofVirtual().name("fake-registry").start(this::accept);
    }

    /** In plain text. */
    public static FakeRegistry start() throws IOException {
        return new FakeRegistry(new ServerSocket(0, 50, loopback()), "http");
    }

    /** With TLS. */
    public static FakeRegistry start(SSLContext tls) throws IOException {
        return new FakeRegistry(
                tls.getServerSocketFactory().createServerSocket(0, 50, loopback()), "https");
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** {@code 127.0.0.1:port}. */
    public String name() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** {@code http://127.0.0.1:port}. */
    public String url() {
        return scheme + "://" + name();
    }

    /** Serves a blob. */
    public Digest blob(String repository, byte[] bytes) {
        Digest digest = Digest.sha256(bytes);
        serve("/v2/" + repository + "/blobs/" + digest, bytes, "application/octet-stream");
        return digest;
    }

    /** Serves a manifest by its tag and its digest. */
    public Digest manifest(String repository, String tag, byte[] bytes, String type) {
        Digest digest = Digest.sha256(bytes);
        serve("/v2/" + repository + "/manifests/" + digest, bytes, type);
        serve("/v2/" + repository + "/manifests/" + tag, bytes, type);
        return digest;
    }

    /** Serves bytes anywhere. */
    public void serve(String path, byte[] bytes, String type) {
        contents.put(path, bytes);
        types.put(path, type);
    }

    /** Answers a path in a way of its own, always. */
    public void on(String path, Handler handler) {
        handlers.put(path, handler);
    }

    /** Answers the next requests of a path in ways of their own. */
    public void next(String path, Handler... handler) {
        once.computeIfAbsent(path, _ -> new ArrayDeque<>()).addAll(Arrays.asList(handler));
    }

    /** Looks at every request first; what it answers is the answer. */
    public void before(Handler handler) {
        before = handler;
    }

    /** All requests so far. */
    public List<Call> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** Those for a path. */
    public List<Call> calls(String path) {
        return calls().stream().filter(call -> call.path().equals(path)).toList();
    }

    /** How many GETs of a blob there were, whole or in part. */
    public long downloads(Digest blob) {
        return calls().stream()
                .filter(call -> call.method().equals("GET"))
                .filter(call -> call.path().endsWith("/blobs/" + blob))
                .count();
    }

    /** The usual answer: content with its digest and its parts, or 404. */
    public void usual(Call call, Wire wire) throws IOException {
        byte[] content = contents.get(call.path());
        if (call.path().equals("/v2/")) {
            wire.send(200, new byte[0]);
        } else if (content == null) {
            wire.send(
                    404,
                    "{\"errors\":[{\"code\":\"NOT_FOUND\",\"message\":\"none\"}]}".getBytes(UTF_8));
        } else {
            content(call, wire, content);
        }
    }

    private void content(Call call, Wire wire, byte[] content) throws IOException {
        String type = "Content-Type: " + types.get(call.path());
        String digest = "Docker-Content-Digest: " + Digest.sha256(content);
        String range = call.header("range");
        if (call.method().equals("HEAD")) {
            wire.head(200, content.length, type, digest);
        } else if (range.isEmpty()) {
            wire.send(200, content, type, digest);
        } else {
            String[] ends = range.replace("bytes=", "").split("-", 2);
            int from = Integer.parseInt(ends[0]);
            int to = ends[1].isEmpty() ? content.length - 1 : Integer.parseInt(ends[1]);
            if (from >= content.length) {
                wire.send(416, new byte[0]);
                return;
            }
            wire.send(
                    206,
                    Arrays.copyOfRange(content, from, Math.min(to + 1, content.length)),
                    type,
                    "Content-Range: bytes " + from + "-" + to + "/" + content.length);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                Thread.ofVirtual().name("fake-connection").start(() -> converse(socket));
            }
        } catch (IOException closed) {
            // That was all.
        }
    }

    private void converse(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream()) {
            Wire wire = new Wire(out);
            while (!wire.cut) {
                String request = line(in);
                if (request.isEmpty()) {
                    return;
                }
                answer(read(request, in), wire, out);
            }
        } catch (IOException gone) {
            // The client has left, or this is being closed.
        } finally {
            synchronized (sockets) {
                sockets.remove(socket);
            }
        }
    }

    private void answer(Call call, Wire wire, OutputStream out) throws IOException {
        synchronized (calls) {
            calls.add(call);
        }
        Counted counted = new Counted(out);
        Wire first = new Wire(counted);
        before.answer(call, first);
        wire.cut = first.cut;
        if (counted.any || first.cut) {
            return;
        }
        Deque<Handler> special = once.get(call.path());
        Handler next = null;
        if (special != null) {
            synchronized (special) {
                next = special.poll();
            }
        }
        if (next == null) {
            next = handlers.getOrDefault(call.path(), this::usual);
        }
        next.answer(call, wire);
    }

    private static final class Counted extends OutputStream {
        private final OutputStream out;
        private boolean any;

        Counted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            any = true;
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            any = true;
            out.write(bytes, from, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }

    private static Call read(String request, InputStream in) throws IOException {
        String[] parts = request.split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            String[] header = line.split(":", 2);
            headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), UTF_8);
        return new Call(parts[0], parts[1], Map.copyOf(headers), body);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
            if (line.length() > 64 << 10 || line.length() == 1 && b == 0x16) {
                throw new IOException("no line of HTTP");
            }
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (sockets) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
