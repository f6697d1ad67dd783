package dev.ovkit.layout;

import dev.ovkit.ModelException;
import dev.ovkit.head.Head;
import dev.ovkit.model.InputSize;
import java.util.List;

/** The cells of one head. */
record Grid(int rows, int columns) {

  static Grid of(InputSize input, Head head) {
    int stride = head.stride();
    if (input.height() % stride != 0 || input.width() % stride != 0) {
      throw new ModelException(
          "an input of %dx%d is not a multiple of stride %d; convert the model again"
              .formatted(input.width(), input.height(), stride));
    }
    return new Grid(input.height() / stride, input.width() / stride);
  }

  int cells() {
    return rows * columns;
  }

  /** The error of an output whose shape does not fit its layout. */
  static ModelException misfit(String output, List<Long> shape, String expected) {
    return new ModelException(
        "output '%s' is %s, but the model's metadata says %s; convert the model again"
            .formatted(output, text(shape), expected));
  }

  static String text(List<Long> shape) {
    return shape.toString().replace(" ", "");
  }
}
