package dev.ovkit.onnx;

import dev.ovkit.onnx.InputPath.Channel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Follows the channels of a picture through a graph, up to its first weights. */
final class InputWalk {

  /** Nothing of the values changes, so the range does not either. */
  private static final Set<String> PASSING = Set.of("Identity", "Cast", "Dropout", "Clip");

  /** What moves, chooses or joins numbers: behind it a channel may be many. */
  private static final Set<String> MOVING =
      Set.of(
          ("AveragePool Concat DepthToSpace Expand Flatten GlobalAveragePool GridSample MaxPool Pad"
                  + " Reshape Resize Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze Upsample")
              .split(" ", -1));

  /** Where weights come in, the network begins. */
  private static final Set<String> WEIGHING =
      Set.of("Conv", "ConvTranspose", "Einsum", "Gemm", "MatMul");

  /** Half of the largest kernel that a network begins with. */
  private static final int WIDEST_BORDER = 8;

  private final Graph graph;
  private final Map<String, PictureTensor> known = new HashMap<>();
  private final List<String> steps = new ArrayList<>();
  private final List<List<Channel>> ends = new ArrayList<>();

  /** Numbers of the picture whose channels are not followed any more. */
  private final Set<String> lost = new HashSet<>();

  private final Set<String> network = new HashSet<>();
  private boolean strange;
  private boolean mixes;
  private String cutting = "";

  InputWalk(Graph graph) {
    this.graph = graph;
  }

  InputPath run() {
    String input = graph.inputs().iterator().next();
    Shape shape = graph.shape(input);
    int count = shape == null || shape.rank() != 4 ? 3 : (int) shape.dimension(1);
    List<Channel> own =
        IntStream.range(0, Math.max(1, count)).mapToObj(c -> new Channel(c, 1, 0)).toList();
    known.put(input, new PictureTensor(4, 1, own));
    for (Node node : graph.nodes()) {
      Set<String> reads = node.reads();
      if (reads.stream().anyMatch(network::contains)) {
        reads.forEach(this::end);
        network.addAll(node.outputs());
      } else if (!node.is("Shape")
          && reads.stream().anyMatch(read -> known.containsKey(read) || lost.contains(read))
          && (reads.stream().anyMatch(lost::contains) || !step(node))) {
        reads.forEach(this::end);
        leave(node);
      }
    }
    return new InputPath(
        ends.isEmpty() ? own : ends.get(0), steps, ends.size() <= 1 && !strange, cutting);
  }

  /** A step that is not understood: the network begins there, or numbers are only moved. */
  private void leave(Node node) {
    if (mixes) {
      // Three colours of three, pixel by pixel, are another colour space and no network yet.
      mixes = false;
      strange = true;
      steps.add(node.op());
    }
    if (WEIGHING.contains(node.op()) || node.op().endsWith("Conv")) {
      network.addAll(node.outputs());
      return;
    }
    lost.addAll(node.outputs());
    if (!MOVING.contains(node.op()) && !PASSING.contains(node.op())) {
      strange = true;
      steps.add(node.op());
    }
  }

  private void end(String tensor) {
    PictureTensor last = known.get(tensor);
    if (last != null && !ends.contains(last.channels())) {
      ends.add(last.channels());
    }
  }

  /** Whether the node still belongs to the way. */
  private boolean step(Node node) {
    if (node.is("Split")) {
      return split(node);
    }
    PictureTensor made =
        switch (node.op()) {
          case "Add", "Sub", "Mul", "Div" -> arithmetic(node);
          case "Transpose" -> transposed(node);
          case "Gather" -> gathered(node);
          case "Slice" -> sliced(node);
          case "Concat" -> joined(node);
          case "BatchNormalization" -> normalised(node);
          case "Conv" -> mapped(node);
          case "Reshape" -> unchanged(node);
          case "Squeeze", "Unsqueeze" -> reranked(node);
          case "Pad" -> padded(node);
          case "Resize", "Upsample" -> resized(node);
          default -> PASSING.contains(node.op()) ? known.get(node.input(0)) : null;
        };
    if (made == null) {
      return false;
    }
    known.put(node.output(), made);
    if (!PASSING.contains(node.op()) && !steps.contains(node.op())) {
      steps.add(node.op());
    }
    return true;
  }

  private @Nullable PictureTensor arithmetic(Node node) {
    PictureTensor left = known.get(node.input(0));
    PictureTensor right = known.get(node.input(1));
    PictureTensor data = left != null ? left : right;
    double[] by = perChannel(node.input(left != null ? 1 : 0), data);
    if (data == null || by == null || (left == null && node.is("Div"))) {
      return null;
    }
    List<Channel> made = new ArrayList<>();
    for (int i = 0; i < by.length; i++) {
      Channel channel = data.channels().get(i);
      made.add(
          switch (node.op()) {
            case "Add" -> channel.plus(by[i]);
            case "Sub" -> left != null ? channel.plus(-by[i]) : channel.times(-1).plus(by[i]);
            case "Mul" -> channel.times(by[i]);
            default -> channel.times(1 / by[i]);
          });
    }
    return data.with(made);
  }

  /** A constant's number for each channel; null if it differs from place to place. */
  private double @Nullable [] perChannel(String name, @Nullable PictureTensor data) {
    Value value = data == null ? null : graph.value(name);
    if (data == null || value == null || !value.isWhole()) {
      return null;
    }
    int count = data.channels().size();
    int own = data.axis() < 0 ? -1 : value.shape().rank() - (data.rank() - data.axis());
    boolean fits =
        value.size() == 1
            || (value.size() == count && own >= 0 && value.shape().dimension(own) == count);
    return fits
        ? IntStream.range(0, count).mapToDouble(i -> value.data()[i % value.size()]).toArray()
        : null;
  }

  private @Nullable PictureTensor unchanged(Node node) {
    Shape from = graph.shape(node.input(0));
    return from != null && from.equals(graph.shape(node.output()))
        ? known.get(node.input(0))
        : null;
  }

  private @Nullable PictureTensor resized(Node node) {
    Shape from = graph.shape(node.input(0));
    Shape to = graph.shape(node.output());
    if (from == null || !from.equals(to)) {
      cutting = "%s from %s to %s".formatted(node.op(), from, to);
    }
    return known.get(node.input(0));
  }

  /** A border as a convolution needs it moves nothing; a wider one does. */
  private @Nullable PictureTensor padded(Node node) {
    Value given = node.has(1) ? graph.value(node.input(1)) : null;
    long[] borders = given != null && given.isWhole() ? given.longs() : node.integers("pads");
    int rank = borders == null ? 0 : borders.length / 2;
    for (int axis = 0; axis < rank; axis++) {
      if (Objects.requireNonNull(borders)[axis] > WIDEST_BORDER) {
        cutting = "%s by %s".formatted(node.op(), Arrays.toString(borders));
      }
    }
    return known.get(node.input(0));
  }

  private @Nullable PictureTensor transposed(Node node) {
    PictureTensor data = known.get(node.input(0));
    long[] order = node.integers("perm");
    if (data == null || order == null) {
      return null;
    }
    if (!data.keepsRows(order)) {
      cutting = "Transpose by " + Arrays.toString(order);
    }
    return data.transposed(order);
  }

  private @Nullable PictureTensor reranked(Node node) {
    PictureTensor data = known.get(node.input(0));
    long[] axes = node.integers("axes");
    Value given = node.has(1) ? graph.value(node.input(1)) : null;
    axes = axes == null && given != null && given.isWhole() ? given.longs() : axes;
    if (data == null || axes == null || axes.length != 1) {
      return null;
    }
    return node.is("Unsqueeze") ? data.inserted(axes[0]) : data.dropped(axes[0]);
  }

  private @Nullable PictureTensor gathered(Node node) {
    PictureTensor data = known.get(node.input(0));
    Value at = graph.value(node.input(1));
    if (data == null || at == null || at.shape().rank() > 1) {
      return null;
    }
    boolean single = at.shape().rank() == 0;
    if (!isChannels(node, data, 0)) {
      // The only picture of a batch.
      return single && node.integer("axis", 0) == 0 && data.axis() != 0 ? data.dropped(0) : null;
    }
    List<Channel> made = new ArrayList<>();
    for (long index : at.longs()) {
      int count = data.channels().size();
      int place = (int) (index < 0 ? index + count : index);
      if (place < 0 || place >= count) {
        return null;
      }
      made.add(data.channels().get(place));
    }
    return single ? data.with(made).dropped(data.axis()) : data.with(made);
  }

  private static boolean isChannels(Node node, PictureTensor data, long absent) {
    long axis = node.integer("axis", absent);
    return data.axis() >= 0 && (axis < 0 ? axis + data.rank() : axis) == data.axis();
  }

  /** A slice of channels; one of rows or columns, as Focus has it, belongs to the network. */
  private @Nullable PictureTensor sliced(Node node) {
    PictureTensor data = known.get(node.input(0));
    Shape shape = graph.shape(node.input(0));
    Slicing slicing = data == null || shape == null ? null : Slicing.of(graph.known(), node, shape);
    if (data == null || shape == null || slicing == null) {
      return null;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      boolean whole = slicing.shape().dimension(axis) == shape.dimension(axis);
      boolean mirrored = slicing.steps()[axis] < 0;
      if (axis != data.axis() && (!whole || mirrored)) {
        if (mirrored || slicing.steps()[axis] == 1) {
          cutting = "%s from %s to %s".formatted(node.op(), shape, slicing.shape());
        }
        return null;
      }
    }
    if (data.axis() < 0) {
      return data;
    }
    if (data.axis() >= shape.rank() || shape.dimension(data.axis()) != data.channels().size()) {
      return null; // the file declares what it does not compute
    }
    List<Channel> made = new ArrayList<>();
    for (int i = 0; i < slicing.shape().dimension(data.axis()); i++) {
      made.add(
          data.channels()
              .get((int) (slicing.starts()[data.axis()] + i * slicing.steps()[data.axis()])));
    }
    return data.with(made);
  }

  private @Nullable PictureTensor joined(Node node) {
    List<Channel> made = new ArrayList<>();
    PictureTensor first = known.get(node.input(0));
    if (node.inputs().size() == 1) {
      return first;
    }
    for (String input : node.inputs()) {
      PictureTensor part = known.get(input);
      if (first == null || part == null || part.axis() != first.axis()) {
        return null;
      }
      made.addAll(part.channels());
    }
    return first != null && isChannels(node, first, 0) ? first.with(made) : null;
  }

  private boolean split(Node node) {
    PictureTensor data = known.get(node.input(0));
    if (data != null && node.outputs().size() == 1) {
      known.put(node.output(), data);
      return true;
    }
    if (data == null || !isChannels(node, data, 0)) {
      return false;
    }
    long[] sizes = node.integers("split");
    Value given = node.has(1) ? graph.value(node.input(1)) : null;
    int parts = node.outputs().size();
    if (given != null && given.size() < parts || sizes != null && sizes.length < parts) {
      return false;
    }
    int from = 0;
    for (int i = 0; i < parts; i++) {
      int size =
          given != null
              ? (int) given.longs()[i]
              : sizes != null ? (int) sizes[i] : data.channels().size() / parts;
      if (size < 0 || from + size > data.channels().size()) {
        return false;
      }
      known.put(node.outputs().get(i), data.with(data.channels().subList(from, from + size)));
      from += size;
    }
    steps.add(node.op());
    return true;
  }

  /** A 1x1 convolution of which each output scales one channel, as converters write it. */
  private @Nullable PictureTensor mapped(Node node) {
    PictureTensor data = known.get(node.input(0));
    Convolution convolution = Convolution.of(graph, node);
    if (data == null
        || data.axis() != 1
        || convolution == null
        || convolution.kernelSize() != 1
        || convolution.channelsPerGroup() * convolution.group() != data.channels().size()
        || convolution.outputChannels() != data.channels().size() && !convolution.makesGrey()
        || Arrays.stream(convolution.strides()).anyMatch(stride -> stride != 1)
        || Arrays.stream(convolution.pads()).anyMatch(pad -> pad != 0)) {
      return null;
    }
    int each = convolution.channelsPerGroup();
    int groupSize = convolution.outputChannels() / convolution.group();
    float[] weights = convolution.weights();
    float[] bias = convolution.bias();
    if (convolution.makesGrey()) {
      return data.with(List.of(data.channels().get(0)));
    }
    List<Channel> made = new ArrayList<>();
    for (int out = 0; out < convolution.outputChannels(); out++) {
      int only = -1;
      for (int in = 0; in < each; in++) {
        if (weights[out * each + in] != 0) {
          if (only >= 0) {
            mixes = true;
            return null;
          }
          only = in;
        }
      }
      if (only < 0) {
        return null;
      }
      Channel channel = data.channels().get(out / groupSize * each + only);
      made.add(channel.times(weights[out * each + only]).plus(bias[out]));
    }
    return data.with(made);
  }

  private @Nullable PictureTensor normalised(Node node) {
    PictureTensor data = known.get(node.input(0));
    float[] scale = graph.floats(node.input(1));
    float[] bias = graph.floats(node.input(2));
    float[] mean = graph.floats(node.input(3));
    float[] variance = graph.floats(node.input(4));
    if (data == null
        || data.axis() != 1
        || scale == null
        || bias == null
        || mean == null
        || variance == null
        || IntStream.of(scale.length, bias.length, mean.length, variance.length)
            .anyMatch(length -> length != data.channels().size())) {
      return null;
    }
    List<Channel> made = new ArrayList<>();
    for (int i = 0; i < scale.length; i++) {
      double by = scale[i] / Math.sqrt(variance[i] + node.real("epsilon", 1e-5f));
      made.add(data.channels().get(i).plus(-mean[i]).times(by).plus(bias[i]));
    }
    return data.with(made);
  }
}
