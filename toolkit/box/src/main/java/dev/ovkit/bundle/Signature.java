package dev.ovkit.bundle;

import dev.ovkit.internal.files.BoundedFile;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A key's signature over the exact bytes of a manifest, with the rotations that led to that key.
 */
public final class Signature {

  /** The name of its file. */
  public static final String FILE = "manifest.sig";

  static final int MOST_BYTES = 64 << 10;

  private static final int FORMAT = 1;
  private static final int MOST_ROTATIONS = 32;

  private final String keyId;
  private final byte[] signature;
  private final List<KeyRotation> rotations;

  private Signature(String keyId, byte[] signature, List<KeyRotation> rotations) {
    this.keyId = keyId;
    this.signature = signature;
    this.rotations = List.copyOf(rotations);
  }

  /**
   * Signs a manifest.
   *
   * @param manifest the bytes of {@code manifest.json}
   * @param rotations the way from keys that boxes may still trust to this one, oldest first
   */
  public static Signature sign(byte[] manifest, SigningKey key, List<KeyRotation> rotations) {
    if (rotations.size() > MOST_ROTATIONS) {
      throw new IllegalArgumentException("more than %d rotations".formatted(MOST_ROTATIONS));
    }
    return new Signature(key.verificationKey().id(), key.sign(manifest), rotations);
  }

  /**
   * Reads a signature; {@link TrustedKeys} says whether it is valid.
   *
   * @throws BundleException if it is not one
   */
  public static Signature parse(byte[] json) {
    try {
      JsonObject fields = JsonObject.parse(json);
      fields.requireFormat(FORMAT);
      List<KeyRotation> rotations = new ArrayList<>();
      if (fields.has("rotation")) {
        for (JsonObject rotation : fields.objects("rotation")) {
          rotations.add(KeyRotation.read(rotation));
        }
      }
      Signature parsed =
          new Signature(
              fields.text("key"), Base64.getDecoder().decode(fields.text("signature")), rotations);
      // Base64 leaves bits that mean nothing: with those, one signature would have many forms.
      if (rotations.size() > MOST_ROTATIONS || !Arrays.equals(parsed.bytes(), json)) {
        throw new IOException("it is not in the form that ovkit writes");
      }
      return parsed;
    } catch (IOException | IllegalArgumentException e) {
      throw new BundleException("%s is damaged: %s".formatted(FILE, e.getMessage()), e);
    }
  }

  /** Returns the bytes of the signature in a bundle's folder, or null if it has none. */
  static byte @Nullable [] bytes(Path bundle) {
    Path file = bundle.resolve(FILE);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new BundleException("%s is too large for a signature".formatted(FILE));
      }
      return BoundedFile.read(file, MOST_BYTES);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw BundleException.unreadable(
          "%s cannot be read: %s".formatted(FILE, e.getMessage()), file, e);
    }
  }

  /** Returns the bytes of {@code manifest.sig}. */
  public byte[] bytes() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("key", keyId);
    object.put("signature", Base64.getEncoder().encodeToString(signature));
    if (!rotations.isEmpty()) {
      object.put("rotation", rotations.stream().map(KeyRotation::json).toList());
    }
    return JsonFile.bytes(object);
  }

  /** Returns the {@link VerificationKey#id} of the key that is said to have signed. */
  public String keyId() {
    return keyId;
  }

  /** Returns the rotations that it brings; each is valid by itself. */
  public List<KeyRotation> rotations() {
    return rotations;
  }

  /** Whether this key signed exactly these bytes. */
  public boolean holds(byte[] manifest, VerificationKey key) {
    return key.id().equals(keyId) && key.verifies(manifest, signature);
  }
}
