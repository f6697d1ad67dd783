package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.ovkit.ModelException;
import dev.ovkit.family.Families;
import dev.ovkit.family.FamiliesTest;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.rewrite.Rewrites;
import dev.ovkit.onnx.rewrite.Rewritten;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Graphs that contain every pattern of the rewrites, changed at random. Whatever ONNX Runtime can
 * still run must give the same after rewriting; whatever it cannot must not break the tool.
 */
@Tag("integration")
class MutatedGraphsTest {

  private static final int ROUNDS = Integer.getInteger("ovkit.fuzz.rounds", 400);

  private static final String[] OPERATORS = {
    "Relu",
    "Sigmoid",
    "Add",
    "Mul",
    "Concat",
    "Conv",
    "MaxPool",
    "Identity",
    "Transpose",
    "Reshape",
    "Slice",
    "Resize",
    "Dropout",
    "BatchNormalization",
    "HardSigmoid",
    "Split",
    "Exp",
    "Neg",
    "Clip",
    "AveragePool"
  };

  @Test
  void aRewrittenGraphGivesWhatTheGraphGave() {
    ModelProto original = everything();
    Random random = new Random(Long.getLong("ovkit.fuzz.seed", 3));
    int compared = 0;
    int fired = 0;
    for (int round = 0; round < ROUNDS; round++) {
      ModelProto mutant = mutated(original, random);
      try {
        OnnxModel model = OnnxModel.of("mutant " + round, mutant, "");
        Families.ALL.recognise(model);
        Rewritten rewritten = Rewrites.apply(model);
        fired += rewritten.fired().isEmpty() ? 0 : 1;
        if (rewritten.fired().isEmpty() || !hasSense(model.graph())) {
          continue;
        }
        Optional<Map<String, float[]>> before = Runs.runIfPossible(model);
        if (before.isEmpty() || !saysSomething(before.get())) {
          continue;
        }
        Map<String, float[]> after = Runs.run(rewritten.model());
        before
            .get()
            .forEach(
                (name, data) ->
                    assertThat(Runs.difference(data, after.get(name))).isLessThan(2e-5));
        compared++;
      } catch (ModelException e) {
        assertThat(e).hasMessageStartingWith("'mutant " + round + "'");
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("mutant " + round + ": " + e.getMessage(), e);
      }
    }
    assertThat(fired).as("rewritten").isGreaterThan(ROUNDS / 10);
    assertThat(compared).as("compared").isGreaterThan(ROUNDS / 10);
  }

  @Test
  void aChangedDetectorIsFoundOrNotButNeverBreaksTheFinder() {
    List<ModelProto> detectors = new ArrayList<>();
    for (FamiliesTest.Form form : FamiliesTest.Form.values()) {
      detectors.add(FamiliesTest.yolov5(form, 2, 64, 96, FamiliesTest.ANCHORS).proto());
    }
    detectors.add(FamiliesTest.yolox(true, true, false).proto());
    detectors.add(FamiliesTest.yolov8(3).proto());
    long[] sizes = {1L << 40, 1 << 20, 1L << 31, 7, 1, 0, -1, 32};
    Random random = new Random(Long.getLong("ovkit.fuzz.seed", 5));
    int unknown = 0;
    for (int round = 0; round < ROUNDS; round++) {
      ModelProto mutant = mutated(detectors.get(round % detectors.size()), random);
      if (random.nextInt(4) == 0) {
        ModelProto.Builder builder = mutant.toBuilder();
        builder
            .getGraphBuilder()
            .getInputBuilder(0)
            .getTypeBuilder()
            .getTensorTypeBuilder()
            .getShapeBuilder()
            .getDimBuilder(random.nextInt(4))
            .setDimValue(sizes[random.nextInt(sizes.length)]);
        mutant = builder.build();
      }
      try {
        OnnxModel model = OnnxModel.of("mutant " + round, mutant, "");
        unknown += !Families.ALL.recognise(model).isDetector() ? 1 : 0;
      } catch (ModelException e) {
        assertThat(e).hasMessageStartingWith("'mutant " + round + "'");
      } catch (RuntimeException e) {
        throw new AssertionError("mutant " + round, e);
      }
    }
    assertThat(unknown).isBetween(ROUNDS / 20, ROUNDS * 3 / 4);
  }

  /** On graphs whose shapes do not meet, ONNX Runtime may take the whole process with it. */
  private static boolean hasSense(Graph graph) {
    return graph.contradiction() == null
        && graph.nodes().stream()
            .flatMap(node -> node.outputs().stream())
            .allMatch(tensor -> graph.staticShape(tensor) != null);
  }

  /** False where an output is all zeros or no longer a number: equal by accident. */
  private static boolean saysSomething(Map<String, float[]> outputs) {
    for (float[] data : outputs.values()) {
      float largest = 0;
      for (float number : data) {
        if (!Float.isFinite(number)) {
          return false;
        }
        largest = Math.max(largest, Math.abs(number));
      }
      if (largest == 0) {
        return false;
      }
    }
    return true;
  }

  private static ModelProto mutated(ModelProto model, Random random) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(graph.getNodeCount());
      NodeProto.Builder node = graph.getNodeBuilder(at);
      switch (random.nextInt(6)) {
        case 0 -> node.setOpType(OPERATORS[random.nextInt(OPERATORS.length)]);
        case 1, 2 -> changeAttribute(node, random);
        case 3 -> {
          // Another tensor, from a node not far before: the shape then often fits.
          int other = Math.max(0, at - 1 - random.nextInt(8));
          if (node.getInputCount() > 0) {
            node.setInput(random.nextInt(node.getInputCount()), graph.getNode(other).getOutput(0));
          }
        }
        case 4 ->
            graph.addOutput(graph.getOutput(0).toBuilder().setName(node.getOutput(0)).build());
        default -> {
          int weight = random.nextInt(graph.getInitializerCount());
          if (node.getInputCount() > 1) {
            node.setInput(
                1 + random.nextInt(node.getInputCount() - 1),
                graph.getInitializer(weight).getName());
          }
        }
      }
    }
    return model.toBuilder().setGraph(graph).build();
  }

  private static void changeAttribute(NodeProto.Builder node, Random random) {
    if (node.getAttributeCount() == 0) {
      return;
    }
    AttributeProto.Builder attribute =
        node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
    // ONNX Runtime divides by a stride or group of zero without asking.
    int least = attribute.getName().matches("strides|group|dilations|kernel_shape") ? 1 : -1;
    if (attribute.getIntsCount() > 0) {
      attribute.setInts(random.nextInt(attribute.getIntsCount()), least + random.nextInt(5));
    } else if (attribute.getType() == AttributeType.INT) {
      attribute.setI(least + random.nextInt(5));
    } else if (attribute.getType() == AttributeType.FLOAT) {
      attribute.setF(random.nextFloat());
    }
  }

  /** Focus, BatchNorm, RepVGG, shuffles, H-swish, SPP, an upsampling neck and two heads. */
  private static ModelProto everything() {
    Sketch sketch = new Sketch(12);
    String x = sketch.input("x", 1, 3, 32, 32);
    List<String> parts = new ArrayList<>();
    for (int row = 0; row < 2; row++) {
      for (int column = 0; column < 2; column++) {
        parts.add(
            sketch.op(
                "Slice",
                List.of(
                    x,
                    sketch.longs(row, column),
                    sketch.longs(32, 32),
                    sketch.longs(2, 3),
                    sketch.longs(2, 2))));
      }
    }
    String focus = sketch.op("Concat", parts, Attr.of("axis", 1));
    String stem = sketch.op("Relu", sketch.batchNorm(sketch.conv(focus, 12, 8, 3, 1, 1), 8));
    String dense = sketch.batchNorm(sketch.conv(stem, 8, 8, 3, 1, 1), 8);
    String point = sketch.batchNorm(sketch.conv(stem, 8, 8, 1, 1, 1), 8);
    String sum = sketch.op("Add", List.of(sketch.op("Add", List.of(dense, point)), stem));
    String body = sketch.op("Identity", sketch.op("Relu", sum));
    String left = sketch.op("Relu", sketch.conv(body, 8, 8, 3, 2, 1));
    String right = hardSwish(sketch, sketch.conv(body, 8, 8, 3, 2, 1));
    String stage = shuffle(sketch, left, right, 8);
    String keep = half(sketch, stage, 0);
    String other = half(sketch, stage, 8);
    String unit = sketch.op("Relu", sketch.conv(sketch.conv(other, 8, 8, 3, 1, 8), 8, 8));
    String large = shuffle(sketch, keep, unit, 8);
    String small = sketch.op("Relu", sketch.conv(large, 16, 8, 3, 2, 1));
    List<String> pools = new ArrayList<>(List.of(small));
    for (int k : new int[] {3, 5}) {
      pools.add(
          sketch.op(
              "MaxPool",
              small,
              Attr.of("kernel_shape", k, k),
              Attr.of("pads", k / 2, k / 2, k / 2, k / 2)));
    }
    String pooled = sketch.op("Concat", pools, Attr.of("axis", 1));
    String deep = sketch.op("Dropout", hardSwish(sketch, sketch.conv(pooled, 24, 8)));
    String up =
        sketch.op(
            "Resize",
            List.of(
                deep,
                sketch.constant(new float[0], 0),
                sketch.constant(new float[] {1, 1, 2, 2}, 4)),
            Attr.of("mode", "nearest"),
            Attr.of("coordinate_transformation_mode", "asymmetric"),
            Attr.of("nearest_mode", "floor"));
    String joined = sketch.op("Concat", List.of(up, large), Attr.of("axis", 1));
    String a = sketch.op("Relu", sketch.conv(joined, 24, 8));
    String b = sketch.op("Relu", sketch.conv(joined, 24, 8));
    sketch.output(sketch.conv(sketch.op("Add", List.of(a, b)), 8, 18), sketch.conv(deep, 8, 18));
    return sketch.proto();
  }

  private static String hardSwish(Sketch sketch, String x) {
    String gate = sketch.op("HardSigmoid", x, Attr.of("alpha", 1 / 6f), Attr.of("beta", 0.5f));
    return sketch.op("Mul", List.of(x, gate));
  }

  private static String half(Sketch sketch, String x, long from) {
    return sketch.op(
        "Slice", List.of(x, sketch.longs(from), sketch.longs(from + 8), sketch.longs(1)));
  }

  private static String shuffle(Sketch sketch, String a, String b, int size) {
    String joined = sketch.op("Concat", List.of(a, b), Attr.of("axis", 1));
    String split = sketch.op("Reshape", List.of(joined, sketch.longs(1, 2, 8, size, size)));
    String turned = sketch.op("Transpose", split, Attr.of("perm", 0, 2, 1, 3, 4));
    return sketch.op("Reshape", List.of(turned, sketch.longs(1, 16, size, size)));
  }
}
