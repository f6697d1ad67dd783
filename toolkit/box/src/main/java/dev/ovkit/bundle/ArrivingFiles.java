package dev.ovkit.bundle;

import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares the files of a bundle with its manifest while they arrive, and passes them on. A file
 * that the manifest does not name is refused before a byte of it is passed on.
 */
final class ArrivingFiles implements BundleSource.Receiver {

  /** Where a file that the manifest names goes. */
  interface Destination {

    /** Begins a file. */
    Target open(ManifestFile file);
  }

  /** Takes the bytes of one file. */
  interface Target extends AutoCloseable {

    /** Takes the next bytes. */
    void write(byte[] buffer, int length);

    /** The file is whole and as the manifest says. */
    void finish();

    @Override
    void close();
  }

  private static final int BUFFER = 1 << 16;

  private final Map<String, ManifestFile> expected = new HashMap<>();
  private final Set<String> folders = new HashSet<>();
  private final Set<String> seen = new HashSet<>();
  private final Manifest manifest;
  private final Destination destination;
  private final byte[] buffer = new byte[BUFFER];

  private ArrivingFiles(Manifest manifest, Destination destination) {
    this.manifest = manifest;
    this.destination = destination;
    for (ManifestFile file : manifest.files()) {
      expected.put(file.path(), file);
      folders.addAll(Manifest.folders(file.path()));
    }
  }

  /**
   * Reads a bundle to its end.
   *
   * @throws BundleException that names the first file that is damaged, missing or unexpected
   */
  static void receive(BundleSource bundle, Manifest manifest, Destination destination) {
    ArrivingFiles reception = new ArrivingFiles(manifest, destination);
    bundle.files(manifest, reception);
    reception.requireAll();
  }

  @Override
  public void folder(String path) {
    if (!folders.contains(path)) {
      throw surplus(path);
    }
  }

  @Override
  public void take(String path, long size, InputStream content) throws IOException {
    ManifestFile file = expected.get(path);
    if (file == null) {
      throw surplus(path);
    }
    if (!seen.add(path)) {
      throw new BundleException("'%s' appears twice".formatted(path));
    }
    requireSize(file, size);
    MessageDigest digest = Sha256.digest();
    try (Target target = destination.open(file)) {
      long read = 0;
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        read += n;
        if (read > size) {
          break;
        }
        digest.update(buffer, 0, n);
        target.write(buffer, n);
      }
      requireSize(file, read);
      requireHash(file, Sha256.hex(digest.digest()));
      target.finish();
    }
  }

  private void requireAll() {
    for (ManifestFile file : manifest.files()) {
      if (!seen.contains(file.path())) {
        throw missing(file);
      }
    }
  }

  static BundleException missing(ManifestFile file) {
    return new BundleException("'%s' is missing".formatted(file.path()));
  }

  static void requireSize(ManifestFile file, long size) {
    if (size != file.size()) {
      throw new BundleException(
          "'%s' is damaged or of another version: %,d bytes, expected %,d"
              .formatted(file.path(), size, file.size()));
    }
  }

  static void requireHash(ManifestFile file, String sha256) {
    if (!sha256.equals(file.sha256())) {
      throw new BundleException(
          "'%s' is damaged or of another version: its SHA-256 begins with %s, expected %s"
              .formatted(file.path(), sha256.substring(0, 12), file.sha256().substring(0, 12)));
    }
  }

  private static BundleException surplus(String path) {
    return new BundleException(
        "'%s' is not in the manifest".formatted(ManifestFile.printable(path)));
  }
}
