package io.bailey.sandbox.linux.image.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Asks a server of this host whether it speaks TLS. */
final class LoopbackProbe {
    /** Here a server answers at once, or waits for a request in plain text. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final SSLContext trust;
    private final int patience;

    LoopbackProbe(SSLContext trust, Duration timeout) {
        this.trust = trust;
        Duration least = timeout.compareTo(PATIENCE) < 0 ? timeout : PATIENCE;
        this.patience = Math.max(1, (int) least.toMillis());
    }

    /** True if it does, be its certificate trusted or not; false too if nobody is there. */
    boolean speaksTls(URI https) {
        int port = https.getPort() < 0 ? 443 : https.getPort();
        String host = https.getHost().replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), patience);
            socket.setSoTimeout(patience);
            return shakesHands(socket, host, port);
        } catch (IOException nobody) {
            return false;
        }
    }

    private boolean shakesHands(Socket socket, String host, int port) throws IOException {
        try (SSLSocket tls =
                (SSLSocket) trust.getSocketFactory().createSocket(socket, host, port, true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return true;
        } catch (SSLException e) {
            return Failures.tlsAnswers(e);
        }
    }
}
