package dev.ovkit.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The text of the files below {@code /proc}, {@code /sys} and {@code /etc}. */
final class KernelFiles {

  /** The root of a running system's files; tests use another. */
  static final Path ROOT = Path.of("/");

  /** Returns a file's text, empty where it cannot be read. */
  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private KernelFiles() {}
}
