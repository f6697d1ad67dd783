package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a box trusts: the {@code .pub} files in {@code trusted} below its root. Keys that
 * were replaced are in {@code retired} and are never trusted again, even if put back.
 */
public final class TrustedKeys {

  /** The folder of keys, below the root. */
  public static final String FOLDER = "trusted";

  static final String RETIRED = "retired";
  private static final String ENDING = ".pub";

  private final Path root;
  private final Map<String, VerificationKey> trusted;
  private final Set<String> retired;

  private TrustedKeys(Path root, Map<String, VerificationKey> trusted, Set<String> retired) {
    this.root = root;
    this.trusted = trusted;
    this.retired = retired;
  }

  /**
   * Who vouches for a bundle.
   *
   * @param key that signed it; null if it is unsigned and that is allowed
   * @param retires trusted keys that it replaces
   */
  record Vouched(@Nullable VerificationKey key, List<VerificationKey> retires) {

    Optional<String> keyId() {
      return Optional.ofNullable(key).map(VerificationKey::id);
    }
  }

  /**
   * Reads the keys of a box.
   *
   * @throws BundleException if a file among them is not a key
   */
  public static TrustedKeys read(Path root) {
    Map<String, VerificationKey> trusted = keys(root.resolve(FOLDER));
    Set<String> retired = keys(root.resolve(RETIRED)).keySet();
    trusted.keySet().removeAll(retired);
    return new TrustedKeys(root, trusted, retired);
  }

  private static Map<String, VerificationKey> keys(Path folder) {
    Map<String, VerificationKey> keys = new LinkedHashMap<>();
    if (!Files.isDirectory(folder)) {
      return keys;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : files) {
        VerificationKey key = VerificationKey.read(file);
        keys.put(key.id(), key);
      }
      return keys;
    } catch (IOException e) {
      throw BundleException.unreadable(
          "the keys in '%s' cannot be read: %s".formatted(folder, e.getMessage()), folder, e);
    }
  }

  /** Returns the {@link VerificationKey#id}s of the trusted keys. */
  public Set<String> ids() {
    return Set.copyOf(trusted.keySet());
  }

  /**
   * Returns who vouches for a manifest: a trusted key, or one that replaced a trusted key.
   *
   * @param manifest the exact bytes of {@code manifest.json}
   * @param signature the bytes of {@code manifest.sig}, or null
   * @param allowUnsigned whether a missing signature is accepted; one that is there must be valid
   * @throws BundleException if no such key does
   */
  Vouched vouch(byte[] manifest, byte @Nullable [] signature, boolean allowUnsigned) {
    if (signature == null) {
      if (allowUnsigned) {
        return new Vouched(null, List.of());
      }
      throw new BundleException(
          "it has no %s, so its origin is unknown; use a signed bundle, or accept an unsigned one with --allow-unsigned"
              .formatted(Signature.FILE));
    }
    Signature parsed = Signature.parse(signature);
    if (retired.contains(parsed.keyId())) {
      throw new BundleException(
          "%s was made with key %s, which has been replaced; use a bundle that is signed with the new key"
              .formatted(Signature.FILE, parsed.keyId()));
    }
    List<VerificationKey> replaced = trustedAncestors(parsed);
    VerificationKey key = key(parsed, replaced);
    if (key == null) {
      throw new BundleException(
          "%s was made with key %s, which this box does not trust; if you trust its owner, put the .pub file into '%s'"
              .formatted(
                  Signature.FILE, ManifestFile.printable(parsed.keyId()), root.resolve(FOLDER)));
    }
    if (!parsed.holds(manifest, key)) {
      throw new BundleException(
          "%s does not match the signature of key %s: it was damaged or replaced"
              .formatted(Manifest.FILE, key.id()));
    }
    return new Vouched(key, replaced);
  }

  private @Nullable VerificationKey key(Signature signature, List<VerificationKey> replaced) {
    VerificationKey known = trusted.get(signature.keyId());
    if (known != null || replaced.isEmpty()) {
      return known;
    }
    return signature.rotations().stream()
        .map(KeyRotation::to)
        .filter(to -> to.id().equals(signature.keyId()))
        .findFirst()
        .orElse(null);
  }

  /** Returns the trusted keys that the signing key replaced, directly or through others. */
  private List<VerificationKey> trustedAncestors(Signature signature) {
    List<VerificationKey> found = new ArrayList<>();
    Set<String> seen = new HashSet<>(Set.of(signature.keyId()));
    List<String> open = new ArrayList<>(seen);
    while (!open.isEmpty()) {
      String id = open.remove(open.size() - 1);
      for (KeyRotation rotation : signature.rotations()) {
        VerificationKey from = rotation.from();
        if (rotation.to().id().equals(id) && seen.add(from.id())) {
          open.add(from.id());
          if (trusted.containsKey(from.id())) {
            found.add(from);
          }
        }
      }
    }
    return found;
  }

  /** Makes a rotation last: the new key is trusted, the old ones are retired. */
  void apply(Vouched vouched) {
    VerificationKey key = vouched.key();
    if (key == null || vouched.retires().isEmpty()) {
      return;
    }
    Path folder = root.resolve(RETIRED);
    try {
      Files.createDirectories(folder);
      WholeFile.sync(root);
      // First the new one: a box that trusts neither could never be updated again.
      key.write(root.resolve(FOLDER).resolve(key.id() + ENDING));
      for (VerificationKey old : vouched.retires()) {
        old.write(folder.resolve(old.id() + ENDING));
      }
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
  }
}
