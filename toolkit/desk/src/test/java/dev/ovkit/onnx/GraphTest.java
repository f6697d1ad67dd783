package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes, small numbers, and the cut. */
class GraphTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v5lite-e-coco",
        "v5lite-s",
        "yolov5n-ppe",
        "yolox_nano-416",
        "pplcnet-yolo-seed-names-quarter",
        "yolov5s-seed-names-quarter"
      })
  void shapesOfRealModelsAreThoseThatTheirExporterNoted(String name) {
    ModelProto proto = OnnxModel.read(TestModels.onnx(name)).graph().toModel();
    Graph blind =
        new Graph(
            proto.toBuilder().setGraph(proto.getGraph().toBuilder().clearValueInfo()).build());
    assertThat(proto.getGraph().getValueInfoCount()).isGreaterThan(200);
    for (ValueInfoProto info : proto.getGraph().getValueInfoList()) {
      if (!blind.isConstant(info.getName())) {
        assertThat(blind.type(info.getName())).as(info.getName()).isEqualTo(Graph.typeOf(info));
      }
    }
  }

  @Test
  void arithmeticOnShapesIsFolded() {
    // view(x, [n, -1]) as a tracer writes it: shape, gather, unsqueeze, concat.
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 2, 3, 4, 5);
    String shape = sketch.op("Shape", x);
    String first = sketch.op("Gather", List.of(shape, sketch.constantNode(scalar(0))));
    String target =
        sketch.op(
            "Concat",
            List.of(sketch.op("Unsqueeze", List.of(first, sketch.longs(0))), sketch.longs(-1)),
            Attr.of("axis", 0));
    String y = sketch.op("Reshape", List.of(x, target));
    sketch.output(y);
    assertThat(sketch.model().graph().shape(y)).isEqualTo(Shape.of(2, 60));
  }

  @Test
  void anUpsampleWithComputedSizesIsFolded() {
    // As opset 9..11 exporters write a factor of two: sizes = floor(float(shape) * 2).
    Sketch sketch = new Sketch(11);
    String x = sketch.input("x", 1, 8, 10, 6);
    String shape = sketch.op("Shape", x);
    String tail =
        sketch.op("Slice", List.of(shape, sketch.longs(2), sketch.longs(4), sketch.longs(0)));
    String real = sketch.op("Cast", tail, Attr.of("to", TensorProto.DataType.FLOAT_VALUE));
    String scaled = sketch.op("Floor", sketch.op("Mul", List.of(real, sketch.scalar(2))));
    String whole = sketch.op("Cast", scaled, Attr.of("to", TensorProto.DataType.INT64_VALUE));
    String head =
        sketch.op("Slice", List.of(shape, sketch.longs(0), sketch.longs(2), sketch.longs(0)));
    String sizes = sketch.op("Concat", List.of(head, whole), Attr.of("axis", 0));
    String y = sketch.op("Resize", List.of(x, "", "", sizes), Attr.of("mode", "nearest"));
    sketch.output(y);
    assertThat(sketch.model().graph().shape(y)).isEqualTo(Shape.of(1, 8, 20, 12));
  }

  @Test
  void anOpenBatchLeavesTheOtherDimensionsKnown() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", -1, 18, 4, 4);
    String batch = sketch.op("Gather", List.of(sketch.op("Shape", x), sketch.longs(0)));
    String target =
        sketch.op("Concat", List.of(batch, sketch.longs(3, 6, 4, 4)), Attr.of("axis", 0));
    String y = sketch.op("Reshape", List.of(x, target));
    sketch.output(y);
    assertThat(sketch.model().graph().shape(y)).hasToString("?x3x6x4x4");
    assertThat(sketch.model().outputs().get(0).isStatic()).isFalse();
  }

  @Test
  void anUnknownOperatorGivesAnUnknownShapeUnlessTheFileSaysIt() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3);
    String y = sketch.op("Strange", x);
    sketch.output(y);
    assertThat(sketch.model().graph().shape(y)).isNull();
  }

  @Test
  void aBranchThatReadsATensorKeepsItAlive() {
    Sketch branch = new Sketch();
    branch.node(Nodes.of("Neg", "neg", List.of("outer"), List.of("inner")));
    branch.output("inner");
    AttributeProto body =
        AttributeProto.newBuilder()
            .setName("then_branch")
            .setType(AttributeType.GRAPH)
            .setG(branch.proto().getGraph())
            .build();
    Sketch sketch = new Sketch();
    sketch.node(Nodes.of("Relu", "r", List.of(sketch.input("x", 1)), List.of("outer")));
    sketch.node(Nodes.of("If", "if", List.of(sketch.input("c", 1)), List.of("y"), new Attr(body)));
    sketch.output("y");
    OnnxModel cut = sketch.model().cut(List.of("y"));
    assertThat(cut.graph().producer("outer")).isNotNull();
    assertThat(cut.inputs()).extracting(TensorInfo::name).containsExactly("x", "c");
  }

  @Test
  void aCutOfTheDemoKeepsNamesAndOrderAndDropsWhatIsNotNeeded() {
    OnnxModel model = OnnxModel.read(TestModels.demo());
    List<String> heads =
        model.resolveOutputs(List.of("/model.32/m.2/Conv", "/model.32/m.0/Conv_output_0"));
    OnnxModel cut = model.cut(heads);
    assertThat(cut.outputs())
        .containsExactly(
            new TensorInfo("/model.32/m.2/Conv_output_0", Shape.of(1, 33, 9, 16)),
            new TensorInfo("/model.32/m.0/Conv_output_0", Shape.of(1, 33, 36, 64)));
    assertThat(cut.graph().toModel().getGraph().getNodeList())
        .noneMatch(node -> node.getName().startsWith("/model.32/Reshape"))
        .noneMatch(node -> node.getName().equals("/model.32/m.1/Conv"))
        .anyMatch(node -> node.getName().equals("/model.32/m.0/Conv"));
    assertThat(model.cut(heads).toBytes()).isEqualTo(cut.toBytes());
  }

  @Test
  void aCutKeepsNamesAndOrderAndDropsWhatIsNotNeeded() {
    OnnxModel model = OnnxModel.read(Shared.model("v5lite-e-coco.onnx"));
    List<String> heads = model.resolveOutputs(List.of("Conv_398", "592", "Conv_358:0"));
    assertThat(heads).containsExactly("620", "592", "564");
    OnnxModel cut = model.cut(heads);
    assertThat(cut.outputs())
        .containsExactly(
            new TensorInfo("620", Shape.of(1, 255, 10, 10)),
            new TensorInfo("592", Shape.of(1, 255, 20, 20)),
            new TensorInfo("564", Shape.of(1, 255, 40, 40)));
    ModelProto proto = cut.graph().toModel();
    assertThat(proto.getGraph().getNodeList())
        .noneMatch(node -> node.getName().equals("Sigmoid_374"))
        .anyMatch(node -> node.getName().equals("Conv_358"));
    assertThat(proto.getGraph().getInitializerList())
        .noneMatch(tensor -> tensor.getName().equals("581"));
    assertThat(proto.getGraph().getValueInfoList()).noneMatch(info -> info.getName().equals("584"));
    assertThat(model.cut(heads).toBytes()).isEqualTo(cut.toBytes());
  }

  @Test
  void aCutModelGivesInOnnxRuntimeWhatTheWholeModelHasThere() {
    OnnxModel model = OnnxModel.read(TestModels.demo());
    List<String> heads = model.resolveOutputs(List.of("/model.32/m.2/Conv", "/model.32/m.0/Conv"));
    Graph whole = model.graph();
    whole.cut(List.of(heads.get(0), heads.get(1), "output"));
    Map<String, float[]> expected = Runs.run(model.with(whole));
    Map<String, float[]> cut = Runs.run(model.cut(heads));
    assertThat(cut).containsOnlyKeys(heads);
    for (String head : heads) {
      assertThat(Runs.difference(expected.get(head), cut.get(head))).isLessThan(1e-6);
    }
  }

  @Test
  void anInputThatIsNotNeededIsDropped() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3);
    String y = sketch.op("Relu", x);
    String z = sketch.op("Add", List.of(y, sketch.input("other", 1, 3)));
    sketch.output(z);
    assertThat(sketch.model().cut(List.of(y)).inputs())
        .containsExactly(new TensorInfo("x", Shape.of(1, 3)));
  }

  @Test
  void weightsThatOldExportersListAsInputsAreNone() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 2);
    sketch.input("w", 2);
    sketch.initializer(Tensors.of("w", Shape.of(2), 1, 2));
    sketch.output(sketch.op("Add", List.of(x, "w")));
    assertThat(sketch.model().inputs()).containsExactly(new TensorInfo("x", Shape.of(2)));
  }

  @Test
  void aNewInputShapeReachesEveryHead() {
    OnnxModel model = OnnxModel.read(TestModels.demo());
    OnnxModel small =
        model
            .cut(model.resolveOutputs(List.of("/model.32/m.0/Conv", "/model.32/m.2/Conv")))
            .withInputShape(Shape.of(1, 3, 320, 448));
    assertThat(small.contradiction()).isEmpty();
    assertThat(small.outputs())
        .extracting(TensorInfo::shape)
        .containsExactly(Shape.of(1, 33, 40, 56), Shape.of(1, 33, 10, 14));
  }

  @Test
  void aSizeThatIsBuiltIntoTheGraphIsSaid() {
    OnnxModel model = OnnxModel.read(TestModels.demo()).withInputShape(Shape.of(1, 3, 320, 320));
    assertThat(model.contradiction())
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .startsWith("/model.32/Reshape (Reshape) cannot turn 1x33x40x40 into"));
  }

  @Test
  void anImpossibleInputShapeIsRefused() {
    Sketch sketch = new Sketch();
    sketch.output(sketch.op("Relu", sketch.input("x", 1, 3, 8, 8)));
    OnnxModel model = sketch.model();
    assertThatThrownBy(() -> model.withInputShape(Shape.of(1, 3, 8)))
        .isInstanceOf(OptionException.class)
        .hasMessage("the input 'x' of 'sketch.onnx' has 4 dimensions (1x3x8x8), not 3 (1x3x8)");
    assertThatThrownBy(() -> model.withInputShape(Shape.of(1, 3, 0, 8)))
        .isInstanceOf(OptionException.class);
    Sketch two = new Sketch();
    two.output(two.op("Add", List.of(two.input("a", 1), two.input("b", 1))));
    OnnxModel pair = two.model();
    assertThatThrownBy(() -> pair.withInputShape(Shape.of(2)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has 2 inputs");
  }

  @Test
  void aHalfIsReadExactly() {
    assertThat(Tensors.half((short) 0x3C00)).isEqualTo(1);
    assertThat(Tensors.half((short) 0xC500)).isEqualTo(-5);
    assertThat(Tensors.half((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Tensors.half((short) 0x7BFF)).isEqualTo(65504);
    assertThat(Tensors.half((short) 0xFC00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Tensors.half((short) 0x7E00)).isNaN();
  }

  @Test
  void classNamesAreReadAsUltralyticsWritesThem() {
    assertThat(PythonNames.read("{0: 'person', 1: \"child's bike\", 2: 'a, b: c'}"))
        .containsExactly("person", "child's bike", "a, b: c");
    assertThat(PythonNames.read("['helmet', 'it\\'s']")).containsExactly("helmet", "it's");
    assertThat(PythonNames.read("{\"0\": \"a\", \"1\": \"b\"}")).containsExactly("a", "b");
    for (String text : List.of("", "80", "{0: 'a', 2: 'c'}", "['a', 3]", "['a'", "{'a'}")) {
      assertThat(PythonNames.read(text)).as(text).isEmpty();
    }
    assertThat(PythonNames.read("['" + "\\a".repeat(1_000_000) + "']")).isEmpty();
  }

  private static TensorProto scalar(long value) {
    return Tensors.ofLongs("", value).toBuilder().clearDims().build();
  }
}
