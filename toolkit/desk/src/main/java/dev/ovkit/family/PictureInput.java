package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A model whose only input is the picture. What it needs to know of the picture's own size beside
 * that is fixed so that boxes come out in terms of the input; a client maps them to the picture.
 *
 * @param fixed the inputs that were fixed
 * @param declared the outputs as the file declares them, before any size was closed
 */
public record PictureInput(OnnxModel model, List<Fixed> fixed, List<TensorInfo> declared) {

  /** What an input beside the picture says. */
  public enum Fixed {
    /** The size that boxes are multiplied by, whole numbers; 1, so that they are shares. */
    SIZE,
    /** By how much the picture was scaled, two numbers; 1, so that boxes are in pixels. */
    SCALE
  }

  public PictureInput {
    fixed = List.copyOf(fixed);
    declared = List.copyOf(declared);
  }

  /** Fixes the inputs beside the picture; a model with other inputs stays as it is. */
  public static PictureInput of(OnnxModel model) {
    List<TensorInfo> pairs = new ArrayList<>();
    long pictures = 0;
    for (TensorInfo input : model.inputs()) {
      Shape shape = input.shape();
      if (shape != null && shape.rank() == 4) {
        pictures++;
      } else if (shape != null && shape.rank() == 2 && shape.dimension(1) == 2) {
        pairs.add(input);
      }
    }
    if (pictures != 1 || pairs.size() != 1 || model.inputs().size() != 2) {
      return new PictureInput(model, List.of(), model.outputs());
    }
    Graph graph = model.graph();
    String name = pairs.get(0).name();
    int element = graph.type(name).element();
    graph.fix(Tensors.ones(name, element, Shape.of(1, 2)));
    return new PictureInput(
        model.with(graph),
        List.of(Tensors.isInteger(element) ? Fixed.SIZE : Fixed.SCALE),
        model.outputs());
  }

  /** The same with the picture of another shape. */
  public PictureInput withShape(Shape picture) {
    return new PictureInput(model.withInputShape(picture), fixed, declared);
  }

  /** The same with the picture in another form. */
  public PictureInput with(OnnxModel changed) {
    return new PictureInput(changed, fixed, declared);
  }

  boolean has(Fixed kind) {
    return fixed.contains(kind);
  }
}
