package dev.ovkit.internal.tls;

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
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates, in a PEM file, of which one must vouch for a server, instead of those that Java
 * trusts: a server in a plant or a home often has a certificate that nobody else knows.
 */
public final class TrustedCertificates {

  /**
   * Returns what a TLS client asks whether to trust a server.
   *
   * @throws OptionException if the file cannot be read, or has no certificate
   */
  public static TrustManagerFactory managers(Path file) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate one : read(file)) {
        store.setCertificateEntry(Integer.toString(store.size()), one);
      }
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      return managers;
    } catch (IOException e) {
      throw new OptionException(
          "the certificates in '%s' cannot be read (%s); expected a PEM file"
              .formatted(file, Files.exists(file) ? e.getMessage() : "no such file"),
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /**
   * Returns the settings of a TLS client that trusts these certificates alone.
   *
   * @throws OptionException as {@link #managers} does
   */
  public static SSLContext context(Path file) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers(file).getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  private static Collection<? extends Certificate> read(Path file)
      throws IOException, GeneralSecurityException {
    Collection<? extends Certificate> found;
    try (InputStream in = Files.newInputStream(file)) {
      found = CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (CertificateException e) {
      found = List.of(); // its message is about bytes
    }
    if (found.isEmpty()) {
      throw new OptionException(
          "'%s' has no certificate that can be read; expected PEM, -----BEGIN CERTIFICATE-----"
              .formatted(file));
    }
    return found;
  }

  private TrustedCertificates() {}
}
