package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * The public half of an Ed25519 key (RFC 8032), which shows whether its owner signed something. Its
 * file is what {@code openssl pkey -pubout} writes.
 */
public final class VerificationKey {

  static final String ALGORITHM = "Ed25519";
  private static final int ID_BYTES = 16;
  private static final String LABEL = "PUBLIC KEY";

  private final byte[] encoded;
  private final PublicKey key;

  private VerificationKey(byte[] encoded, PublicKey key) {
    this.encoded = encoded;
    this.key = key;
  }

  /**
   * Takes a key in X.509's encoding.
   *
   * @throws GeneralSecurityException if it is not an Ed25519 key
   */
  static VerificationKey of(byte[] x509) throws GeneralSecurityException {
    PublicKey key = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509));
    if (!Arrays.equals(key.getEncoded(), x509)) {
      throw new GeneralSecurityException("it is not in the canonical encoding");
    }
    return new VerificationKey(x509.clone(), key);
  }

  /**
   * Reads a {@code .pub} file.
   *
   * @throws BundleException if it is not one
   */
  public static VerificationKey read(Path file) {
    try {
      return of(Pem.read(file, LABEL));
    } catch (GeneralSecurityException | IOException e) {
      throw BundleException.unreadable(
          "'%s' is not a public Ed25519 key: %s; make one with 'ovkit keygen'"
              .formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  /** Writes a {@code .pub} file. */
  public void write(Path file) {
    try {
      WholeFile.write(file, Pem.bytes(encoded, LABEL));
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
  }

  /**
   * Returns the key's name: 32 hexadecimal digits, the first half of the SHA-256 of its X.509
   * encoding ({@code openssl pkey -pubin -in K.pub -outform DER | sha256sum | cut -c1-32}).
   */
  public String id() {
    return Sha256.of(encoded).substring(0, 2 * ID_BYTES);
  }

  byte[] encoded() {
    return encoded.clone();
  }

  /** Whether the owner of this key signed exactly these bytes. */
  boolean verifies(byte[] message, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(ALGORITHM);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // no signature at all, by its form
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerificationKey its && Arrays.equals(encoded, its.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return id();
  }
}
