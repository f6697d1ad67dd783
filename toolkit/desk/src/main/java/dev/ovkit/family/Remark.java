package dev.ovkit.family;

/**
 * What a family noticed or chose, to be told to the user.
 *
 * @param value as in {@code from the graph}
 * @param reason as in {@code the constants of its decoding}
 */
public record Remark(Subject subject, String value, String reason) {

  /** What it is about. */
  public enum Subject {
    HEADS,
    DECODING,
    ANCHORS
  }
}
