package dev.ovkit.verify;

import java.util.Locale;

/**
 * One thing that keeps two models from being the same, or explains why.
 *
 * @param sentence for people
 */
public record Finding(Kind kind, String sentence) {

  /** What it is about; findings are printed in this order. */
  public enum Kind {
    /** The two detect different numbers of classes. */
    CLASSES,
    /** An IR expects its pictures in another way than {@code ovkit convert} makes it. */
    INPUT,
    /** What an IR says of itself does not fit it. */
    METADATA,
    /** Raw outputs have the right names in the wrong order. */
    OUTPUT_ORDER,
    /** Raw outputs are exchanged. */
    OUTPUTS_EXCHANGED,
    /** Raw outputs hold infinities or what is no number. */
    NON_FINITE,
    /** Raw outputs differ. */
    OUTPUTS,
    /** Boxes differ. */
    BOXES,
    /** There was nothing to compare. */
    NOTHING_COMPARED,
    /** Why the outputs differ; it comes with another finding. */
    CAUSE;

    /** Returns the name as programs read it. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
