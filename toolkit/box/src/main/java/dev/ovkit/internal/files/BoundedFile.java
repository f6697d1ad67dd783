package dev.ovkit.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a file whole, up to a limit that also holds for pipes and devices without an end. */
public final class BoundedFile {

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or with the message "it has more than N bytes"
   */
  public static byte[] read(Path file, int most) throws IOException {
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
