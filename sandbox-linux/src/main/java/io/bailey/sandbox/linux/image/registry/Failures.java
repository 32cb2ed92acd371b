package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;
import io.bailey.sandbox.linux.image.document.Quoted;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What failed, as kinds: what may be tried again, and what is final. */
final class Failures {
    private static final Set<Integer> AGAIN = Set.of(408, 429, 500, 502, 503, 504);
    private static final int MOST_BODY = 64 << 10;

    private Failures() {}

    /** Is it a failure of a server that has TLS? */
    static boolean tlsAnswers(Throwable failure) {
        return hasCause(failure, GeneralSecurityException.class)
                || (failure instanceof SSLHandshakeException
                        && String.valueOf(failure.getMessage()).contains("fatal alert"));
    }

    /** No answer. */
    static Transient beneath(Request request, Throwable failure) {
        if (failure instanceof HttpTimeoutException late) {
            return Transient.unreachable("no answer in time: " + words(late));
        }
        if (hasCause(failure, UnresolvedAddressException.class)) {
            return Transient.unreachable("there is no host " + Shown.authority(request.uri()));
        }
        if (failure instanceof ConnectException) {
            return Transient.unreachable("it cannot be connected to: " + words(failure));
        }
        if (failure instanceof SSLException tls && !hasCause(failure, EOFException.class)) {
            throw ofTls(request, tls);
        }
        return Transient.unreachable("the connection broke: " + words(failure));
    }

    private static ImageException ofTls(Request request, SSLException tls) {
        String host = Shown.authority(request.uri());
        String message = String.valueOf(tls.getMessage());
        if (message.contains("Unsupported or unrecognized SSL message")) {
            return Http.refused(
                    request,
                    "it speaks no TLS",
                    "if it must be so, allow it: Images.builder().insecure(\"" + host + "\")");
        }
        if (hasCause(tls, GeneralSecurityException.class)) {
            return Http.refused(
                    request,
                    "its certificate is not trusted: " + words(tls),
                    "Images.builder().certificate(file) with the certificate of its authority,"
                            + " and the name that the certificate is for");
        }
        return Http.refused(request, "TLS failed: " + words(tls), "");
    }

    /**
     * An answer that is none to what was asked. Closes it.
     *
     * @param unauthorized what to do about missing permission
     */
    static Transient answered(Answer answer, String step, String unauthorized)
            throws InterruptedException {
        int status = answer.status();
        String reason = status + said(answer);
        if (AGAIN.contains(status)) {
            Optional<Duration> after =
                    RetryAfter.parse(answer.header("Retry-After"), Clock.systemUTC());
            String fix = status == 429 ? "wait, or log in: many registries allow more then" : "";
            return new Transient(Kind.UNREACHABLE, reason, fix, after);
        }
        String subject = Shown.url(answer.uri());
        throw switch (status) {
            case 401, 403 ->
                    new ImageException(Kind.UNAUTHORIZED, step, subject, reason, unauthorized);
            case 404 -> new ImageException(Kind.NOT_FOUND, step, subject, reason, "");
            default -> new ImageException(Kind.UNREACHABLE, step, subject, reason, "");
        };
    }

    /** The registry's own words, if there are any. */
    private static String said(Answer answer) throws InterruptedException {
        try (answer) {
            byte[] body = answer.bytes(MOST_BODY);
            return body == null ? "" : ErrorBody.words(body);
        } catch (IOException e) {
            return "";
        }
    }

    /** What the JDK says of it; a server may have put words in its mouth. */
    static String words(Throwable failure) {
        String message = failure.getMessage();
        String quoted = Quoted.text(message == null ? failure.getClass().getSimpleName() : message);
        return quoted.substring(1, quoted.length() - 1);
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }
}
