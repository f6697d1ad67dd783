package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.TestModels;
import dev.ovkit.onnx.Nodes.Attr;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a user may call an output, and what is refused with which words. */
class OutputNamesTest {

  @Test
  void aNodeATensorAndAPortAreAllNames() {
    OnnxModel model = OutputNamesTest.model();
    assertThat(model.resolveOutputs(List.of("Conv_1"))).containsExactly("first");
    assertThat(model.resolveOutputs(List.of("first"))).containsExactly("first");
    assertThat(model.resolveOutputs(List.of("Conv_1:0", "parts:1"))).containsExactly("first", "b");
    assertThat(model.resolveOutputs(List.of("odd:0")))
        .as("a colon inside")
        .containsExactly("odd:0");
  }

  @Test
  void aMissListsTheNearestWithTheirShapes() {
    assertThatThrownBy(() -> model().resolveOutputs(List.of("Conv_2")))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "'sketch.onnx' has no node and no tensor 'Conv_2'; the nearest are 'Conv_1' -> tensor"
                + " 'first' (1x6x8x8), ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissByItsLastPartIsRecognised() {
    OnnxModel model = OnnxModel.read(TestModels.demo());
    assertThatThrownBy(() -> model.resolveOutputs(List.of("m.1/Conv")))
        .hasMessageContaining(
            "the nearest are '/model.32/m.1/Conv' -> tensor '/model.32/m.1/Conv_output_0'"
                + " (1x33x18x32)");
    OnnxModel other = OnnxModel.read(TestModels.small("yolov5-maps"));
    assertThatThrownBy(() -> other.resolveOutputs(List.of("Conv_21")))
        .hasMessageContaining("'Conv_11' -> tensor 't11' (1x24x8x12)");
  }

  @Test
  void anOutputGivenTwiceIsRefusedHoweverItIsNamed() {
    assertThatThrownBy(() -> model().resolveOutputs(List.of("Conv_1", "Conv_1")))
        .isInstanceOf(OptionException.class)
        .hasMessage("the output 'Conv_1' is given twice; name each output once");
    assertThatThrownBy(() -> model().resolveOutputs(List.of("Conv_1", "first")))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "the outputs 'Conv_1' and 'first' are the same tensor 'Conv_1' -> tensor 'first'"
                + " (1x6x8x8); name each output once");
  }

  @Test
  void aNameThatMeansTwoThingsIsRefusedWithBoth() {
    assertThatThrownBy(() -> model().resolveOutputs(List.of("first_too")))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "the output 'first_too' of 'sketch.onnx' is ambiguous: 'Relu_2' -> tensor 'first_too'"
                + " (1x6x8x8) or 'first_too' -> tensor 'other' (1x6x8x8); name the tensor, or"
                + " NODE:0");
    assertThatThrownBy(() -> model().resolveOutputs(List.of("parts")))
        .as("a node with two outputs")
        .hasMessageContaining(
            "is ambiguous: 'parts:0' -> tensor 'a' (1x3x8x8) or 'parts:1' -> tensor 'b' (1x3x8x8)");
  }

  @Test
  void aNodeAndATensorOfOneNameThatAreTheSameThingAreNotAmbiguous() {
    assertThat(model().resolveOutputs(List.of("same"))).containsExactly("same");
  }

  @Test
  void inputsAndConstantsCannotBeOutputs() {
    assertThatThrownBy(() -> model().resolveOutputs(List.of("x")))
        .hasMessage(
            "'x' cannot be an output of 'sketch.onnx': it is an input; name a node or a tensor that"
                + " is computed");
    assertThatThrownBy(() -> model().resolveOutputs(List.of("w0")))
        .hasMessageContaining("it is a constant");
  }

  private static OnnxModel model() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    String w = sketch.random(1, 6, 3, 1, 1);
    sketch.node(Nodes.of("Conv", "Conv_1", List.of(x, w), List.of("first")));
    sketch.node(Nodes.of("Relu", "Relu_2", List.of("first"), List.of("first_too")));
    sketch.node(Nodes.of("Relu", "first_too", List.of("first_too"), List.of("other")));
    sketch.node(Nodes.of("Relu", "same", List.of("other"), List.of("same")));
    sketch.node(Nodes.of("Relu", "Relu_5", List.of("same"), List.of("odd:0")));
    sketch.node(
        Nodes.of("Split", "parts", List.of("odd:0"), List.of("a", "b"), Attr.of("axis", 1)));
    sketch.output("a", "b");
    return sketch.model();
  }
}
