package dev.ovkit.quantize;

import java.util.List;

/**
 * The levels of a tensor.
 *
 * @param name the node that computes it
 * @param ranges one, or one a channel
 */
public record SourceRange(String name, List<LevelRange> ranges) {
  public SourceRange {
    ranges = List.copyOf(ranges);
  }
}
