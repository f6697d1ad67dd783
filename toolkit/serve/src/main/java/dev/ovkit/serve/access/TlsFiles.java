package dev.ovkit.serve.access;

import dev.ovkit.OptionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's certificate and key, and whose clients it lets in, as PEM files.
 *
 * @param certificate the server's own, then those between it and its root
 * @param key its private key, PKCS #8 without a password
 * @param clientCa roots of the certificates that clients must have; empty if they need none
 */
public record TlsFiles(Path certificate, Path key, Optional<Path> clientCa) {

  private static final char[] NO_PASSWORD = new char[0];
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** What a private key may be for, in the order in which they are tried. */
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /** Returns the password of the stores below: none. */
  public char[] password() {
    return NO_PASSWORD.clone();
  }

  /**
   * Reads the certificate and its key.
   *
   * @throws OptionException if one cannot be read, or they do not belong together
   */
  public KeyStore identity() {
    Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
    PrivateKey secret = privateKey(key);
    if (!chain[0].getPublicKey().getAlgorithm().equals(secret.getAlgorithm())) {
      throw new OptionException(
          "'%s' is not the key of '%s': one is for %s, the other for %s"
              .formatted(
                  key, certificate, secret.getAlgorithm(), chain[0].getPublicKey().getAlgorithm()));
    }
    try {
      KeyStore store = empty();
      store.setKeyEntry("server", secret, NO_PASSWORD, chain);
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new OptionException(
          "'%s' and '%s' cannot be used: %s".formatted(certificate, key, e.getMessage()), e);
    }
  }

  /**
   * Reads the roots of clients' certificates.
   *
   * @throws OptionException if they cannot be read
   */
  public Optional<KeyStore> clients() {
    return clientCa.map(
        file -> {
          try {
            KeyStore store = empty();
            int number = 0;
            for (Certificate root : certificates(file)) {
              store.setCertificateEntry("root-" + number++, root);
            }
            return store;
          } catch (GeneralSecurityException | IOException e) {
            throw new OptionException("'%s' cannot be used: %s".formatted(file, e.getMessage()), e);
          }
        });
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file) {
    try {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(file)));
      if (!found.isEmpty()) {
        return found;
      }
    } catch (CertificateException e) {
      throw new OptionException(
          "'%s' has a certificate that cannot be read (%s); expected PEM"
              .formatted(file, e.getMessage()),
          e);
    }
    throw new OptionException("'%s' has no certificate; expected PEM".formatted(file));
  }

  private static PrivateKey privateKey(Path file) {
    Matcher pem = PEM.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
    while (pem.find()) {
      if (pem.group(1).equals("PRIVATE KEY")) {
        return decoded(file, pem.group(2));
      }
      if (pem.group(1).endsWith("PRIVATE KEY")) {
        throw new OptionException(
            "'%s' has a key in another form (%s); convert it by: openssl pkcs8 -topk8 -nocrypt -in %s -out key.pem"
                .formatted(file, pem.group(1), file));
      }
    }
    throw new OptionException("'%s' has no private key; expected PEM".formatted(file));
  }

  private static PrivateKey decoded(Path file, String base64) {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      for (String algorithm : ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
          continue; // it is for another one
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new OptionException("'%s': the private key is damaged".formatted(file), e);
    }
    throw new OptionException(
        "'%s': the private key is damaged, or for none of %s".formatted(file, ALGORITHMS));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new OptionException("'%s' cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
