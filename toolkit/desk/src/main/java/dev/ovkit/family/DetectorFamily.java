package dev.ovkit.family;

import java.util.Optional;

/**
 * A family of detectors: how its graphs are recognised, and how pictures go into them. No name in a
 * graph counts.
 *
 * <p>A family is one class of this package and one entry of {@link Families#ALL}. It has no state.
 */
public interface DetectorFamily {

  /** Its name for users, such as {@code YOLOv5}. */
  String name();

  /** How its models want their pictures, as far as no graph says it. */
  Preprocessing preprocessing();

  /**
   * Looks for a detector of this family.
   *
   * @return empty if the graph has none; a refusal if it has one that cannot be read
   */
  Optional<Recognition> recognise(DetectorGraph graph);

  /**
   * Looks again, with less to go by, in a graph that no family has recognised.
   *
   * @return as {@link #recognise} does
   */
  default Optional<Recognition> guess(DetectorGraph graph) {
    return Optional.empty();
  }
}
