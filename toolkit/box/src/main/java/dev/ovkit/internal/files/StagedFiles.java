package dev.ovkit.internal.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A hidden folder beside the results' place, so that they can be renamed into it; deleted when
 * closed. A killed process leaves its folder, and the next process that works there deletes it: the
 * lock on a file inside ends with the process, whatever ended it.
 */
public final class StagedFiles implements AutoCloseable {

  private static final String PREFIX = ".ovkit-";
  private static final String LOCK = ".lock";

  /** Time to take the lock of a folder that was just made. */
  private static final Duration YOUNG = Duration.ofSeconds(1);

  /** No process works that long on a folder without a lock, or on one picture. */
  private static final Duration OLD = Duration.ofDays(1);

  private final Path folder;
  private final List<Path> made;
  private final FileChannel lock;

  private StagedFiles(Path folder, List<Path> made, FileChannel lock) {
    this.folder = folder;
    this.made = made;
    this.lock = lock;
  }

  /** Makes one, and the folder that it is in. */
  public static StagedFiles in(Path directory) throws IOException {
    Path target = directory.toString().isEmpty() ? Path.of(".") : directory;
    List<Path> made = Temporary.directories(target);
    sweep(target);
    Path folder = Temporary.folder(target, PREFIX);
    FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    lock(lock);
    return new StagedFiles(folder, made, lock);
  }

  /** Deletes what killed processes left in a folder. */
  public static void sweep(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(path -> path.getFileName().toString().matches("\\.ovkit-\\d+(\\.tmp)?"))
          .filter(path -> !Temporary.isKnown(path) && isLeft(path))
          .forEach(Trees::deleteIfPossible);
    }
  }

  private static boolean isLeft(Path path) {
    if (isOlder(path, OLD)) {
      return true;
    }
    Path file = path.resolve(LOCK);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !isOlder(path, YOUNG)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return lock(channel) != null;
    } catch (IOException e) {
      return false; // another process's, or gone
    }
  }

  /** Returns null where another process holds the lock, or the file system has none. */
  private static @Nullable FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null;
    }
  }

  private static boolean isOlder(Path path, Duration age) {
    return path.toFile().lastModified() < Instant.now().minus(age).toEpochMilli();
  }

  /** The folder itself. */
  public Path folder() {
    return folder;
  }

  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** The folder of a file. */
  public static Path parent(Path file) {
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
      lock.close();
      Trees.delete(folder);
      Temporary.forget(folder);
    } catch (IOException e) {
      // Only a hidden folder is left behind, and a more important error may be on its way.
    }
    Temporary.removeEmpty(made); // nothing came of it
  }
}
