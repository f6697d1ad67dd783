package dev.ovkit.model;

import java.util.List;

/**
 * Something that an IR does not say and that was assumed for it.
 *
 * @param kind what was assumed
 * @param values what the sentence of this kind leaves open, in its order
 */
public record Assumption(Kind kind, List<String> values) {

  /** What can be assumed, each with the sentence that says it. */
  public enum Kind {
    /** {@code metadata.yaml} is beside the IR, and nothing can read it. */
    UNREAD_NOTES("%s is ignored, because SnakeYAML is not on the class path"),
    /** There are labels, but not one a class. */
    LABELS_LEFT_OUT("its %s labels do not fit its %s classes and are left out"),
    ANCHORS_PER_CELL("three anchors per cell, so %s classes"),
    ANCHORS("the anchors of YOLOv5 for strides %s"),
    /** Rows that still lack grid and anchors. */
    BOXES_WITHOUT_GRID(
        "boxes without grid and anchors in '%s' (it ends in %s); the anchors of YOLOv5 for strides"
            + " %s"),
    BOXES_IN_PIXELS("'%s' contains boxes in pixels"),
    /** What else a layout guesses, in its own words. */
    LAYOUT("%s"),
    YOLOX_BY_ITS_ROWS("'%s' is the output of a YOLOX, because it has %s rows"),
    UNKNOWN_RESIZE("its resize_type '%s' is unknown and ignored"),
    LETTERBOX("a letterbox %s, padded with %s"),
    /** Model Optimizer reversed the channels and was not told to scale. */
    SCALED_BEFORE("pixel values are divided by 255 before they enter the IR"),
    /** The order of the input's channels, and what its numbers are. */
    INPUT("an input of %s");

    private final String sentence;

    Kind(String sentence) {
      this.sentence = sentence;
    }
  }

  public Assumption {
    values = List.copyOf(values);
  }

  /** Makes one of what the sentence of its kind leaves open. */
  public static Assumption of(Kind kind, Object... values) {
    return new Assumption(kind, List.of(values).stream().map(String::valueOf).toList());
  }

  /** Returns it in words, for a person. */
  public String sentence() {
    return kind.sentence.formatted(values.toArray());
  }
}
