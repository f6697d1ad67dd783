package dev.ovkit.video.sink;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that does not grow without end: when it is full, it becomes {@code NAME.1}, the
 * former one {@code NAME.2}, and so on; the oldest is deleted. Lines are never cut. Not for several
 * threads.
 */
public final class RotatingFile implements JsonLines.Lines, AutoCloseable {

  private final Path file;
  private final long most;
  private final int kept;
  private final String header;
  private @Nullable BufferedWriter writer;
  private long size;

  /**
   * Opens a file, and appends to it if it exists.
   *
   * @param mostBytes when it is full
   * @param kept how many full ones are kept beside it
   * @throws OutputException when it cannot be written
   */
  public RotatingFile(Path file, long mostBytes, int kept) {
    this(file, mostBytes, kept, "");
  }

  /**
   * Opens a file, each of which begins with a line of names.
   *
   * @param header without its line end; empty for none
   */
  RotatingFile(Path file, long mostBytes, int kept, String header) {
    if (mostBytes < 1 || kept < 0) {
      throw new OptionException(
          "a rotated file has at least one byte, and none or more are kept, not %d and %d"
              .formatted(mostBytes, kept));
    }
    this.file = file;
    this.most = mostBytes;
    this.kept = kept;
    this.header = header;
    try {
      open();
    } catch (IOException e) {
      throw OutputException.of(file, e);
    }
  }

  private BufferedWriter open() throws IOException {
    BufferedWriter opened =
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    writer = opened;
    size = Files.size(file);
    if (size == 0 && !header.isEmpty()) {
      put(opened, header);
    }
    return opened;
  }

  @Override
  public void write(String line) throws IOException {
    int bytes = line.getBytes(StandardCharsets.UTF_8).length + 1;
    if (size > header.length() + 1L && size + bytes > most) {
      rotate();
    }
    BufferedWriter open = writer == null ? open() : writer;
    try {
      put(open, line);
    } catch (IOException e) {
      abandon(open); // what it has buffered would come out later, in the middle of other lines
      throw e;
    }
  }

  private void put(BufferedWriter open, String line) throws IOException {
    open.write(line);
    open.write('\n');
    open.flush();
    size += line.getBytes(StandardCharsets.UTF_8).length + 1;
  }

  private void abandon(BufferedWriter broken) {
    writer = null;
    try {
      broken.close();
    } catch (IOException e) {
      // the failure that is reported came before
    }
  }

  private void rotate() throws IOException {
    close();
    for (int i = kept; i > 0; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (kept == 0) {
      Files.delete(file);
    }
    open();
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      BufferedWriter closing = writer;
      writer = null;
      closing.close();
    }
  }
}
