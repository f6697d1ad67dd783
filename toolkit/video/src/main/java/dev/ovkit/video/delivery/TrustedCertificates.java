package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Certificates of which one must vouch for a receiver, instead of those that Java trusts: most
 * brokers in a plant or a home have a certificate that nobody else knows.
 *
 * @param file PEM, one certificate or more
 */
public record TrustedCertificates(Path file) {

  /**
   * Returns what a TLS client asks whether to trust a server.
   *
   * @throws OptionException when the file cannot be read, or has no certificate
   */
  public TrustManagerFactory managers() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      try (InputStream in = Files.newInputStream(file)) {
        for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("ca" + store.size(), one);
        }
      }
      if (store.size() == 0) {
        throw noCertificates(null);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      return managers;
    } catch (IOException e) {
      throw new OptionException(
          "the certificates in '%s' cannot be read; give a readable PEM file".formatted(file), e);
    } catch (CertificateException e) {
      throw noCertificates(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /**
   * Returns the settings of a TLS client that trusts these alone.
   *
   * @throws OptionException as {@link #managers} does
   */
  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers().getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  private OptionException noCertificates(@Nullable Exception cause) {
    return new OptionException(
        "'%s' has no certificate that can be read; expected PEM, -----BEGIN CERTIFICATE-----"
            .formatted(file),
        cause);
  }
}
