package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The statement of an old key that a new one replaces it. A box that trusts the old key and
 * installs a bundle with this statement trusts the new key from then on, and the old one no longer.
 */
public final class KeyRotation {

  /**
   * The first of the signed bytes, so that a signature over a manifest never counts as one over
   * this.
   */
  private static final String PURPOSE = "ovkit key rotation 1\n";

  private static final int FORMAT = 1;

  private final VerificationKey from;
  private final VerificationKey to;
  private final byte[] signature;

  private KeyRotation(VerificationKey from, VerificationKey to, byte[] signature) {
    this.from = from;
    this.to = to;
    this.signature = signature;
  }

  /** Lets the old key vouch for the new one. */
  public static KeyRotation of(SigningKey from, VerificationKey to) {
    return new KeyRotation(
        from.verificationKey(), to, from.sign(message(from.verificationKey(), to)));
  }

  /**
   * Reads a {@code .rotation} file.
   *
   * @throws BundleException if it is not one
   */
  public static KeyRotation read(Path file) {
    try {
      return read(JsonObject.read(file));
    } catch (IOException e) {
      throw BundleException.unreadable(
          "'%s' is not a key rotation: %s; make one with 'ovkit keygen --replaces'"
              .formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  static KeyRotation read(JsonObject fields) throws IOException {
    fields.requireFormat(FORMAT);
    try {
      Base64.Decoder decoder = Base64.getDecoder();
      KeyRotation rotation =
          new KeyRotation(
              VerificationKey.of(decoder.decode(fields.text("from"))),
              VerificationKey.of(decoder.decode(fields.text("to"))),
              decoder.decode(fields.text("signature")));
      if (!rotation.from.verifies(message(rotation.from, rotation.to), rotation.signature)) {
        throw new IOException("the old key %s did not sign the rotation".formatted(rotation.from));
      }
      return rotation;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("the rotation's keys are damaged", e);
    }
  }

  /** Writes a {@code .rotation} file; there is nothing secret in it. */
  public void write(Path file) {
    try {
      JsonFile.write(file, json());
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
  }

  Map<String, Object> json() {
    Base64.Encoder encoder = Base64.getEncoder();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("from", encoder.encodeToString(from.encoded()));
    object.put("to", encoder.encodeToString(to.encoded()));
    object.put("signature", encoder.encodeToString(signature));
    return object;
  }

  /** Returns the key that is replaced. */
  public VerificationKey from() {
    return from;
  }

  /** Returns the key that replaces it. */
  public VerificationKey to() {
    return to;
  }

  private static byte[] message(VerificationKey from, VerificationKey to) {
    return (PURPOSE + Sha256.of(from.encoded()) + "\n" + Sha256.of(to.encoded()) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
