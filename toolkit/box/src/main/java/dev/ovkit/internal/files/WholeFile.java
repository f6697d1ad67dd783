package dev.ovkit.internal.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that a reader, and a machine that loses its power, sees the old one or the new
 * one, and nothing in between.
 */
public final class WholeFile {

  private static final String STAGED = ".part";

  /**
   * Writes beside the target, flushes that to the disk, renames it, and flushes the rename. An
   * older half of the same file is replaced.
   */
  public static void write(Path file, byte[] content) throws IOException {
    Path staged = file.resolveSibling("." + file.getFileName() + STAGED);
    try {
      try (FileChannel channel =
          FileChannel.open(
              staged,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(staged);
    }
    sync(folder(file));
  }

  /** Flushes the names in a folder to the disk, so that a rename or a new file lasts. */
  public static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path folder(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of(".") : parent;
  }

  private WholeFile() {}
}
