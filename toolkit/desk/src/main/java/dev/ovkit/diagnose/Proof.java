package dev.ovkit.diagnose;

import dev.ovkit.model.DetectorSpec;
import org.jspecify.annotations.Nullable;

/**
 * What boxes are held against.
 *
 * @param hints of the model's structure
 * @param raw the outputs of a reference, where there is one
 * @param reference what the reference says of itself, where there is one
 */
record Proof(
    Evidence evidence,
    Structures.Hints hints,
    @Nullable RawOutputs raw,
    @Nullable DetectorSpec reference)
    implements AutoCloseable {

  @Override
  public void close() {
    if (evidence instanceof Plausibility plausibility) {
      plausibility.close();
    }
  }
}
