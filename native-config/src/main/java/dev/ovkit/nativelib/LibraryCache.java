package dev.ovkit.nativelib;

import dev.ovkit.nativelib.presets.InPlace;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The per-user copy of the libraries that travel in the jar.
 *
 * <p>A folder is filled under a name of its own and renamed into place whole, so several JVMs may
 * start at once: each sees all of it or none, and the first rename wins.
 */
record LibraryCache(Path root, LibraryList list) {

  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final List<String> LEFT_BY_A_KILL =
      List.of(".filling-", ".damaged-", InPlace.COPY);

  Path directory(Function<String, @Nullable InputStream> jarCopy) throws IOException {
    Path target = root.resolve("native-" + list.key());
    if (list.complaintAbout(target).isEmpty()) {
      return target;
    }
    Files.createDirectories(root);
    removeAbandoned();
    Path staging = Files.createTempDirectory(root, ".filling-");
    try {
      for (LibraryList.Entry entry : list.entries()) {
        copy(entry, jarCopy, staging);
      }
      publish(staging, target);
    } finally {
      delete(staging);
    }
    Optional<String> complaint = list.complaintAbout(target);
    if (complaint.isPresent()) {
      throw new IOException(target + ": " + complaint.get());
    }
    return target;
  }

  private static void copy(
      LibraryList.Entry entry, Function<String, @Nullable InputStream> jarCopy, Path staging)
      throws IOException {
    Path file = staging.resolve(entry.name());
    Files.createDirectories(file.getParent());
    try (InputStream in = jarCopy.apply(entry.name())) {
      if (in == null) {
        throw new IOException(entry.name() + " is not in the jar");
      }
      Files.copy(in, file);
    }
  }

  private void publish(Path staging, Path target) throws IOException {
    if (Files.exists(target) && list.complaintAbout(target).isPresent()) {
      // A damaged copy: out of the way by a rename, for another JVM may still have it mapped.
      Path damaged = Files.createTempDirectory(root, ".damaged-");
      try {
        Files.move(target, damaged.resolve("native"), StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        // Another JVM has just done so.
      }
      delete(damaged);
    }
    try {
      Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      // Another JVM was first; its copy is as good as ours.
    } catch (IOException e) {
      if (list.complaintAbout(target).isPresent()) {
        throw e;
      }
    }
  }

  private void removeAbandoned() throws IOException {
    try (Stream<Path> children = Files.list(root)) {
      for (Path child : (Iterable<Path>) children::iterator) {
        String name = child.getFileName().toString();
        if (LEFT_BY_A_KILL.stream().anyMatch(name::startsWith) && isAbandoned(child)) {
          delete(child);
        }
      }
    }
  }

  /** What another JVM has removed meanwhile is not there to be removed. */
  private static boolean isAbandoned(Path child) throws IOException {
    try {
      Instant deadline = Instant.now().minus(ABANDONED);
      return Files.getLastModifiedTime(child).toInstant().isBefore(deadline);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      // Published, or another JVM tidies up too.
    }
  }
}
