package dev.ovkit.video.decode;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of one reader's native calls: while FFmpeg waits, it asks again and again whether to
 * give up.
 *
 * <p>JavaCPP has room for ten callbacks of a type, so all readers share one, and FFmpeg hands it
 * the number of the reader that waits.
 */
final class Deadlines implements AutoCloseable {

  private static final Map<Long, Deadlines> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong LAST = new AtomicLong();
  private static final Asked ASKED = new Asked();

  private final long id = LAST.incrementAndGet();
  private volatile long endNanos;
  private volatile boolean passed;
  private final BooleanSupplier stopped;
  private volatile boolean closing;

  /** A number as FFmpeg keeps it: a pointer that is never dereferenced. */
  private static final class ReaderNumber extends Pointer {
    ReaderNumber(long value) {
      address = value;
    }
  }

  private static final class Asked extends AVIOInterruptCB.Callback_Pointer {
    @Override
    public int call(@Nullable Pointer number) {
      @Nullable Deadlines asked = number == null ? null : OPEN.get(number.address());
      return asked == null || asked.isOver() ? 1 : 0;
    }
  }

  Deadlines(BooleanSupplier stopped) {
    this.stopped = stopped;
    OPEN.put(id, this);
  }

  /** Makes the calls of a context end when the deadline has passed. */
  void guard(AVFormatContext context) {
    context.interrupt_callback().callback(ASKED).opaque(new ReaderNumber(id));
  }

  /** Sets the deadline of the next call. */
  void start(Duration longest) {
    passed = false;
    endNanos = System.nanoTime() + longest.toNanos();
  }

  boolean isOver() {
    if (isStopped()) {
      return true;
    }
    if (System.nanoTime() - endNanos > 0) {
      passed = true;
      return true;
    }
    return false;
  }

  /** Whether the last call was given up because its deadline had passed. */
  boolean hasPassed() {
    return passed;
  }

  /** Whether the reader was asked to stop. */
  boolean isStopped() {
    return !closing && stopped.getAsBoolean();
  }

  /** Sets the deadline of the calls that close, which a stopped reader may still make. */
  void startClosing(Duration longest) {
    closing = true;
    start(longest);
  }

  @Override
  public void close() {
    OPEN.remove(id);
  }
}
