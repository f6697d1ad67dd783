package dev.ovkit.bisect;

import dev.ovkit.runtime.Shape;
import java.util.Optional;

/**
 * A tensor that both models have, computed in both from the first model's own numbers.
 *
 * @param tensor its name
 * @param shape in the first model
 * @param first what computes it there
 * @param second what computes it in the second model
 * @param difference of the two results; empty where they cannot be compared
 * @param trouble why they cannot
 * @param differs whether the difference is beyond the tolerance
 * @param seesPicture whether it is computed from the picture itself, which each model gets as it is
 *     prepared for that model
 * @param byOrder whether it depends on which of equal scores an engine puts first; then a
 *     difference of its numbers is not judged
 */
public record NodeDifference(
    String tensor,
    Shape shape,
    NodeDescription first,
    NodeDescription second,
    Optional<TensorDifference> difference,
    Optional<String> trouble,
    boolean differs,
    boolean seesPicture,
    boolean byOrder) {

  /** Returns the error that the second model adds here; infinite where nothing can be compared. */
  public double error() {
    return difference.map(TensorDifference::error).orElse(Double.POSITIVE_INFINITY);
  }
}
