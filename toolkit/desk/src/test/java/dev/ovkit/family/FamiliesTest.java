package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.family.Yolov5.FlatOutput;
import dev.ovkit.family.Yolov5.Tail;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads found without a name: real models, and every form in which exporters leave them. */
public class FamiliesTest {

  public static final float[][] ANCHORS = {
    {10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}
  };

  /** How a Detect layer may be written. */
  public enum Form {
    MAPS,
    CONVOLUTIONS,
    SIGMOID,
    LOGITS,
    SLICED,
    SPLIT,
    IN_PLACE
  }

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts, /model.32/m.0/Conv /model.32/m.1/Conv /model.32/m.2/Conv, 6, 36, 64",
    "pplcnet-yolo-seed-names-quarter, Conv_462 Conv_478 Conv_494, 1, 80, 80",
    "yolov5s-seed-names-quarter, Conv_245 Conv_261 Conv_277, 1, 80, 80",
    "v5lite-e-coco, Conv_358 Conv_378 Conv_398, 80, 40, 40",
    "v5lite-s, /model.21/m.0/Conv /model.21/m.1/Conv /model.21/m.2/Conv, 7, 52, 52",
    "yolov5n-ppe, /model.24/m.0/Conv /model.24/m.1/Conv /model.24/m.2/Conv, 2, 80, 80"
  })
  void headsOfRealModelsAreThoseOfTheirManifest(
      String name, String nodes, int classes, long high, long wide) {
    Yolov5.Found found =
        (Yolov5.Found)
            Families.ALL.recognise(OnnxModel.read(TestModels.onnx(name))).detector().orElseThrow();
    assertThat(found.heads()).extracting(FoundHead::node).containsExactly(nodes.split(" "));
    assertThat(found.heads()).extracting(FoundHead::stride).containsExactly(8, 16, 32);
    assertThat(found.heads().get(0).shape()).isEqualTo(Shape.of(1, 3L * (5 + classes), high, wide));
    assertThat(found.classes()).isEqualTo(classes);
    assertThat(found.anchorsPerCell()).isEqualTo(3);
  }

  @Test
  void theTailOfRealModelsIsToldApart() {
    assertThat(
            ((Yolov5.Found)
                    Families.ALL
                        .recognise(OnnxModel.read(Shared.model("v5lite-e-coco.onnx")))
                        .detector()
                        .orElseThrow())
                .flat())
        .contains(new FlatOutput("output", Tail.SIGMOID, Rows.IN_ORDER));
    for (String name : List.of("v5lite-s.onnx", "yolov5n-ppe.onnx")) {
      Yolov5.Found found =
          (Yolov5.Found)
              Families.ALL.recognise(OnnxModel.read(Shared.model(name))).detector().orElseThrow();
      assertThat(found.flat().orElseThrow().tail()).isEqualTo(Tail.DECODED);
      assertThat(found.flat().orElseThrow().rows()).isEqualTo(Rows.IN_ORDER);
      for (int i = 0; i < 3; i++) {
        assertThat(found.heads().get(i).anchors()).isEqualTo(anchors(ANCHORS[i]));
      }
    }
  }

  @Test
  void everyFormOfYoloxIsToldApart() {
    for (String form : List.of("raw", "logits", "decoded")) {
      OnnxModel model = OnnxModel.read(TestModels.small("yolox-" + form));
      Yolox.Found yolox = (Yolox.Found) Families.ALL.recognise(model).detector().orElseThrow();
      assertThat(yolox.heads()).extracting(FoundHead::stride).containsExactly(8, 16, 32);
      assertThat(yolox.classes()).isEqualTo(3);
      assertThat(yolox.logits()).isEqualTo(form.equals("logits"));
      assertThat(yolox.boxes())
          .isEqualTo(form.equals("decoded") ? BoxCoding.PIXELS : BoxCoding.YOLOX);
    }
  }

  @Test
  void theTailOfYolov5IsToldApart() {
    for (Tail tail : List.of(Tail.DECODED, Tail.SIGMOID)) {
      String form = tail == Tail.DECODED ? "yolov5-rows" : "yolov5-sigmoid";
      Yolov5.Found found =
          (Yolov5.Found)
              Families.ALL
                  .recognise(OnnxModel.read(TestModels.small(form)))
                  .detector()
                  .orElseThrow();
      assertThat(found.flat()).contains(new FlatOutput("output", tail, Rows.IN_ORDER));
      assertThat(found.heads().get(0).anchors().isEmpty()).isEqualTo(tail == Tail.SIGMOID);
    }
  }

  @Test
  void yoloxIsRecognisedWithAndWithoutItsSigmoids() {
    Yolox.Found raw =
        (Yolox.Found)
            Families.ALL
                .recognise(OnnxModel.read(Shared.model("yolox_nano-fixed.onnx")))
                .detector()
                .orElseThrow();
    assertThat(raw.heads()).extracting(FoundHead::node).contains("Concat_329", "Concat_360");
    assertThat(raw.heads()).extracting(FoundHead::stride).containsExactly(8, 16, 32);
    assertThat(raw.logits()).isTrue();
    Yolox.Found official =
        (Yolox.Found)
            Families.ALL
                .recognise(OnnxModel.read(Shared.model("yolox_nano-416.onnx")))
                .detector()
                .orElseThrow();
    assertThat(official.logits()).isFalse();
    for (Yolox.Found yolox : List.of(raw, official)) {
      assertThat(yolox.classes()).isEqualTo(80);
      assertThat(yolox.boxes()).isEqualTo(BoxCoding.YOLOX);
      assertThat(yolox.output()).isEqualTo("output");
      assertThat(yolox.rows()).isEqualTo(Rows.IN_ORDER);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 80, 1000})
  void anyNumberOfClassesIsFoundInEveryForm(int classes) {
    for (Form form : Form.values()) {
      Yolov5.Found found =
          (Yolov5.Found)
              Families.ALL
                  .recognise(yolov5(form, classes, 96, 160, ANCHORS).model())
                  .detector()
                  .orElseThrow();
      assertThat(found.classes()).as("%s", form).isEqualTo(classes);
      assertThat(found.heads()).extracting(FoundHead::stride).containsExactly(8, 16, 32);
      assertThat(found.heads().get(2).shape()).isEqualTo(Shape.of(1, 3L * (5 + classes), 3, 5));
      boolean decoded = form.compareTo(Form.SLICED) >= 0;
      for (int i = 0; i < 3; i++) {
        assertThat(found.heads().get(i).anchors())
            .as("%s", form)
            .isEqualTo(decoded ? anchors(ANCHORS[i]) : List.of());
      }
      assertThat(found.flat().map(FlatOutput::tail).orElse(null))
          .as("%s", form)
          .isEqualTo(
              decoded
                  ? Tail.DECODED
                  : form == Form.SIGMOID ? Tail.SIGMOID : form == Form.LOGITS ? Tail.LOGITS : null);
      found.flat().ifPresent(flat -> assertThat(flat.rows()).isEqualTo(Rows.IN_ORDER));
      assertThat(found.notes()).hasSize(form == Form.CONVOLUTIONS ? 1 : 0);
    }
  }

  @Test
  void fourHeadsAndOtherAnchorsAreFound() {
    float[][] anchors = {{5, 6}, {19, 27, 44, 40}, {96, 68, 86, 152}, {436, 615, 739, 380}};
    for (float[][] some : List.of(new float[][] {{1, 2, 3, 4}, {5, 6, 7, 8}}, four(anchors))) {
      Yolov5.Found found =
          (Yolov5.Found)
              Families.ALL
                  .recognise(yolov5(Form.SPLIT, 4, 128, 128, some).model())
                  .detector()
                  .orElseThrow();
      assertThat(found.heads()).hasSize(some.length);
      assertThat(found.anchorsPerCell()).isEqualTo(2);
      for (int i = 0; i < some.length; i++) {
        assertThat(found.heads().get(i).stride()).isEqualTo(8 << i);
        assertThat(found.heads().get(i).anchors()).isEqualTo(anchors(some[i]));
      }
    }
  }

  private static float[][] four(float[][] anchors) {
    anchors[0] = new float[] {5, 6, 7, 8};
    return anchors;
  }

  @Test
  void theOrderOfNodesDoesNotCount() {
    Sketch sketch = yolov5(Form.SPLIT, 2, 64, 64, ANCHORS);
    GraphProto.Builder shuffled = sketch.proto().getGraph().toBuilder();
    List<NodeProto> nodes = new ArrayList<>(shuffled.getNodeList());
    Collections.reverse(nodes);
    shuffled.clearNode().addAllNode(nodes);
    OnnxModel model =
        OnnxModel.of("s.onnx", sketch.proto().toBuilder().setGraph(shuffled).build(), "");
    assertThat(Families.ALL.recognise(model)).isEqualTo(Families.ALL.recognise(sketch.model()));
  }

  @Test
  void aBiasBesideTheConvolutionBelongsToTheHead() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 64, 64);
    for (int stride : List.of(8, 16)) {
      String conv = sketch.conv(sketch.conv(x, 3, 8, 3, stride, 1), 8, 18);
      String head = sketch.op("Add", List.of(conv, sketch.random(1, 1, 18, 1, 1)));
      sketch.output(detect(sketch, head, 3, 6, 64 / stride, 64 / stride));
    }
    Yolov5.Found found =
        (Yolov5.Found) Families.ALL.recognise(sketch.model()).detector().orElseThrow();
    assertThat(found.heads()).extracting(FoundHead::node).allMatch(name -> name.startsWith("Add"));
  }

  @Test
  void rowsThatAMissingTransposeScramblesAreSeen() {
    assertThat(
            ((Yolox.Found)
                    Families.ALL
                        .recognise(yolox(true, false, false).model())
                        .detector()
                        .orElseThrow())
                .rows())
        .isEqualTo(Rows.IN_ORDER);
    assertThat(
            ((Yolox.Found)
                    Families.ALL
                        .recognise(yolox(true, false, true).model())
                        .detector()
                        .orElseThrow())
                .rows())
        .isEqualTo(Rows.SCRAMBLED);
    assertThat(
            ((Yolox.Found)
                    Families.ALL
                        .recognise(yolox(false, true, false).model())
                        .detector()
                        .orElseThrow())
                .boxes())
        .isEqualTo(BoxCoding.PIXELS);
  }

  /** Behind the output of another graph, what a node of its own makes of that. */
  private static OnnxModel followed(Sketch sketch, String op, float[] by, long... shape) {
    GraphProto.Builder graph = sketch.proto().getGraph().toBuilder();
    graph.addInitializer(Tensors.of("by", Shape.of(shape), by));
    graph.addNode(
        Nodes.of(op, "", List.of(graph.getOutput(0).getName(), "by"), List.of("changed")).proto());
    graph.getOutputBuilder(0).setName("changed");
    return OnnxModel.of("s.onnx", sketch.proto().toBuilder().setGraph(graph).build(), "");
  }

  /** Read as pixels they would be boxes smaller than one. */
  @Test
  void boxesThatAGraphDividesAfterDecodingThemAreNoPixels() {
    float[] size = {96, 64, 96, 64, 1, 1, 1, 1};
    float[] share = {1 / 96f, 1 / 64f, 1 / 96f, 1 / 64f, 1, 1, 1, 1};
    Sketch yolox = yolox(false, true, false);
    assertThat(Families.ALL.recognise(followed(yolox, "Div", size, 1, 1, 8)).refusal())
        .contains("makes its boxes smaller");
    assertThat(Families.ALL.recognise(followed(yolox, "Mul", share, 1, 1, 8)).refusal())
        .contains("makes its boxes smaller");

    Sketch yolov5 = yolov5(Form.SPLIT, 3, 64, 96, ANCHORS);
    Yolov5.Found found =
        (Yolov5.Found)
            Families.ALL.recognise(followed(yolov5, "Div", size, 1, 1, 8)).detector().orElseThrow();
    assertThat(found.flat().orElseThrow().tail()).isEqualTo(Tail.SCALED);
    assertThat(found.layout(yolov5.model(), List.of("changed"), false).layout()).isEmpty();
    assertThat(found.layout(yolov5.model(), found.cutAt(), false).layout()).isPresent();
  }

  @Test
  void yolov8IsRecognised() {
    for (int classes : List.of(1, 3, 64)) {
      Yolov8.Found found =
          (Yolov8.Found) Families.ALL.recognise(yolov8(classes).model()).detector().orElseThrow();
      assertThat(found.classes()).isEqualTo(classes);
      assertThat(found.strides()).containsExactly(8, 16, 32);
    }
  }

  @Test
  void whatIsNoKnownDetectorSaysWhy() {
    Sketch classifier = new Sketch();
    String x = classifier.input("x", 1, 3, 32, 32);
    classifier.output(
        classifier.op("Flatten", classifier.op("GlobalAveragePool", classifier.conv(x, 3, 10))));
    assertThat(Families.ALL.recognise(classifier.model()))
        .isEqualTo(
            Recognition.refused(
                "its last convolutions form no known heads: Conv_2 1x10x32x32; its outputs are t4 1x10"));

    assertThat(Families.ALL.recognise(yolov5(Form.MAPS, 1, -1, -1, ANCHORS).model()))
        .isEqualTo(Recognition.refused("the size of its input is left open (1x3x?x?)"));

    Sketch masks = yolov5(Form.SPLIT, 34, 64, 64, ANCHORS);
    masks.output(masks.conv(masks.conv("x", 3, 8, 3, 4, 1), 8, 32));
    assertThat(Families.ALL.recognise(masks.model()).refusal()).contains("segmentation");
  }

  @Test
  void aDarknetDecodingIsNotTakenForYolov5() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 64, 64);
    for (int stride : List.of(8, 16)) {
      String head = sketch.conv(sketch.conv(x, 3, 8, 3, stride, 1), 8, 18);
      sketch.output(sketch.op("Exp", detect(sketch, head, 3, 6, 64 / stride, 64 / stride)));
    }
    assertThat(Families.ALL.recognise(sketch.model()).refusal()).contains("exp");
  }

  @Test
  void stridesThatAreNoPowersOfTwoAreNoHeads() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 48, 48);
    for (int stride : List.of(3, 6)) {
      String head = sketch.conv(sketch.conv(x, 3, 8, 3, stride, 1), 8, 18);
      sketch.output(detect(sketch, head, 3, 6, 48 / stride, 48 / stride));
    }
    assertThat(Families.ALL.recognise(sketch.model()).detector()).isEmpty();
  }

  @Test
  void whatLiesBehindAnotherConvolutionIsNotTheHeadsTail() {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 64, 64);
    for (int stride : List.of(8, 16)) {
      String head = sketch.conv(sketch.conv(x, 3, 8, 3, stride, 1), 8, 18);
      sketch.output(detect(sketch, head, 3, 6, 64 / stride, 64 / stride));
      sketch.output(sketch.op("Exp", sketch.conv(head, 18, 7)));
    }
    assertThat(Families.ALL.recognise(sketch.model()).detector())
        .containsInstanceOf(Yolov5.Found.class);
  }

  // ---- graphs as exporters write them

  /** A detector with a gate and stray 1x1 convolutions in its body, one head an anchor row. */
  public static Sketch yolov5(Form form, int classes, int height, int width, float[][] anchors) {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, height, width);
    List<String> flat = new ArrayList<>();
    String body = sketch.conv(x, 3, 8, 3, 4, 1);
    for (int i = 0; i < anchors.length; i++) {
      int na = anchors[i].length / 2;
      int no = 5 + classes;
      body = gated(sketch, sketch.conv(body, 8, 8, 3, 2, 1));
      String head = sketch.conv(body, 8, na * no);
      int high = height / (8 << i);
      int wide = width / (8 << i);
      if (form == Form.CONVOLUTIONS) {
        sketch.output(head);
        continue;
      }
      String map = detect(sketch, head, na, no, high, wide);
      if (form == Form.MAPS) {
        sketch.output(map);
        continue;
      }
      String rows = form == Form.LOGITS ? map : sketch.op("Sigmoid", map);
      if (form.compareTo(Form.SLICED) >= 0) {
        rows = decode(sketch, form, rows, anchors[i], no, high, wide);
      }
      flat.add(sketch.op("Reshape", List.of(rows, sketch.longs(1, (long) na * high * wide, no))));
    }
    if (!flat.isEmpty()) {
      sketch.output(sketch.op("Concat", flat, Attr.of("axis", 1)));
    }
    return sketch;
  }

  private static String gated(Sketch sketch, String x) {
    String gate = sketch.conv(sketch.op("GlobalAveragePool", x), 8, 8);
    return sketch.op("Mul", List.of(x, sketch.op("Sigmoid", gate)));
  }

  private static String detect(Sketch sketch, String head, int na, int no, int high, int wide) {
    String split =
        sketch.op("Reshape", List.of(head, sketch.longs(1, na, no, Math.max(high, -1), wide)));
    return sketch.op("Transpose", split, Attr.of("perm", 0, 1, 3, 4, 2));
  }

  private static String decode(
      Sketch sketch, Form form, String y, float[] anchors, int no, int high, int wide) {
    int na = anchors.length / 2;
    String xy;
    String wh;
    String rest;
    if (form == Form.SPLIT) {
      List<String> parts = sketch.split(y, 3, Attr.of("axis", 4), Attr.of("split", 2, 2, no - 4));
      return decodedSplit(sketch, parts, anchors, high, wide);
    }
    xy = slice(sketch, y, 0, 2);
    wh = slice(sketch, y, 2, 4);
    rest = slice(sketch, y, 4, Long.MAX_VALUE);
    String grid = sketch.random(1, 1, 1, high, wide, 2);
    xy = sketch.op("Add", List.of(sketch.op("Mul", List.of(xy, sketch.scalar(2))), grid));
    xy = sketch.op("Mul", List.of(xy, sketch.scalar(8)));
    String twice = sketch.op("Mul", List.of(wh, sketch.scalar(2)));
    wh = sketch.op("Pow", List.of(twice, sketch.scalar(2)));
    wh = sketch.op("Mul", List.of(wh, sketch.constant(anchors, 1, na, 1, 1, 2)));
    if (form == Form.SLICED) {
      return sketch.op("Concat", List.of(xy, wh, rest), Attr.of("axis", -1));
    }
    // In place: the two slices are written back over the sigmoids. Where to, is not looked at.
    String index = sketch.longs(0);
    return sketch.op(
        "ScatterND", List.of(sketch.op("ScatterND", List.of(y, index, xy)), index, wh));
  }

  /** torch >= 1.13: Split, the anchors blown up to the whole grid, the square as a product. */
  private static String decodedSplit(
      Sketch sketch, List<String> parts, float[] anchors, int high, int wide) {
    int na = anchors.length / 2;
    float[] blown = new float[na * high * wide * 2];
    for (int i = 0; i < blown.length; i++) {
      blown[i] = anchors[i / (high * wide * 2) * 2 + i % 2];
    }
    String grid = sketch.random(1, 1, na, high, wide, 2);
    String xy = sketch.op("Add", List.of(parts.get(0), grid));
    xy = sketch.op("Mul", List.of(xy, sketch.scalar(8)));
    String twice = sketch.op("Mul", List.of(parts.get(1), sketch.scalar(2)));
    String square = sketch.op("Mul", List.of(twice, twice));
    String wh =
        sketch.op(
            "Mul",
            List.of(
                sketch.constantNode(Tensors.of("", Shape.of(1, na, high, wide, 2), blown)),
                square));
    return sketch.op("Concat", List.of(xy, wh, parts.get(2)), Attr.of("axis", 4));
  }

  private static String slice(Sketch sketch, String x, long from, long to) {
    return sketch.op("Slice", List.of(x, sketch.longs(from), sketch.longs(to), sketch.longs(4)));
  }

  public static Sketch yolox(boolean sigmoid, boolean decoded, boolean scrambled) {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 64, 96);
    List<String> flat = new ArrayList<>();
    for (int stride : List.of(8, 16, 32)) {
      String body = sketch.conv(x, 3, 8, 3, stride, 1);
      String box = sketch.conv(sketch.op("Relu", body), 8, 4);
      String objectness = sketch.conv(sketch.op("Relu", body), 8, 1);
      String classes = sketch.conv(sketch.op("Relu", body), 8, 3);
      if (sigmoid) {
        objectness = sketch.op("Sigmoid", objectness);
        classes = sketch.op("Sigmoid", classes);
      }
      String map = sketch.op("Concat", List.of(box, objectness, classes), Attr.of("axis", 1));
      long cells = 64L / stride * (96L / stride);
      flat.add(
          sketch.op(
              "Reshape",
              List.of(map, scrambled ? sketch.longs(1, cells, 8) : sketch.longs(1, 8, cells))));
    }
    String joined = sketch.op("Concat", flat, Attr.of("axis", scrambled ? 1 : 2));
    String rows = scrambled ? joined : sketch.op("Transpose", joined, Attr.of("perm", 0, 2, 1));
    if (decoded) {
      String size =
          sketch.op(
              "Exp",
              sketch.op("Slice", List.of(rows, sketch.longs(2), sketch.longs(4), sketch.longs(2))));
      List<String> parts = sketch.split(rows, 3, Attr.of("axis", 2), Attr.of("split", 2, 2, 4));
      rows = sketch.op("Concat", List.of(parts.get(0), size, parts.get(2)), Attr.of("axis", 2));
    }
    sketch.output(rows);
    return sketch;
  }

  public static Sketch yolov8(int classes) {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 64, 64);
    List<String> flat = new ArrayList<>();
    int cells = 0;
    for (int stride : List.of(8, 16, 32)) {
      String body = sketch.conv(x, 3, 8, 3, stride, 1);
      String map =
          sketch.op(
              "Concat",
              List.of(sketch.conv(body, 8, 64), sketch.conv(body, 8, classes)),
              Attr.of("axis", 1));
      flat.add(sketch.op("Reshape", List.of(map, sketch.longs(1, 64 + classes, -1))));
      cells += 64 / stride * (64 / stride);
    }
    String joined = sketch.op("Concat", flat, Attr.of("axis", 2));
    List<String> parts = sketch.split(joined, 2, Attr.of("axis", 1), Attr.of("split", 64, classes));
    String bins = sketch.op("Reshape", List.of(parts.get(0), sketch.longs(1, 4, 16, cells)));
    String weights =
        sketch.op(
            "Softmax",
            sketch.op("Transpose", bins, Attr.of("perm", 0, 2, 1, 3)),
            Attr.of("axis", 1));
    String boxes =
        sketch.op("Reshape", List.of(sketch.conv(weights, 16, 1), sketch.longs(1, 4, cells)));
    sketch.output(
        sketch.op(
            "Concat", List.of(boxes, sketch.op("Sigmoid", parts.get(1))), Attr.of("axis", 1)));
    return sketch;
  }

  private static List<Anchor> anchors(float[] numbers) {
    List<Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      anchors.add(new Anchor(numbers[i], numbers[i + 1]));
    }
    return anchors;
  }
}
