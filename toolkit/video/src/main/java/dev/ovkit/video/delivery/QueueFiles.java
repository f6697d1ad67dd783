package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.OptionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Lines in files of a folder, first in, first out, bounded in bytes.
 *
 * <p>Each line has its checksum and length before it, so that one that a crash cut off is
 * recognised. A file is begun when the last one is full and at each start, and deleted when all of
 * it is removed. The file {@code delivered} says how far that is; losing it repeats lines and loses
 * none. One process at a time uses a folder.
 */
final class QueueFiles implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("\\d{12}\\.events");
  private static final Pattern DELIVERED = Pattern.compile("\\d{12} \\d{12} [0-9a-f]{8}\n");

  /** A full queue drops an eighth of itself at once. */
  private static final int FILES = 8;

  /** The last file is deleted only if it is large: otherwise each event would make a new one. */
  private static final int LEAST_DELETED = 64 << 10;

  private static final int MOST_READ = 256 << 10;

  /** A file, and what of it is whole. */
  private static final class Segment {
    final long number;
    final Path file;
    long bytes;
    int lines;

    Segment(Path folder, long number) {
      this.number = number;
      this.file = folder.resolve("%012d.events".formatted(number));
    }
  }

  /**
   * Lines from the beginning.
   *
   * @param lines without checksums; damaged ones are left out
   * @param segment the number of their file
   * @param end where they end in it
   */
  record Batch(List<String> lines, long segment, long end) {}

  private final Path folder;
  private final long most;
  private final long mostOfFile;
  private final FileChannel lock;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private long first;
  private long lost;
  private long nextNumber = 1;
  private @Nullable FileChannel output;

  private QueueFiles(Path folder, long mostBytes, FileChannel lock) {
    this.folder = folder;
    this.most = mostBytes;
    this.mostOfFile = mostBytes / FILES;
    this.lock = lock;
  }

  /**
   * Opens a folder, and finds what an earlier process has left in it.
   *
   * @throws OptionException when another process uses it
   */
  static QueueFiles open(Path folder, long mostBytes) throws IOException {
    Files.createDirectories(folder);
    FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
      QueueFiles segments = new QueueFiles(folder, mostBytes, lock);
      segments.find();
      return segments;
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw new OptionException(
          "queue '%s': another ovkit uses it; give each its own folder".formatted(folder), e);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private void find() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files =
          list.filter(path -> NAME.matcher(path.getFileName().toString()).matches())
              .sorted()
              .toList();
    }
    long[] delivered = delivered();
    for (Path file : files) {
      long number = Long.parseLong(file.getFileName().toString().substring(0, 12));
      nextNumber = number + 1;
      if (number < delivered[0]) {
        Files.delete(file);
        continue;
      }
      Segment segment = new Segment(folder, number);
      byte[] all = Files.readAllBytes(file);
      int end = all.length;
      while (end > 0 && all[end - 1] != '\n') {
        end--; // cut off
      }
      segment.bytes = end;
      long from = number == delivered[0] ? Math.min(delivered[1], end) : 0;
      if (segments.isEmpty()) {
        first = from;
      }
      segment.lines = whole(all, (int) from, end).size();
      segments.add(segment);
    }
    nextNumber = Math.max(nextNumber, delivered[0] + 1);
  }

  private long[] delivered() throws IOException {
    Path file = folder.resolve("delivered");
    String text = Files.exists(file) ? Files.readString(file, ISO_8859_1) : "";
    if (DELIVERED.matcher(text).matches()
        && text.substring(26, 34).equals(checksum(text.substring(0, 25).getBytes(ISO_8859_1)))) {
      return new long[] {
        Long.parseLong(text.substring(0, 12)), Long.parseLong(text.substring(13, 25))
      };
    }
    return new long[] {0, 0};
  }

  private static String checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return "%08x".formatted(crc.getValue());
  }

  private static byte[] framed(String line) {
    byte[] content = line.getBytes(UTF_8);
    byte[] head = "%s %d ".formatted(checksum(content), content.length).getBytes(ISO_8859_1);
    byte[] all = new byte[head.length + content.length + 1];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    all[all.length - 1] = '\n';
    return all;
  }

  /** Returns the lines that are as they were written. */
  private static List<String> whole(byte[] bytes, int from, int to) {
    List<String> lines = new ArrayList<>();
    for (int start = from, i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        String[] parts = new String(bytes, start, i - start, UTF_8).split(" ", 3);
        if (parts.length == 3) {
          byte[] content = parts[2].getBytes(UTF_8);
          if (parts[0].equals(checksum(content))
              && parts[1].equals(Integer.toString(content.length))) {
            lines.add(parts[2]);
          }
        }
        start = i + 1;
      }
    }
    return lines;
  }

  /**
   * Adds lines at the end. Returns how many lines were dropped at the beginning to have room.
   *
   * @throws IOException when not all could be written; none of them is then there
   */
  synchronized int append(List<String> lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : lines) {
      bytes.writeBytes(framed(line));
    }
    int dropped = 0;
    while (!segments.isEmpty() && bytes() + bytes.size() > most) {
      dropped += dropFirst();
    }
    Segment last = segments.peekLast();
    if (output == null || last == null || last.bytes + bytes.size() > mostOfFile) {
      last = begin();
    }
    FileChannel channel = Objects.requireNonNull(output);
    try {
      channel.position(last.bytes);
      for (ByteBuffer rest = ByteBuffer.wrap(bytes.toByteArray()); rest.hasRemaining(); ) {
        channel.write(rest);
      }
    } catch (IOException e) {
      takeBack(channel, last.bytes);
      throw e;
    }
    last.bytes += bytes.size();
    last.lines += lines.size();
    return dropped;
  }

  private Segment begin() throws IOException {
    closeOutput();
    Files.createDirectories(folder);
    Segment segment = new Segment(folder, nextNumber);
    output =
        FileChannel.open(segment.file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    nextNumber++;
    segments.add(segment);
    return segment;
  }

  /** What was half written must not be read at the next start; if it stays, a checksum says so. */
  private void takeBack(FileChannel channel, long bytes) {
    try {
      channel.truncate(bytes);
    } catch (IOException e) {
      abandonOutput();
    }
  }

  private void abandonOutput() {
    try {
      closeOutput();
    } catch (IOException e) {
      // the failure that is reported came before
    }
  }

  private void closeOutput() throws IOException {
    if (output != null) {
      FileChannel closing = output;
      output = null;
      closing.close();
    }
  }

  private int dropFirst() throws IOException {
    Segment dropped = segments.removeFirst();
    first = 0;
    if (segments.isEmpty()) {
      closeOutput();
    }
    Files.deleteIfExists(dropped.file);
    return dropped.lines;
  }

  /**
   * Reads lines from the beginning, which stay there until they are removed; none if there are
   * none.
   */
  synchronized Batch read(int mostLines) throws IOException {
    while (true) {
      Segment segment = segments.peekFirst();
      if (segment == null || (segment.lines == 0 && segments.size() == 1)) {
        return new Batch(List.of(), 0, 0);
      }
      Batch batch = segment.lines == 0 ? null : read(segment, mostLines);
      if (batch != null) {
        return batch;
      }
      lost += segment.lines; // damaged, or the file was deleted
      dropFirst();
    }
  }

  /** Returns null if there are no more whole lines in it. */
  private @Nullable Batch read(Segment segment, int mostLines) throws IOException {
    try (FileChannel channel = FileChannel.open(segment.file, StandardOpenOption.READ)) {
      long from = first;
      for (int length = MOST_READ; from < segment.bytes; ) {
        byte[] bytes = new byte[(int) Math.min(length, segment.bytes - from)];
        ByteBuffer target = ByteBuffer.wrap(bytes);
        while (target.hasRemaining()) {
          if (channel.read(target, from + target.position()) < 0) {
            return null; // somebody has cut it off
          }
        }
        int end = 0;
        int lines = 0;
        for (int i = 0; i < bytes.length && lines < mostLines; i++) {
          if (bytes[i] == '\n') {
            end = i + 1;
            lines++;
          }
        }
        List<String> whole = whole(bytes, 0, end);
        if (!whole.isEmpty()) {
          return new Batch(whole, segment.number, from + end);
        }
        length = end == 0 ? 2 * length : length; // a long line
        from += end;
      }
      return null;
    } catch (NoSuchFileException e) {
      return null; // somebody has deleted it
    }
  }

  /**
   * Removes lines that were read. Returns false if they were dropped meanwhile.
   *
   * @throws IOException when that cannot be noted; they are removed all the same, but come again
   *     after a crash
   */
  synchronized boolean remove(Batch batch) throws IOException {
    Segment segment = segments.peekFirst();
    if (segment == null || segment.number != batch.segment) {
      return false;
    }
    first = batch.end;
    segment.lines = Math.max(0, segment.lines - batch.lines.size());
    byte[] place = "%012d %012d".formatted(segment.number, first).getBytes(ISO_8859_1);
    byte[] line =
        (new String(place, ISO_8859_1) + " " + checksum(place) + "\n").getBytes(ISO_8859_1);
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("delivered"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(line), 0);
    }
    if (first >= segment.bytes && (segments.size() > 1 || first >= LEAST_DELETED)) {
      dropFirst();
    }
    return true;
  }

  /** Returns how many lines wait. */
  synchronized int lines() {
    return segments.stream().mapToInt(segment -> segment.lines).sum();
  }

  /** Returns how many lines were found damaged or missing. */
  synchronized long lost() {
    return lost;
  }

  /** Returns how many bytes the files have. */
  synchronized long bytes() {
    return segments.stream().mapToLong(segment -> segment.bytes).sum();
  }

  /** Brings what was written to the disk itself, so that it survives a power cut. */
  void force() throws IOException {
    FileChannel channel;
    synchronized (this) {
      channel = output;
    }
    if (channel != null && channel.isOpen()) {
      channel.force(false);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      if (output != null) {
        output.force(false);
      }
      closeOutput();
      Segment last = segments.peekLast();
      if (segments.size() == 1 && last != null && last.lines == 0) {
        dropFirst();
      }
    } finally {
      lock.close();
    }
  }
}
