package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.internal.files.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a box's releases, locked by one process at a time.
 *
 * <pre>
 * current -> releases/ID   what runs; changed by one rename
 * releases/ID/             whole and tested releases, nothing else
 * state.json               {@link InstallState}
 * trusted/*.pub            {@link TrustedKeys}
 * retired/*.pub
 * .staging/                what is not a release yet, or no longer; emptied by the next installation
 * .lock
 * </pre>
 */
final class ReleaseRoot implements AutoCloseable {

  private static final String CURRENT = "current";
  private static final String RELEASES = "releases";
  private static final String STAGING = ".staging";
  private static final String NEXT = ".current.next";

  private final Path root;
  private final FileChannel lock;
  private InstallState state;

  private ReleaseRoot(Path root, FileChannel lock) {
    this.root = root;
    this.lock = lock;
    this.state = InstallState.NOTHING;
  }

  /**
   * Locks a root, which is made if it is missing, and removes what an interrupted process left
   * there.
   */
  static ReleaseRoot open(Path root) {
    FileChannel lock = null;
    try {
      Files.createDirectories(root.resolve(RELEASES));
      Files.createDirectories(root.resolve(STAGING));
      Files.createDirectories(root.resolve(TrustedKeys.FOLDER));
      lock =
          FileChannel.open(
              root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(lock)) {
        throw new OutputException(
            "another ovkit is using '%s'; try again when it has finished".formatted(root));
      }
      ReleaseRoot opened = new ReleaseRoot(root, lock);
      opened.recover();
      return opened;
    } catch (IOException e) {
      close(lock);
      throw OutputException.of(root, e);
    } catch (RuntimeException e) {
      close(lock);
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by another thread of this JVM
    }
  }

  private void recover() throws IOException {
    Optional<String> current = current();
    if (InstallState.isIn(root)) {
      state = InstallState.read(root);
    } else if (current.isPresent()) {
      throw new BundleException(
          "'%s' has a release but no %s, so ovkit does not know which versions were installed: restore it, or install into a new root"
              .formatted(root, InstallState.FILE));
    }
    Files.deleteIfExists(root.resolve(NEXT));
    sweep();
    state =
        state.without(
            state.releases().stream().filter(r -> !Files.isDirectory(folder(r.id()))).toList());
    for (Path release : list(root.resolve(RELEASES))) {
      String id = release.getFileName().toString();
      // Whole, but its installation ended before it was recorded.
      if (state.release(id).isEmpty() && !Optional.of(id).equals(current)) {
        discard(id);
      }
    }
  }

  Path path() {
    return root;
  }

  InstallState state() {
    return state;
  }

  void remember(InstallState changed) {
    changed.write(root);
    state = changed;
  }

  Path folder(String id) {
    return root.resolve(RELEASES).resolve(id);
  }

  /** Returns what {@code current} points to, if it points to a release's folder. */
  Optional<String> current() throws IOException {
    Path link = root.resolve(CURRENT);
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    if (Files.isSymbolicLink(link)) {
      Path target = Files.readSymbolicLink(link);
      if (target.getNameCount() == 2 && target.startsWith(RELEASES)) {
        return Optional.of(target.getFileName().toString());
      }
    }
    throw new OutputException(
        "'%s' was not made by ovkit: expected a link into '%s'; move it elsewhere"
            .formatted(link, RELEASES));
  }

  /** Makes a folder that is not a release yet. */
  Path stage(String id) throws IOException {
    return Files.createTempDirectory(root.resolve(STAGING), id + "-");
  }

  /** Turns what was staged into a release: one rename, after which power may fail. */
  void publish(Path staged, String id) throws IOException {
    Files.move(staged, folder(id), StandardCopyOption.ATOMIC_MOVE);
    WholeFile.sync(root.resolve(RELEASES));
  }

  /** Lets {@code current} point to another release: one rename, after which power may fail. */
  void switchTo(String id) {
    Path next = root.resolve(NEXT);
    try {
      Files.deleteIfExists(next);
      Files.createSymbolicLink(next, Path.of(RELEASES, id));
      Files.move(
          next,
          root.resolve(CURRENT),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      WholeFile.sync(root);
    } catch (IOException e) {
      throw OutputException.of(root.resolve(CURRENT), e);
    }
  }

  /** Removes a release: first out of sight by one rename, then file by file. */
  void discard(String id) throws IOException {
    Path gone = stage(id).resolve(id);
    Files.move(folder(id), gone, StandardCopyOption.ATOMIC_MOVE);
    WholeFile.sync(root.resolve(RELEASES));
    sweep();
  }

  /** Empties the staging folder. */
  void sweep() throws IOException {
    for (Path stale : list(root.resolve(STAGING))) {
      Trees.delete(stale);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() {
    close(lock);
  }

  private static void close(@Nullable FileChannel lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      // the lock ends with the process at the latest
    }
  }
}
