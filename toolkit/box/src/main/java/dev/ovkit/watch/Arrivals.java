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
 * Tells which files in a folder are whole: those whose size and time have not changed for a while,
 * by the clock of this machine and not by that of the files. Polls, because notifications are not
 * sent by network mounts and can be lost anywhere.
 *
 * <p>Hidden files, subfolders, links and devices are not looked at. Of a larger crowd so many are
 * watched at once that memory stays bounded; the others follow.
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

  /** Says that a file cannot be taken; returns whether that is news. */
  boolean refuse(Path file) {
    Seen known = seen.get(file);
    if (known == null || known.refused()) {
      return false;
    }
    seen.put(file, new Seen(known.stamp(), known.since(), true));
    return true;
  }

  /** Says that a file was taken. */
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
