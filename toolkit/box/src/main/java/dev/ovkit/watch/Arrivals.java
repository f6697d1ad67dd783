package dev.ovkit.watch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the files in a folder that are whole: those whose size and time have stayed unchanged for a
 * while, by the clock of this machine and not by that of the files. It polls, because network
 * mounts send no notifications, and any can be lost.
 *
 * <p>Hidden files, subfolders, links and devices are ignored. Only a bounded number of files is
 * watched at once; the others follow.
 */
final class Arrivals {

  static final int MOST = 10_000;

  private final Path folder;
  private final Duration settle;
  private Map<Path, Seen> seen = new HashMap<>();

  /**
   * @param since when it was first seen so, by {@link System#nanoTime}
   * @param refused it cannot be taken; asked for again only when it changes
   */
  private record Seen(FileStamp stamp, long since, boolean refused) {}

  Arrivals(Path folder, Duration settle) {
    this.folder = folder;
    this.settle = settle;
  }

  /** Looks again and returns the whole files, oldest first. */
  List<Path> scan() throws IOException {
    Map<Path, Seen> now = new HashMap<>();
    long time = System.nanoTime();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, file -> !file.getFileName().toString().startsWith("."))) {
      for (Path file : files) {
        if (now.size() == MOST) {
          break;
        }
        look(file, time, now);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    seen = now;
    return seen.entrySet().stream()
        .filter(entry -> whole(entry.getValue(), time))
        .sorted(
            Comparator.comparing(
                    (Map.Entry<Path, Seen> entry) -> entry.getValue().stamp().modified())
                .thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void look(Path file, long time, Map<Path, Seen> now) throws IOException {
    try {
      FileStamp stamp = FileStamp.of(file);
      if (stamp.regular()) {
        Seen before = seen.get(file);
        boolean same = before != null && before.stamp().equals(stamp);
        now.put(file, same ? before : new Seen(stamp, time, false));
      }
    } catch (NoSuchFileException e) {
      // gone since it was listed
    }
  }

  private boolean whole(Seen file, long time) {
    return !file.refused() && time - file.since() >= settle.toNanos();
  }

  /** Notes that a file cannot be taken; returns whether that is news. */
  boolean refuse(Path file) {
    Seen known = seen.get(file);
    if (known == null || known.refused()) {
      return false;
    }
    seen.put(file, new Seen(known.stamp(), known.since(), true));
    return true;
  }

  /** Notes that a file was taken. */
  void forget(Path file) {
    seen.remove(file);
  }

  /** Returns how many files are seen that can be taken, now or when they are whole. */
  long expected() {
    return seen.values().stream().filter(file -> !file.refused()).count();
  }

  /** Returns how many files are seen that cannot be taken. */
  long refused() {
    return seen.size() - expected();
  }
}
