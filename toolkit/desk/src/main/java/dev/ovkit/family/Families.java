package dev.ovkit.family;

import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Shape;

/** Says of which family a detector is. */
public final class Families {
  public static final Families ALL = new Families();

  private Families() {}

  /** What kind of detector this is, found from the graph alone. An open batch is taken to be 1. */
  public DetectorFamily recognise(OnnxModel model) {
    Shape input = model.inputs().size() == 1 ? model.inputs().get(0).shape() : null;
    if (input != null && input.rank() == 4 && input.dim(0) == Shape.UNKNOWN) {
      Shape one = Shape.of(1, input.dim(1), input.dim(2), input.dim(3));
      return one.isStatic()
          ? recognise(model.withInputShape(one))
          : new DetectorFinder(model.graph()).find();
    }
    return new DetectorFinder(model.graph()).find();
  }
}
