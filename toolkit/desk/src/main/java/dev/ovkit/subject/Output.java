package dev.ovkit.subject;

import java.util.List;

/**
 * One output of a network for one picture.
 *
 * @param name one of its tensor names
 * @param shape its dimensions
 * @param values in row-major order; a copy that the caller may keep
 */
public record Output(String name, List<Long> shape, float[] values) {

  public Output {
    shape = List.copyOf(shape);
  }
}
