package dev.ovkit.head;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An output in the parts that are compared separately: boxes in pixels would hide what differs in
 * scores.
 *
 * @param parts by what they hold, such as {@code boxes}; the whole under the empty name
 * @param logits whether scores have not passed a sigmoid yet
 */
public record OutputParts(Map<String, float[]> parts, boolean logits) {

  /** Boxes and scores, each by itself. */
  public static OutputParts of(float[] boxes, float[] scores, boolean logits) {
    Map<String, float[]> parts = new LinkedHashMap<>();
    parts.put("boxes", boxes);
    parts.put("scores", scores);
    return new OutputParts(parts, logits);
  }
}
