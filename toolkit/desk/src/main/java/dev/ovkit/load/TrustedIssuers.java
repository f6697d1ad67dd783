package dev.ovkit.load;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS that trusts the issuers of a file, and no others. */
final class TrustedIssuers {

  /**
   * Reads certificates as PEM.
   *
   * @throws OptionException if there is none
   */
  static SSLContext read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> issuers =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (issuers.isEmpty()) {
        throw new OptionException("'%s' has no certificate; expected one as PEM".formatted(file));
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate issuer : issuers) {
        store.setCertificateEntry(Integer.toString(number++), issuer);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new OptionException(
          "the certificates in '%s' cannot be read (%s); expected PEM"
              .formatted(file, Files.exists(file) ? e.getMessage() : "no such file"),
          e);
    }
  }

  private TrustedIssuers() {}
}
