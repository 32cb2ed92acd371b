package io.bailey.sandbox.linux.image.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.image.Credentials;
import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.document.Json;
import io.bailey.sandbox.linux.image.document.JsonValue;
import io.bailey.sandbox.linux.image.document.Quoted;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A program {@code docker-credential-…} that keeps secrets: it is given a server's address on its
 * input and gives JSON.
 *
 * @param prefix how the names of all of them begin
 * @param name how this one's ends
 */
record CredentialHelper(String prefix, String name, Duration patience) {
    private static final String PREFIX = "docker-credential-";
    private static final int LONGEST = 64 << 10;

    /** The name comes out of a file; it is a part of a program's name and no path. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    /** What helpers print, and exit with 1, if they have nothing of a server. */
    private static final String NOTHING = "credentials not found";

    CredentialHelper(String name, Duration patience) {
        this(PREFIX, name, patience);
    }

    Optional<Credentials> get(String server) {
        if (!NAME.matcher(name).matches()) {
            throw failure("its name " + Quoted.text(name) + " is no part of a program's name");
        }
        Process helper = start();
        try {
            CompletableFuture<byte[]> output = new CompletableFuture<>();
            Thread.ofVirtual()
                    .name("bailey-credential-helper")
                    .start(() -> converse(helper, server, output));
            byte[] answer = output.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return helper.waitFor() == 0 ? read(answer) : none(answer);
        } catch (TimeoutException e) {
            throw failure("it gave no answer within " + patience);
        } catch (ExecutionException e) {
            throw failure("it cannot be spoken to");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, "ask", program(), "interrupted", "");
        } finally {
            helper.destroyForcibly();
        }
    }

    private Process start() {
        try {
            return new ProcessBuilder(program(), "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw failure("it cannot be started");
        }
    }

    private static void converse(Process helper, String server, CompletableFuture<byte[]> output) {
        try (InputStream out = helper.getInputStream()) {
            tell(helper, server);
            output.complete(out.readNBytes(LONGEST));
        } catch (IOException e) {
            output.completeExceptionally(e);
        }
    }

    /** One that does not want to know has ended already, or will: what it says counts. */
    private static void tell(Process helper, String server) {
        try (OutputStream in = helper.getOutputStream()) {
            in.write((server + "\n").getBytes(UTF_8));
        } catch (IOException unread) {
            // EPIPE.
        }
    }

    private Optional<Credentials> read(byte[] answer) {
        JsonValue root = Json.parseSecret(answer, "answer of " + program());
        String user = root.text("Username").orElse("");
        String secret = root.text("Secret").orElse("");
        return user.isEmpty() && secret.isEmpty()
                ? Optional.empty()
                : Optional.of(new Credentials(user, secret));
    }

    private Optional<Credentials> none(byte[] answer) {
        if (new String(answer, UTF_8).contains(NOTHING)) {
            return Optional.empty();
        }
        // What it printed may be anything, a secret too.
        throw failure("it failed");
    }

    private String program() {
        return prefix + name;
    }

    private ImageException failure(String reason) {
        return new ImageException(
                Kind.UNAUTHORIZED,
                "ask",
                "credential helper",
                reason,
                "see to it that "
                        + Quoted.text(program())
                        + " is on the PATH and works, or take it out of the file");
    }
}
