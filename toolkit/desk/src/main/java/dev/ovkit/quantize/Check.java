package dev.ovkit.quantize;

import dev.ovkit.OptionException;
import dev.ovkit.evaluate.GroundTruth;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an 8-bit IR must still do: find what the f32 one finds, run for real on this CPU.
 *
 * @param pictures other ones than those of the calibration
 * @param truth their objects; without them the f32 model's boxes are the measure
 * @param mostDrop how much may be lost, 0..1; empty takes {@link #MAP_DROP} or {@link #BOX_DROP}
 * @param auto whether to leave the costliest convolutions in float until it holds
 */
public record Check(
    List<Path> pictures, Optional<GroundTruth> truth, OptionalDouble mostDrop, boolean auto) {

  /** Of the mAP@.5:.95. */
  public static final double MAP_DROP = 0.01;

  /** Of the boxes. */
  public static final double BOX_DROP = 0.1;

  public Check {
    pictures = List.copyOf(pictures);
    if (mostDrop.isPresent() && !(mostDrop.getAsDouble() >= 0 && mostDrop.getAsDouble() <= 1)) {
      throw new OptionException(
          "--max-drop %s: expected a number from 0 to 1".formatted(mostDrop.getAsDouble()));
    }
  }

  double drop() {
    return mostDrop.orElse(truth.isPresent() ? MAP_DROP : BOX_DROP);
  }
}
