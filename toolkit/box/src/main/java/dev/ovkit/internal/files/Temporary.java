package dev.ovkit.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Temporary files and folders that are known until they are deleted or moved away, so that a
 * process that gets a signal can delete them.
 */
public final class Temporary {

  private static final int TRIES = 5;
  private static final long PAUSE_MILLIS = 20;
  private static final long LONGEST_SECONDS = 5;

  private static final Set<Path> KNOWN = ConcurrentHashMap.newKeySet();

  /** Held by native code that writes a model, and by the end of the process for good. */
  private static final ReentrantLock WRITING = new ReentrantLock();

  /** Folders that were made for results. */
  private static final Set<Path> MADE = ConcurrentHashMap.newKeySet();

  /**
   * Makes a folder for results, and those above it.
   *
   * @return those that were not there, deepest first; {@link #removeEmpty} deletes them again if
   *     they are still empty, and so does the end of a process that fails or gets a signal
   */
  public static List<Path> directories(Path directory) throws IOException {
    List<Path> made = new ArrayList<>();
    for (Path path = directory.toAbsolutePath().normalize();
        path != null && Files.notExists(path);
        path = path.getParent()) {
      made.add(path);
    }
    Files.createDirectories(directory);
    MADE.addAll(made);
    return made;
  }

  /** Deletes folders that are still empty. */
  public static void removeEmpty(List<Path> made) {
    made.forEach(MADE::remove);
    for (Path path : made) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        return; // something is in it, so those above it have something too
      }
    }
  }

  /** The end of a command: after a success empty folders stay. */
  public static void settle(boolean done) {
    List<Path> made = new ArrayList<>(MADE);
    if (done) {
      made.forEach(MADE::remove);
    } else {
      made.sort(Comparator.comparing(Path::getNameCount).reversed());
      made.forEach(path -> removeEmpty(List.of(path)));
    }
  }

  /** Whether this process made a file or folder that is not finished. */
  static boolean isKnown(Path path) {
    return KNOWN.contains(path.toAbsolutePath());
  }

  /** Makes a folder in another, or where the system keeps temporary files. */
  public static Path folder(@Nullable Path parent, String prefix) throws IOException {
    return known(
        parent == null
            ? Files.createTempDirectory(prefix)
            : Files.createTempDirectory(parent, prefix));
  }

  /** Makes a folder where the system keeps temporary files. */
  public static Path folder(String prefix) throws IOException {
    return folder(null, prefix);
  }

  /** Makes an empty file in a folder, or where the system keeps temporary files. */
  public static Path file(@Nullable Path parent, String prefix, String suffix) throws IOException {
    return known(
        parent == null
            ? Files.createTempFile(prefix, suffix)
            : Files.createTempFile(parent, prefix, suffix));
  }

  /** Makes an empty file where the system keeps temporary files. */
  public static Path file(String prefix, String suffix) throws IOException {
    return file(null, prefix, suffix);
  }

  private static Path known(Path path) {
    Path absolute = path.toAbsolutePath();
    KNOWN.add(absolute);
    return path;
  }

  /** Deletes a file or folder with all that is in it, as far as that is possible. */
  public static void delete(Path path) {
    if (Files.exists(path)) {
      Trees.deleteIfPossible(path);
    }
    forget(path);
  }

  /** Notes that a file or folder was moved to its place and is no longer temporary. */
  public static void forget(Path path) {
    KNOWN.remove(path.toAbsolutePath());
  }

  /**
   * Runs native code that writes a model. It makes the folder again if it is gone, so the end of
   * the process waits for it, and does not let it begin.
   */
  public static void write(Runnable work) {
    WRITING.lock();
    try {
      work.run();
    } finally {
      WRITING.unlock();
    }
  }

  /** Deletes all that is left when a signal ends the process. */
  public static void end() {
    try {
      WRITING.tryLock(LONGEST_SECONDS, TimeUnit.SECONDS); // for good
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    deleteAll();
  }

  /** Deletes all that is left; for the end of a process, while its threads may still write. */
  public static void deleteAll() {
    for (int i = 0; i < TRIES && !KNOWN.isEmpty(); i++) {
      for (Path path : KNOWN) {
        Trees.deleteIfPossible(path);
      }
      KNOWN.removeIf(Files::notExists);
      if (!KNOWN.isEmpty()) {
        try {
          Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    settle(false);
  }

  private Temporary() {}
}
