package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Moves a 1x1 convolution before a nearest upsampling: Conv(Concat(up(a), b)) = up(Conv(a)) +
 * Conv(b). The convolution then works on a quarter of the pixels.
 */
final class ConvBeforeUpsample implements Rewrite {

  @Override
  public String title() {
    return "1x1 convolutions moved before the upsampling";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node concat : List.copyOf(graph.nodes())) {
      if (concat.is("Concat")
          && concat.inputs().size() == 2
          && concat.integer("axis", 1) == 1
          && !graph.isOutput(concat.output())) {
        for (int side = 0; side < 2; side++) {
          if (fits(graph, concat, side)) {
            times += rewrite(graph, concat, side);
            break;
          }
        }
      }
    }
    return times;
  }

  private static boolean fits(Graph graph, Node concat, int side) {
    String large = concat.input(side);
    Node resize = graph.producer(large);
    return resize != null
        && isNearest(graph, resize)
        && graph.onlyConsumer(large) == concat
        && graph.staticShape(concat.input(1 - side)) != null
        && !graph.consumers(concat.output()).isEmpty()
        && graph.consumers(concat.output()).stream()
            .allMatch(reader -> isMovable(graph, reader, concat.output()));
  }

  /** An upsampling that copies pixels: what mixes channels alone can be done before it. */
  private static boolean isNearest(Graph graph, Node resize) {
    boolean resizes = resize.is("Resize") || resize.is("Upsample");
    Shape from = graph.staticShape(resize.input(0));
    Shape to = graph.staticShape(resize.output());
    return resizes
        && resize.text("mode", "nearest").equals("nearest")
        && from != null
        && to != null
        && from.rank() == 4
        && to.rank() == 4
        && from.dimension(0) == to.dimension(0)
        && from.dimension(1) == to.dimension(1)
        && from.dimension(2) < to.dimension(2)
        && from.dimension(3) < to.dimension(3);
  }

  /** Heads keep their node: their name is how users know them. */
  private static boolean isMovable(Graph graph, Node reader, String input) {
    Convolution convolution = Convolution.of(graph, reader);
    return convolution != null
        && convolution.isPointwise()
        && convolution.input().equals(input)
        && !graph.isOutput(convolution.output());
  }

  private static int rewrite(Graph graph, Node concat, int side) {
    Node resize = Objects.requireNonNull(graph.producer(concat.input(side)));
    List<Node> readers = List.copyOf(graph.consumers(concat.output()));
    for (Node reader : readers) {
      Convolution whole = Objects.requireNonNull(Convolution.of(graph, reader));
      split(graph, whole, resize, concat.input(1 - side), side == 0);
    }
    return readers.size();
  }

  private static void split(
      Graph graph, Convolution whole, Node resize, String other, boolean smallFirst) {
    String small = resize.input(0);
    Shape low = Objects.requireNonNull(graph.staticShape(small));
    TensorType high = graph.type(whole.output());
    int out = whole.outputChannels();
    int smallChannels = (int) low.dimension(1);
    int otherChannels = whole.channelsPerGroup() - smallChannels;
    Shape mixed = Shape.of(low.dimension(0), out, low.dimension(2), low.dimension(3));

    String before = graph.fresh(whole.output() + "_small", new TensorType(high.element(), mixed));
    String enlarged = graph.fresh(whole.output() + "_enlarged", high);
    String beside = graph.fresh(whole.output() + "_other", high);
    Node convBefore =
        Nodes.renamed(
            whole.rewritten(
                small,
                before,
                Shape.of(out, smallChannels, 1, 1),
                columns(whole, smallFirst ? 0 : otherChannels, smallChannels),
                null),
            whole.node().title() + "_small");
    Node convBeside =
        whole.rewritten(
            other,
            beside,
            Shape.of(out, otherChannels, 1, 1),
            columns(whole, smallFirst ? smallChannels : 0, otherChannels),
            whole.hasBias() ? whole.bias() : null); // once
    Node sum =
        Nodes.of(
            "Add",
            whole.node().title() + "_sum",
            List.of(enlarged, beside),
            List.of(whole.output()));
    graph.replace(
        whole.node(), convBefore, enlarging(graph, resize, before, enlarged, out), convBeside, sum);
  }

  /** The same upsampling of another tensor; where it names sizes, they name the channels too. */
  private static Node enlarging(Graph graph, Node resize, String from, String to, int channels) {
    List<String> inputs = new ArrayList<>(resize.inputs());
    inputs.set(0, from);
    if (resize.has(3)) {
      long[] sizes = Objects.requireNonNull(graph.staticShape(resize.output())).toArray();
      sizes[1] = channels;
      inputs.set(3, graph.add(Tensors.ofLongs(to + "_sizes", sizes)));
    }
    return Nodes.renamed(Nodes.with(resize, inputs, List.of(to)), to);
  }

  private static float[] columns(Convolution convolution, int from, int count) {
    float[] all = convolution.weights();
    int width = convolution.channelsPerGroup();
    float[] part = new float[convolution.outputChannels() * count];
    IntStream.range(0, convolution.outputChannels())
        .forEach(row -> System.arraycopy(all, row * width + from, part, row * count, count));
    return part;
  }
}
