package dev.ovkit.internal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders with all that is in them. */
public final class Trees {

  /** Copies a file or folder with times and modes; what a link leads to, instead of the link. */
  public static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path source : walk.toList()) {
        Path target = from.equals(source) ? to : to.resolve(from.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  /** Deletes a file or folder; links themselves, not what they lead to. */
  public static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) { // thrown by the stream
      throw e.getCause();
    }
  }

  /** Deletes as much as can be deleted, for what is only in the way. */
  public static void deleteIfPossible(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      // What is left does little harm, and a more important error may be on its way.
    }
  }

  private Trees() {}
}
