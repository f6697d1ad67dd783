package dev.ovkit.bundle;

import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Checks that a bundle is whole: every file as its manifest says, none missing, none unexpected. It
 * uses Java alone and runs or loads nothing of the bundle. {@link TrustedKeys} says who made it.
 */
public final class BundleCheck {

  /**
   * Checks a folder or an archive.
   *
   * @return its manifest
   * @throws BundleException that names the first file that is damaged, missing or unexpected
   */
  public static Manifest check(Path bundle) {
    try (BundleSource source = BundleSource.open(bundle)) {
      Manifest manifest = Manifest.parse(source.manifest());
      ArrivingFiles.receive(source, manifest, file -> NOWHERE);
      return manifest;
    } catch (BundleException e) {
      throw named(bundle, e);
    }
  }

  /**
   * Checks one file of a folder.
   *
   * @throws BundleException that names it
   */
  public static void checkFile(Path bundle, ManifestFile file) {
    Path there = bundle.resolve(file.path());
    try {
      if (!Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS)) {
        throw ArrivingFiles.missing(file);
      }
      ArrivingFiles.requireSize(file, Files.size(there));
      ArrivingFiles.requireHash(file, Sha256.of(there));
    } catch (NoSuchFileException e) {
      throw named(bundle, ArrivingFiles.missing(file));
    } catch (IOException e) {
      throw named(
          bundle,
          new BundleException("'%s' cannot be read: %s".formatted(file.path(), e.getMessage()), e));
    } catch (BundleException e) {
      throw named(bundle, e);
    }
  }

  /**
   * Checks that a trusted key signed the manifest of a folder or an archive, and leaves its files
   * unchecked.
   *
   * @return the {@link VerificationKey#id} of that key
   * @throws BundleException that names manifest or signature
   */
  public static String checkSignature(Path bundle, TrustedKeys trusted) {
    try (BundleSource source = BundleSource.open(bundle)) {
      return trusted.vouch(source.manifest(), source.signature(), false).keyId().orElseThrow();
    } catch (BundleException e) {
      throw named(bundle, e);
    }
  }

  /** Names the bundle in a message. */
  static BundleException named(Path bundle, BundleException e) {
    return e.withMessage("bundle '%s': %s".formatted(bundle, e.getMessage()));
  }

  private static final ArrivingFiles.Target NOWHERE =
      new ArrivingFiles.Target() {
        @Override
        public void write(byte[] buffer, int length) {
          // read to be checked only
        }

        @Override
        public void finish() {
          // nothing was kept
        }

        @Override
        public void close() {
          // nothing was kept
        }
      };

  private BundleCheck() {}
}
