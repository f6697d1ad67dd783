package dev.ovkit.convert;

import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * A hidden folder beside where results go, so that they can be renamed into place; gone when
 * closed.
 */
public record StagedFiles(Path folder, boolean madeParent) implements AutoCloseable {

  /** Makes one; its parent too, if it is not there. */
  public static StagedFiles in(Path directory) throws IOException {
    Path target = directory.toString().isEmpty() ? Path.of(".") : directory;
    boolean missing = Files.notExists(target);
    Files.createDirectories(target);
    sweep(target);
    return new StagedFiles(Temporary.folder(target, ".ovkit-"), missing);
  }

  /** Takes away what killed processes left; nobody works on one folder for a day. */
  private static void sweep(Path directory) throws IOException {
    long dayAgo = Instant.now().minus(Duration.ofDays(1)).toEpochMilli();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(path -> path.getFileName().toString().matches("\\.ovkit-\\d+"))
          .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
          .filter(path -> path.toFile().lastModified() < dayAgo)
          .forEach(Trees::deleteIfPossible);
    }
  }

  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** The folder of a file. */
  static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /** Renames, in place of what is there. */
  public static Path move(Path file, Path target) throws IOException {
    return Files.move(
        file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() {
    try {
      Trees.delete(folder);
      Temporary.forget(folder);
      if (madeParent && isEmpty(parent(folder))) {
        Files.delete(parent(folder)); // nothing came of it
      }
    } catch (IOException e) {
      // Nothing but a hidden folder is left behind, and the error that matters is on its way.
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }
}
