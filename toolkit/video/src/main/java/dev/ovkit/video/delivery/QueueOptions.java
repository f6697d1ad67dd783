package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.nio.file.Path;

/**
 * Where events wait for a receiver that is away.
 *
 * @param folder has a folder for each receiver
 * @param mostBytes how much one receiver's events may take; beyond that the oldest are dropped
 */
public record QueueOptions(Path folder, long mostBytes) {

  /** The least that makes sense: some hundred events. */
  public static final long LEAST_BYTES = 64 << 10;

  /** Some hundred thousand events. */
  public static final long DEFAULT_BYTES = 100L << 20;

  public QueueOptions {
    if (mostBytes < LEAST_BYTES) {
      throw new OptionException(
          "a queue of %d bytes is too small; expected at least %d (64K)"
              .formatted(mostBytes, LEAST_BYTES));
    }
  }
}
