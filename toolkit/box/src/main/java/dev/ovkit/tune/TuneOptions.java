package dev.ovkit.tune;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is tuned, and what may be tried.
 *
 * @param ir the model
 * @param target one picture as soon as possible, or as many as possible
 * @param pictures to tune on; empty for a picture of noise
 * @param budget about how long it may take
 * @param maxLatency the time within which 90 of 100 pictures must be done, from file to boxes
 * @param bf16 whether arithmetic in bf16 is tried, where the CPU has it
 * @param rectangular whether an input in the shape of the pictures is tried
 * @param cache whether keeping the compiled model beside the IR is tried
 */
public record TuneOptions(
    Path ir,
    Hint target,
    List<Path> pictures,
    Duration budget,
    Optional<Duration> maxLatency,
    boolean bf16,
    boolean rectangular,
    boolean cache) {

  public TuneOptions {
    pictures = List.copyOf(pictures);
    if (pictures.isEmpty() && (bf16 || rectangular)) {
      throw new OptionException(
          "bf16 and a rectangular input can change the boxes, so pictures are needed to check"
              + " them");
    }
    if (budget.isZero() || budget.isNegative()) {
      throw new OptionException("no time to tune");
    }
  }

  /** Two minutes, nothing that could change a box. */
  public static TuneOptions of(Path ir, Hint target, List<Path> pictures) {
    return new TuneOptions(
        ir, target, pictures, Duration.ofMinutes(2), Optional.empty(), false, false, false);
  }

  public TuneOptions withBudget(Duration changed) {
    return new TuneOptions(ir, target, pictures, changed, maxLatency, bf16, rectangular, cache);
  }

  public TuneOptions withMaxLatency(Duration most) {
    return new TuneOptions(
        ir, target, pictures, budget, Optional.of(most), bf16, rectangular, cache);
  }

  public TuneOptions withBf16(boolean tried) {
    return new TuneOptions(ir, target, pictures, budget, maxLatency, tried, rectangular, cache);
  }

  public TuneOptions withRectangular(boolean tried) {
    return new TuneOptions(ir, target, pictures, budget, maxLatency, bf16, tried, cache);
  }

  public TuneOptions withCache(boolean tried) {
    return new TuneOptions(ir, target, pictures, budget, maxLatency, bf16, rectangular, tried);
  }
}
