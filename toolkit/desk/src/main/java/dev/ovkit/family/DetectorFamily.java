package dev.ovkit.family;

import java.util.Map;
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
   * Whether it reads models of which an exporter notes these things, such as {@code task: pose} or
   * {@code model_family: rtmdet}. What is noted wins over what a shape suggests.
   *
   * @param notes as the exporter spelled them; often empty
   */
  default boolean reads(Map<String, String> notes) {
    return notes.getOrDefault("task", "detect").equals("detect")
        && !notes.containsKey("model_family");
  }

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
