package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.Nodes.Attr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flattened operators give what they gave, in words that no reader takes for another axis. */
class OlderSoftmaxTest {

  private static final int DEFAULT = 99;

  private static OnnxModel model(String op, int opset, int axis, boolean open, long... shape) {
    Sketch sketch = new Sketch(opset);
    long[] declared = shape.clone();
    declared[0] = open ? -1 : shape[0];
    String x = sketch.input("x", declared);
    sketch.output(axis == DEFAULT ? sketch.op(op, x) : sketch.op(op, x, Attr.of("axis", axis)));
    return sketch.model();
  }

  @ParameterizedTest
  @CsvSource({
    "Softmax, 9, 1",
    "Softmax, 11, 99",
    "Softmax, 11, 0",
    "Softmax, 12, 1",
    "Softmax, 12, 2",
    "Softmax, 12, -2",
    "Softmax, 12, -4",
    "LogSoftmax, 12, 1",
    "LogSoftmax, 11, 99",
    "Hardmax, 12, 1",
    "Hardmax, 11, 99"
  })
  void anAxisWithOthersBehindItIsFlattened(String op, int opset, int axis) {
    OnnxModel before = model(op, opset, axis, false, 1, 3, 4, 5);
    OnnxModel after = OlderSoftmax.flattened(before);
    assertThat(after.graph().count("Flatten")).isEqualTo(1);
    assertThat(after.graph().count("Shape")).isZero();
    assertThat(after.outputs()).isEqualTo(before.outputs());
    assertThat(Runs.difference(before, after)).isLessThan(1e-6);
  }

  /** A shape that is open when it is converted is asked for as the graph runs. */
  @Test
  void anOpenShapeIsAskedForLater() {
    OnnxModel after = OlderSoftmax.flattened(model("Softmax", 12, 1, true, 1, 3, 4, 5));
    assertThat(after.graph().count("Shape")).isEqualTo(1);
    OnnxModel closed = model("Softmax", 12, 1, false, 1, 3, 4, 5);
    assertThat(Runs.difference(closed, after.withInputShape(closed.inputs().get(0).shape())))
        .isLessThan(1e-6);
  }

  @ParameterizedTest
  @CsvSource({"12, -1", "12, 3", "13, 1", "17, 99"})
  void whatBothReadAlikeStays(int opset, int axis) {
    OnnxModel model = model("Softmax", opset, axis, false, 1, 3, 4, 5);
    assertThat(OlderSoftmax.flattened(model)).isSameAs(model);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, DEFAULT})
  void axesOfOneBehindItDoNotCount(int axis) {
    OnnxModel model = model("Softmax", 12, axis, false, 1, axis == 2 ? 1 : 3, axis == 2 ? 3 : 1, 1);
    assertThat(OlderSoftmax.flattened(model)).isSameAs(model);
  }
}
