package dev.ovkit.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a regular file whole, up to a limit. Pipes and devices may have no end, and a reader may
 * wait for their writer for ever.
 */
public final class BoundedFile {

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or with the message "it has more than N bytes"
   */
  public static byte[] read(Path file, int most) throws IOException {
    Optional<String> wrong = WrongFile.of(file);
    if (wrong.isPresent()) {
      throw new IOException("it " + wrong.get());
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException("it has more than %d bytes".formatted(most));
      }
      return bytes;
    }
  }

  private BoundedFile() {}
}
