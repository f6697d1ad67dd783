package dev.ovkit.family;

import dev.ovkit.head.Anchor;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.List;

/**
 * The end of a branch of a detector: a last convolution, before the graph starts to shuffle and
 * decode.
 *
 * @param tensor what the node gives, {@code [1, channels, height, width]}
 * @param stride pixels of the input per cell; 0 if that is no power of two or differs between the
 *     axes
 */
public record Branch(Node node, String tensor, Shape shape, int stride) {

  public int channels() {
    return (int) shape.dimension(1);
  }

  public int cells() {
    return (int) (shape.dimension(2) * shape.dimension(3));
  }

  public FoundHead head(List<Anchor> anchors) {
    return new FoundHead(node.name(), tensor, shape, stride, anchors);
  }

  static boolean haveDistinctStrides(List<Branch> branches) {
    return branches.stream().map(Branch::stride).distinct().count() == branches.size();
  }
}
