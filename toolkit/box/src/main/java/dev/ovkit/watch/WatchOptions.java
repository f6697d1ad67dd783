package dev.ovkit.watch;

import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a folder is watched.
 *
 * @param in where pictures are dropped; on a local disk
 * @param out where results appear
 * @param draw whether each picture is also written with its boxes drawn
 * @param delete whether a picture whose result is out is deleted, not kept in {@code IN/done}
 * @param once whether to end when everything there is done; then a folder that cannot be written is
 *     an error and not waited for
 * @param settle how long a file must stay unchanged, in size and time, before it is processed
 */
public record WatchOptions(
    Path in, Path out, boolean draw, boolean delete, boolean once, Duration settle) {

  public WatchOptions {
    if (settle.isNegative()) {
      throw new OptionException("settle: %d ms, expected 0 or more".formatted(settle.toMillis()));
    }
  }

  /** JSON only, pictures kept, until it is stopped; a file is whole after half a second. */
  public static WatchOptions of(Path in, Path out) {
    return new WatchOptions(in, out, false, false, false, Duration.ofMillis(500));
  }

  public WatchOptions withDraw(boolean wanted) {
    return new WatchOptions(in, out, wanted, delete, once, settle);
  }

  public WatchOptions withDelete(boolean wanted) {
    return new WatchOptions(in, out, draw, wanted, once, settle);
  }

  public WatchOptions withOnce(boolean wanted) {
    return new WatchOptions(in, out, draw, delete, wanted, settle);
  }

  public WatchOptions withSettle(Duration changed) {
    return new WatchOptions(in, out, draw, delete, once, changed);
  }
}
