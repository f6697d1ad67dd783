package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.CompileOptions;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flattened operators give what they gave, in words that no reader takes for another axis. */
class OlderSoftmaxTest {

  @TempDir private Path temp;

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

  /** Its branches are chosen as the graph runs, so that no shape inside them is known before. */
  private static OnnxModel branching(int opset, int axis) {
    Sketch sketch = new Sketch(opset);
    String x = sketch.input("x", 1, 3, 4, 5);
    String sum = sketch.op("ReduceSum", x, Attr.of("keepdims", 0L));
    String positive = sketch.op("Greater", List.of(sum, sketch.scalar(0)));
    NodeProto.Builder branch =
        Nodes.of("If", "choice", List.of(positive), List.of("chosen")).proto().toBuilder();
    for (String name : List.of("then_branch", "else_branch")) {
      Node softmax =
          Nodes.of("Softmax", name, List.of(x), List.of(name + "_y"), Attr.of("axis", axis));
      branch.addAttribute(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(
                  GraphProto.newBuilder()
                      .setName(name)
                      .addNode(softmax.proto())
                      .addOutput(
                          ValueInfoProto.newBuilder()
                              .setName(name + "_y")
                              .setType(
                                  TypeProto.newBuilder()
                                      .setTensorType(
                                          TypeProto.Tensor.newBuilder()
                                              .setElemType(TensorProto.DataType.FLOAT_VALUE))))));
    }
    sketch.node(new Node(branch.build()));
    sketch.output("chosen");
    return sketch.model();
  }

  /** What OpenVINO makes of a model, for the input that {@link Runs} gives it. */
  private float[] openVino(OnnxModel model) throws IOException {
    Path xml = Files.createTempDirectory(temp, "ir").resolve("model.xml");
    try (ModelEditor editor = ModelEditor.ofOnnx(model.toBytes())) {
      editor.save(xml);
    }
    try (Core core = Core.create();
        Model read = core.readModel(xml);
        CompiledModel compiled = core.compile(read, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      FloatBuffer input = request.input(0).floats();
      Random random = new Random(11);
      for (int i = 0; i < input.capacity(); i++) {
        input.put(i, random.nextFloat());
      }
      request.infer();
      FloatBuffer output = request.output(0).floats();
      float[] numbers = new float[output.capacity()];
      output.get(0, numbers);
      return numbers;
    }
  }

  @Test
  void branchesAreFlattenedToo() throws Exception {
    OnnxModel before = branching(12, 1);
    OnnxModel after = OlderSoftmax.flattened(before);
    assertThat(after.toBytes()).contains("Flatten".getBytes(StandardCharsets.UTF_8));
    assertThat(Runs.difference(before, after)).isLessThan(1e-6);
    // OpenVINO reads the older form otherwise; this is what all of it is for.
    assertThat(Runs.difference(openVino(before), Runs.run(before).get("chosen")))
        .isGreaterThan(0.1);
    assertThat(Runs.difference(openVino(after), Runs.run(before).get("chosen"))).isLessThan(1e-5);
  }

  @ParameterizedTest
  @CsvSource({"12, -1", "13, 1"})
  void branchesThatBothReadAlikeStay(int opset, int axis) {
    OnnxModel model = branching(opset, axis);
    assertThat(OlderSoftmax.flattened(model)).isSameAs(model);
  }
}
