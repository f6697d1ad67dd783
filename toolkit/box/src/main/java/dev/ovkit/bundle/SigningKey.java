package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Objects;
import java.util.Set;

/**
 * An Ed25519 key that signs bundles. Its file is what {@code openssl genpkey -algorithm ed25519}
 * writes, readable by its owner only; it never goes to a box.
 */
public final class SigningKey {

  private static final String LABEL = "PRIVATE KEY";

  private final PrivateKey key;
  private final VerificationKey verificationKey;

  private SigningKey(PrivateKey key, VerificationKey verificationKey) {
    this.key = key;
    this.verificationKey = verificationKey;
  }

  /** Makes a new key. */
  public static SigningKey generate() {
    return of(new SecureRandom());
  }

  private static SigningKey of(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(VerificationKey.ALGORITHM);
      generator.initialize(255, random);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(pair.getPrivate(), VerificationKey.of(pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK since 15 has Ed25519", e);
    }
  }

  /**
   * Reads a private key.
   *
   * @throws BundleException if it is not one
   */
  public static SigningKey read(Path file) {
    try {
      PrivateKey key =
          KeyFactory.getInstance(VerificationKey.ALGORITHM)
              .generatePrivate(new PKCS8EncodedKeySpec(Pem.read(file, LABEL)));
      byte[] seed =
          ((EdECPrivateKey) key)
              .getBytes()
              .orElseThrow(() -> new GeneralSecurityException("it does not reveal its bytes"));
      return of(new Repeated(seed));
    } catch (GeneralSecurityException | IOException e) {
      throw BundleException.unreadable(
          "'%s' is not a private Ed25519 key: %s; make one with 'ovkit keygen'"
              .formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  /**
   * Writes the private key, for its owner's eyes only from the first byte on.
   *
   * @throws OutputException also when the file exists: a key that is overwritten never signs again
   */
  public void write(Path file) {
    try {
      try (FileChannel channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer left = ByteBuffer.wrap(Pem.bytes(key.getEncoded(), LABEL));
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      WholeFile.sync(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
  }

  /** Returns the public half, which boxes trust. */
  public VerificationKey verificationKey() {
    return verificationKey;
  }

  /** Signs; the same bytes always get the same signature (RFC 8032, section 8.2). */
  byte[] sign(byte[] message) {
    try {
      Signature signer = Signature.getInstance(VerificationKey.ALGORITHM);
      signer.initSign(key);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was checked signs", e);
    }
  }

  /**
   * Gives a generator the seed of a key that is there already: a PKCS #8 file holds no public half,
   * and the JDK computes it nowhere else.
   */
  private static final class Repeated extends SecureRandom {

    private static final long serialVersionUID = 1;

    private final byte[] seed;

    Repeated(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (bytes.length != seed.length) {
        throw new IllegalStateException(
            "a seed of %d bytes, expected %d".formatted(seed.length, bytes.length));
      }
      System.arraycopy(seed, 0, bytes, 0, seed.length);
    }
  }
}
