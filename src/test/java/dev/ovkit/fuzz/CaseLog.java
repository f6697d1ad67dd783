package dev.ovkit.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Counts the cases of a campaign and holds the running one, in a file that outlives a crash of the
 * JVM: four numbers of 8 bytes (cases, results, refusals, length of the running case; 0 when none
 * runs), then the running case. benchmarks/fuzz.sh reads it.
 */
final class CaseLog {

  private static final int CASES = 0;
  private static final int RESULTS = 8;
  private static final int REFUSALS = 16;
  private static final int LENGTH = 24;
  private static final int RUNNING = 32;
  private static final int MOST_BYTES = 4 << 20;

  private final @Nullable MappedByteBuffer file;

  private CaseLog(@Nullable MappedByteBuffer file) {
    this.file = file;
  }

  /** Opens the file that the property {@code ovkit.fuzz.log} names; without one nothing is kept. */
  static CaseLog ofProperty() {
    String name = System.getProperty("ovkit.fuzz.log");
    if (name == null) {
      return new CaseLog(null);
    }
    try (FileChannel channel =
        FileChannel.open(
            Path.of(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MappedByteBuffer file = channel.map(FileChannel.MapMode.READ_WRITE, 0, MOST_BYTES);
      file.order(ByteOrder.LITTLE_ENDIAN);
      return new CaseLog(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void begin(byte[] bytes) {
    if (file != null) {
      file.putLong(CASES, file.getLong(CASES) + 1);
      int length = Math.min(bytes.length, MOST_BYTES - RUNNING);
      file.put(RUNNING, bytes, 0, length);
      file.putLong(LENGTH, length);
    }
  }

  void end(boolean result) {
    if (file != null) {
      int kind = result ? RESULTS : REFUSALS;
      file.putLong(kind, file.getLong(kind) + 1);
      file.putLong(LENGTH, 0);
    }
  }
}
