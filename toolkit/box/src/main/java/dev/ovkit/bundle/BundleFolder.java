package dev.ovkit.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A bundle as a folder. */
final class BundleFolder implements BundleSource {

  private final Path folder;
  private final byte[] manifest;
  private final byte @Nullable [] signature;

  BundleFolder(Path folder) {
    this.folder = folder;
    this.manifest = Manifest.bytes(folder);
    this.signature = Signature.bytes(folder);
  }

  @Override
  public byte[] manifest() {
    return manifest;
  }

  @Override
  public byte @Nullable [] signature() {
    return signature;
  }

  @Override
  public void files(Manifest manifest, Receiver receiver) {
    try {
      // A link such as 'current' is followed, links below it are not.
      Path real = folder.toRealPath();
      for (Path file : walk(real)) {
        String path = real.relativize(file).toString();
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          receiver.folder(path);
        } else if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new BundleException(
              "'%s' is a link or a device; a bundle may contain only files"
                  .formatted(ManifestFile.printable(path)));
        } else if (!path.equals(Manifest.FILE) && !path.equals(Signature.FILE)) {
          try (InputStream in = Files.newInputStream(file)) {
            receiver.take(path, Files.size(file), in);
          }
        }
      }
    } catch (IOException e) {
      throw BundleException.unreadable(
          "it cannot be read: %s".formatted(e.getMessage()), folder, e);
    }
  }

  private static List<Path> walk(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(file -> !file.equals(folder)).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() {
    // nothing is held open
  }
}
