package dev.ovkit.ir;

import dev.ovkit.runtime.Shape;
import java.util.List;

/**
 * An input or output as a model file declares it.
 *
 * @param names every name it can be looked up by; the first is the one to show
 * @param shape its dimensions; -1 for one that is open
 * @param elementType in OpenVINO's words: {@code f32}, {@code f16}, {@code u8}, …
 */
public record TensorDescription(List<String> names, List<Long> shape, String elementType) {

  public TensorDescription {
    names = List.copyOf(names);
    shape = List.copyOf(shape);
  }

  /** Returns the name to show, or {@code "unnamed"}. */
  public String name() {
    return names.isEmpty() ? "unnamed" : names.get(0);
  }

  /** Returns whether a dimension is open. */
  public boolean isOpen() {
    return shape.stream().anyMatch(side -> side < 0);
  }

  /**
   * Returns the shape as people write it: {@code [1,3,640,640]}, with {@code ?} where it is open.
   */
  public String shapeText() {
    return new Shape(shape).bracketed();
  }
}
