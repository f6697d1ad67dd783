package dev.ovkit.family;

/**
 * What a family noticed or chose, for the user.
 *
 * @param value as in {@code from the graph}
 * @param reason as in {@code the constants of its decoding}
 * @param assumed whether boxes rest on it and nothing in the model confirms it
 */
public record Remark(Subject subject, String value, String reason, boolean assumed) {

  /** What it is about. */
  public enum Subject {
    HEADS,
    DECODING,
    ANCHORS
  }

  /** Something that the model itself says. */
  public Remark(Subject subject, String value, String reason) {
    this(subject, value, reason, false);
  }
}
