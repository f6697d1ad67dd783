package dev.ovkit.pack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files in this package's jar beside its classes. */
final class Resources {

  static void copy(String name, Path file) throws IOException {
    Files.write(file, read(name));
  }

  static String text(String name) throws IOException {
    return new String(read(name), StandardCharsets.UTF_8);
  }

  private static byte[] read(String name) throws IOException {
    try (InputStream in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in this jar: it was not built by Maven");
      }
      return in.readAllBytes();
    }
  }

  private Resources() {}
}
