package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Slicing;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns YOLOv5's Focus, which deals every second pixel out to four slices and stacks them, and its
 * convolution into one convolution of twice the kernel, stride and padding.
 */
final class FocusToConv implements Rewrite {

  /** A slice of every second pixel: of what, and from which row and column on. */
  private record Phase(String of, int row, int column) {}

  @Override
  public String title() {
    return "Focus turned into one convolution";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node concat : List.copyOf(graph.nodes())) {
      if (concat.is("Concat") && concat.inputs().size() == 4 && concat.integer("axis", 1) == 1) {
        Convolution convolution = Convolution.of(graph, graph.onlyConsumer(concat.output()));
        List<@Nullable Phase> phases =
            concat.inputs().stream().map(slice -> phase(graph, slice)).toList();
        if (convolution != null
            && convolution.group() == 1
            && !convolution.hasDilation()
            && isFocus(phases)) {
          graph.replace(convolution.node(), merged(convolution, phases));
          times++;
        }
      }
    }
    return times;
  }

  /** Follows slices up, adding up where they start; null unless they take every second pixel. */
  private static @Nullable Phase phase(Graph graph, String slice) {
    long[] start = new long[4];
    long[] step = {1, 1, 1, 1};
    Shape last = graph.staticShape(slice);
    String tensor = slice;
    Node node = graph.producer(tensor);
    while (node != null && node.is("Slice")) {
      Shape from = graph.staticShape(node.input(0));
      Slicing slicing = from == null ? null : Slicing.of(graph.known(), node, from);
      if (slicing == null || slicing.starts().length != 4) {
        return null;
      }
      for (int axis = 0; axis < 4; axis++) {
        start[axis] = slicing.starts()[axis] + slicing.steps()[axis] * start[axis];
        step[axis] *= slicing.steps()[axis];
      }
      tensor = node.input(0);
      node = graph.producer(tensor);
    }
    Shape whole = graph.staticShape(tensor);
    boolean everySecond =
        whole != null
            && last != null
            && Arrays.equals(step, new long[] {1, 1, 2, 2})
            && start[0] == 0
            && start[1] == 0
            && start[2] < 2
            && start[3] < 2
            && whole.dimension(2) == 2 * last.dimension(2)
            && whole.dimension(3) == 2 * last.dimension(3)
            && whole.dimension(0) == last.dimension(0)
            && whole.dimension(1) == last.dimension(1);
    return everySecond ? new Phase(tensor, (int) start[2], (int) start[3]) : null;
  }

  private static boolean isFocus(List<@Nullable Phase> phases) {
    Set<@Nullable Phase> distinct = new HashSet<>(phases);
    Phase first = phases.get(0);
    return first != null
        && distinct.size() == 4
        && phases.stream().allMatch(phase -> phase != null && phase.of().equals(first.of()));
  }

  private static Node merged(Convolution convolution, List<@Nullable Phase> phases) {
    int channels = convolution.channelsPerGroup() / 4;
    int height = convolution.kernelHeight();
    int width = convolution.kernelWidth();
    float[] old = convolution.weights();
    float[] weights = new float[old.length];
    for (int out = 0; out < convolution.outputChannels(); out++) {
      for (int part = 0; part < 4; part++) {
        Phase phase = Objects.requireNonNull(phases.get(part));
        for (int channel = 0; channel < channels; channel++) {
          int from = ((out * 4 + part) * channels + channel) * height * width;
          int to = (out * channels + channel) * height * width * 4;
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              weights[to + (2 * y + phase.row()) * 2 * width + 2 * x + phase.column()] =
                  old[from + y * width + x];
            }
          }
        }
      }
    }
    return convolution.rewritten(
        Objects.requireNonNull(phases.get(0)).of(),
        convolution.output(),
        Shape.of(convolution.outputChannels(), channels, 2L * height, 2L * width),
        weights,
        convolution.hasBias() ? convolution.bias() : null,
        Attr.of("strides", doubled(convolution.strides())),
        Attr.of("pads", doubled(convolution.pads())));
  }

  private static long[] doubled(long[] numbers) {
    return Arrays.stream(numbers).map(n -> 2 * n).toArray();
  }
}
