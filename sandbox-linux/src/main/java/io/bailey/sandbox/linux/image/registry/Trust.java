package io.bailey.sandbox.linux.image.registry;

import io.bailey.sandbox.image.ImageException;
import io.bailey.sandbox.image.ImageException.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Which authorities are believed: the JDK's, and those of the spec. */
final class Trust {

    private Trust() {}

    static SSLContext context(List<Path> certificates) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (X509Certificate certificate : ofTheJdk()) {
                store.setCertificateEntry("jdk" + count++, certificate);
            }
            for (Path file : certificates) {
                for (Certificate certificate : read(file)) {
                    store.setCertificateEntry("more" + count++, certificate);
                }
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(store), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new ImageException(
                    Kind.UNSUPPORTED, "prepare TLS", "", String.valueOf(e.getMessage()), "", e);
        }
    }

    private static List<X509Certificate> ofTheJdk() throws GeneralSecurityException {
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager x509) {
                return List.of(x509.getAcceptedIssuers());
            }
        }
        return List.of();
    }

    /** Of the JDK's own store, {@code javax.net.ssl.trustStore} included, if there is no other. */
    private static TrustManager[] managers(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Collection<? extends Certificate> read(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (found.isEmpty()) {
                throw unusable(file, "it has no certificate in it", null);
            }
            return found;
        } catch (IOException e) {
            throw unusable(file, "it cannot be read: " + e, e);
        } catch (CertificateException e) {
            throw unusable(file, "it is no PEM file of certificates", e);
        }
    }

    private static ImageException unusable(Path file, String why, @Nullable Exception cause) {
        String step = "trust certificate";
        String fix = "name a PEM file with the certificate of an authority";
        return cause == null
                ? new ImageException(Kind.MALFORMED_DOCUMENT, step, file.toString(), why, fix)
                : new ImageException(
                        Kind.MALFORMED_DOCUMENT, step, file.toString(), why, fix, cause);
    }
}
