package dev.ovkit.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A bundle as it arrived: a folder or an archive. Nothing in it is trusted yet. */
sealed interface BundleSource extends AutoCloseable permits BundleFolder, BundleArchive {

  /** Takes a bundle's files, in the bundle's order. */
  interface Receiver {

    /**
     * Takes one file.
     *
     * @param size as the bundle declares it; what can be read may be less
     */
    void take(String path, long size, InputStream content) throws IOException;

    /** Takes note of a folder. */
    void folder(String path);
  }

  /**
   * Opens a folder or an archive and reads manifest and signature.
   *
   * @throws BundleException if it is neither
   */
  static BundleSource open(Path bundle) {
    if (Files.isDirectory(bundle)) {
      return new BundleFolder(bundle);
    }
    if (!Files.isRegularFile(bundle)) {
      throw new BundleException(
          "no such file; expected a folder or a .tar.xz",
          BundleException.Reason.MISSING,
          bundle,
          null);
    }
    return BundleArchive.open(bundle);
  }

  /** Returns the bytes of {@code manifest.json}. */
  byte[] manifest();

  /** Returns the bytes of {@code manifest.sig}, or null if there is none. */
  byte @Nullable [] signature();

  /**
   * Hands over every other file, once.
   *
   * @param manifest what {@link #manifest} says, for the name of an archive's folder
   * @throws BundleException if the bundle cannot be read, or has something in it that no bundle may
   *     have
   */
  void files(Manifest manifest, Receiver receiver);

  @Override
  void close();
}
