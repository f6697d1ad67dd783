package dev.ovkit.video.sink;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder of pictures or films of events that does not grow without end: when those that have
 * names of ours are too large together, the oldest are deleted. Nothing else in it is touched.
 */
final class PictureFolder {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final String TIME_PATTERN = "-(\\d{8}T\\d{6}\\.\\d{3}Z)-";
  private static final int LONGEST_NAME = 80;

  private record Kept(Path file, long bytes) {}

  private final Path folder;
  private final long most;
  private final Deque<Kept> kept = new ArrayDeque<>();
  private long bytes;
  private long written;

  /**
   * Opens a folder, which is made if there is none.
   *
   * @param ending of the files, such as {@code .jpg}
   */
  PictureFolder(Path folder, String ending, long mostBytes) {
    this.folder = folder;
    this.most = mostBytes;
    Pattern ours = Pattern.compile(".+" + TIME_PATTERN + ".*" + Pattern.quote(ending));
    Pattern time = Pattern.compile(TIME_PATTERN);
    try {
      Files.createDirectories(folder);
      List<Path> found;
      try (Stream<Path> list = Files.list(folder)) {
        found =
            list.filter(file -> ours.matcher(file.getFileName().toString()).matches())
                .sorted(Comparator.comparing(file -> time(time, file)))
                .toList();
      }
      for (Path file : found) {
        if (file.getFileName().toString().startsWith(".")) {
          Files.deleteIfExists(file); // half written by a run that was killed
        } else {
          add(file);
        }
      }
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
  }

  private static String time(Pattern time, Path file) {
    Matcher matcher = time.matcher(file.getFileName().toString());
    return matcher.find() ? matcher.group(1) : "";
  }

  /** As in {@code door-20261130T070000.000Z-4-crossed}. */
  static String name(String camera, Instant time, String what) {
    String clean = (camera + "\n" + what).replaceAll("[^\\p{L}\\p{N}._\\n-]+", "_");
    String[] parts = clean.split("\n", 2);
    String begin = parts[0].startsWith(".") ? "_" + parts[0] : parts[0];
    return "%s-%s-%s".formatted(cut(begin), TIME.format(time), cut(parts[1]));
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME);
  }

  /** Returns where a file is written until it is whole. */
  Path part(String name) {
    return folder.resolve("." + name);
  }

  /** A file is whole, and gets its name; the oldest make room. */
  synchronized void finish(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.move(
        part(name), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    add(file);
    written++;
  }

  /** Returns how many were written since the start. */
  synchronized long written() {
    return written;
  }

  private synchronized void add(Path file) throws IOException {
    Kept added = new Kept(file, Files.size(file));
    kept.add(added);
    bytes += added.bytes;
    while (bytes > most && kept.size() > 1) {
      Kept oldest = kept.remove();
      bytes -= oldest.bytes;
      Files.deleteIfExists(oldest.file);
    }
  }
}
