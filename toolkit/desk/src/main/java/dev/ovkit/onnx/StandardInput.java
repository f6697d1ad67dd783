package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model whose picture goes in as f32, {@code [1,3,H,W]}, whatever its file takes; everything that
 * reads a graph expects this form.
 *
 * @param model the same network with another input
 * @param changes what was changed, in words
 * @param grey whether the file takes one channel, which the graph now computes from BGR
 * @param whole whether the file takes whole numbers, which can only be 0..255
 * @param refusal why the model cannot have this form, if it cannot
 */
public record StandardInput(
    OnnxModel model, List<String> changes, boolean grey, boolean whole, Optional<String> refusal) {

  /** How blue, green and red make grey, as OpenCV does it. */
  private static final float[] GREY = {0.114f, 0.587f, 0.299f};

  private static final Set<Integer> WHOLE =
      Set.of(
          DataType.UINT16_VALUE,
          DataType.INT16_VALUE,
          DataType.INT32_VALUE,
          DataType.UINT32_VALUE,
          DataType.INT64_VALUE,
          DataType.UINT64_VALUE);

  public StandardInput {
    changes = List.copyOf(changes);
  }

  /** Gives a model this form; one that has several inputs stays as it is. */
  public static StandardInput of(OnnxModel model) {
    List<String> changes = new ArrayList<>();
    OnnxModel changed = FloatEdges.toFloat(model, changes);
    if (changed.inputs().size() != 1) {
      return new StandardInput(changed, changes, false, false, Optional.empty());
    }
    String input = changed.inputs().get(0).name();
    int type = changed.graph().type(input).element();
    if (type == DataType.UINT8_VALUE || type == DataType.INT8_VALUE) {
      changed = changed.withInputType(DataType.FLOAT_VALUE);
      changes.add("bytes become f32 of the same value");
    } else if (WHOLE.contains(type)) {
      changed = changed.withInputType(DataType.FLOAT_VALUE);
      changes.add("whole numbers become f32 of the same value");
    }
    if (isChannelsLast(changed.inputs().get(0).shape())) {
      changed = channelsFirst(changed, input);
      changes.add("NHWC becomes NCHW");
    }
    Shape shape = changed.inputs().get(0).shape();
    boolean whole = isWhole(type);
    if (shape == null || shape.rank() != 4) {
      return new StandardInput(changed, changes, false, whole, Optional.empty());
    }
    if (shape.dimension(0) > 1) {
      Optional<OnnxModel> single = SingleBatch.of(changed);
      if (single.isEmpty()) {
        return new StandardInput(
            model,
            List.of(),
            false,
            whole,
            Optional.of(
                "it takes %d pictures at a time, which is built into its graph; export it with a batch of 1"
                    .formatted(shape.dimension(0))));
      }
      changed = single.get();
      changes.add("a batch of %d becomes 1".formatted(shape.dimension(0)));
    }
    boolean grey = shape.dimension(1) == 1;
    if (grey) {
      changed = fromColour(changed, input);
      changes.add("BGR becomes its one channel of grey in the graph");
    }
    return changes.isEmpty()
        ? new StandardInput(model, changes, false, whole, Optional.empty())
        : new StandardInput(changed, changes, grey, whole, Optional.empty());
  }

  private static boolean isWhole(int type) {
    return type == DataType.UINT8_VALUE || type == DataType.INT8_VALUE || WHOLE.contains(type);
  }

  private static boolean isChannelsLast(@Nullable Shape shape) {
    return shape != null
        && shape.rank() == 4
        && isChannels(shape.dimension(3))
        && !isChannels(shape.dimension(1));
  }

  private static boolean isChannels(long dimension) {
    return dimension == 1 || dimension == 3;
  }

  /** Turns pictures back to what the graph reads; where it turns them itself, both go. */
  private static OnnxModel channelsFirst(OnnxModel model, String input) {
    Shape last = Objects.requireNonNull(model.inputs().get(0).shape());
    OnnxModel first =
        model.withDeclaredInput(
            new Shape(
                List.of(
                    last.dimension(0), last.dimension(3), last.dimension(1), last.dimension(2))));
    Graph graph = first.graph();
    String turned = graph.fresh(input + "/nhwc");
    List<Node> readers = List.copyOf(graph.consumers(input));
    boolean needed = false;
    for (Node reader : readers) {
      boolean undoes =
          reader.is("Transpose") && Arrays.equals(reader.integers("perm"), new long[] {0, 3, 1, 2});
      if (undoes && !graph.isOutput(reader.output())) {
        graph.redirect(Map.of(reader.output(), input));
        graph.remove(List.of(reader));
      } else {
        needed = true;
        graph.replace(reader, Nodes.reading(reader, Map.of(input, turned)));
      }
    }
    if (needed) {
      graph.insert(
          List.of(
              Nodes.of(
                  "Transpose",
                  turned,
                  List.of(input),
                  List.of(turned),
                  Attr.of("perm", 0, 2, 3, 1))));
    }
    return first.with(graph);
  }

  private static OnnxModel fromColour(OnnxModel model, String input) {
    Shape grey = Objects.requireNonNull(model.inputs().get(0).shape());
    OnnxModel colour =
        model.withDeclaredInput(
            new Shape(List.of(grey.dimension(0), 3L, grey.dimension(2), grey.dimension(3))));
    Graph graph = colour.graph();
    String made = graph.fresh(input + "/grey");
    String weights = graph.add(Tensors.of(input + "/grey_weights", Shape.of(1, 3, 1, 1), GREY));
    graph.redirect(Map.of(input, made));
    graph.insert(List.of(Nodes.of("Conv", made, List.of(input, weights), List.of(made))));
    return colour.with(graph);
  }
}
