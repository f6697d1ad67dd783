package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a graph does to the channels of its picture before the network proper begins: reorders them,
 * and computes {@code factor * x + shift} for each.
 *
 * @param channels by the order in which the network sees them
 * @param steps the operators on the way, in their order
 * @param agrees whether every branch of the network sees the same
 */
public record InputPath(List<Channel> channels, List<String> steps, boolean agrees) {

  /**
   * One channel as the network sees it.
   *
   * @param source the channel of the graph's input that it comes from
   */
  public record Channel(int source, double factor, double shift) {

    Channel times(double by) {
      return new Channel(source, factor * by, shift * by);
    }

    Channel plus(double more) {
      return new Channel(source, factor, shift + more);
    }

    private boolean isUntouched() {
      return factor == 1 && shift == 0;
    }
  }

  /** The numbers that the graph is written for. */
  public enum Range {
    /** It computes nothing, so it does not say. */
    UNSAID,
    /** It scales from 0..1 to the range of the network. */
    UNIT,
    /** It scales from 0..255 to the range of the network. */
    BYTES,
    /** It computes something that fits both, or neither. */
    UNCLEAR
  }

  /** Most that a divisor of numbers in 0..1 makes of them, and least that one of bytes leaves. */
  private static final double BYTE_FACTOR = 1.0 / 32;

  private static final double UNIT_FACTOR = 0.5;

  /** No mean of numbers in 0..1 is larger. */
  private static final double UNIT_MEAN = 2;

  /** Nothing of the values changes, so the range does not either. */
  private static final Set<String> PASSING = Set.of("Identity", "Cast", "Dropout", "Clip");

  public InputPath {
    channels = List.copyOf(channels);
    steps = List.copyOf(steps);
  }

  /** Follows the only input of a graph. */
  public static InputPath of(Graph graph) {
    return new Walk(graph).run();
  }

  /** Returns the numbers that the graph is written for. */
  public Range range() {
    if (channels.stream().allMatch(Channel::isUntouched)) {
      return Range.UNSAID;
    }
    double largest = channels.stream().mapToDouble(c -> Math.abs(c.factor())).max().orElse(1);
    double mean = channels.stream().mapToDouble(c -> -c.shift() / c.factor()).max().orElse(0);
    if (largest <= BYTE_FACTOR || mean > UNIT_MEAN) {
      return Range.BYTES;
    }
    return largest >= UNIT_FACTOR && Double.isFinite(mean) ? Range.UNIT : Range.UNCLEAR;
  }

  /** Returns whether the order of three channels is turned round. */
  public boolean isReversed() {
    return sources().equals(List.of(2, 1, 0));
  }

  /** Returns whether the channels are in their order, turned round, or copies of one. */
  public boolean isOrdered() {
    List<Integer> sources = sources();
    return isReversed()
        || sources.stream().distinct().count() == 1
        || sources.equals(IntStream.range(0, sources.size()).boxed().toList());
  }

  private List<Integer> sources() {
    return channels.stream().map(Channel::source).toList();
  }

  /** A tensor on the way: its channels, and the axis on which they lie. */
  private record Known(int axis, List<Channel> channels) {}

  /** One graph being followed. */
  private static final class Walk {
    private final Graph graph;
    private final Map<String, Known> known = new HashMap<>();
    private final List<String> steps = new ArrayList<>();
    private final List<List<Channel>> ends = new ArrayList<>();

    Walk(Graph graph) {
      this.graph = graph;
    }

    InputPath run() {
      String input = graph.inputs().iterator().next();
      Shape shape = graph.shape(input);
      int count = shape == null || shape.rank() != 4 ? 3 : (int) shape.dimension(1);
      List<Channel> own =
          IntStream.range(0, Math.max(1, count)).mapToObj(c -> new Channel(c, 1, 0)).toList();
      known.put(input, new Known(1, own));
      for (Node node : graph.nodes()) {
        if (node.is("Shape") || node.inputs().stream().noneMatch(known::containsKey)) {
          continue;
        }
        if (!step(node)) {
          node.inputs().forEach(this::end);
        }
      }
      return new InputPath(ends.isEmpty() ? own : ends.get(0), steps, ends.size() <= 1);
    }

    private void end(String tensor) {
      Known last = known.get(tensor);
      if (last != null && !ends.contains(last.channels())) {
        ends.add(last.channels());
      }
    }

    /** Whether the node still belongs to the way. */
    private boolean step(Node node) {
      if (node.is("Split")) {
        return split(node);
      }
      Known made =
          switch (node.op()) {
            case "Add", "Sub", "Mul", "Div" -> arithmetic(node);
            case "Transpose" -> transposed(node);
            case "Gather" -> gathered(node);
            case "Slice" -> sliced(node);
            case "Concat" -> joined(node);
            case "BatchNormalization" -> normalised(node);
            case "Conv" -> mapped(node);
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

    private @Nullable Known arithmetic(Node node) {
      Known left = known.get(node.input(0));
      Known right = known.get(node.input(1));
      Known data = left != null ? left : right;
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
      return new Known(data.axis(), made);
    }

    /** A constant's number for each channel; null if it differs from place to place. */
    private double @Nullable [] perChannel(String name, @Nullable Known data) {
      Value value = data == null ? null : graph.value(name);
      if (data == null || value == null || !value.isWhole()) {
        return null;
      }
      int count = data.channels().size();
      int own = value.shape().rank() - (4 - data.axis());
      boolean fits =
          value.size() == 1
              || (value.size() == count && own >= 0 && value.shape().dimension(own) == count);
      return fits
          ? IntStream.range(0, count).mapToDouble(i -> value.data()[i % value.size()]).toArray()
          : null;
    }

    private @Nullable Known transposed(Node node) {
      Known data = known.get(node.input(0));
      long[] order = node.integers("perm");
      if (data == null || order == null) {
        return null;
      }
      for (int axis = 0; axis < order.length; axis++) {
        if (order[axis] == data.axis()) {
          return new Known(axis, data.channels());
        }
      }
      return null;
    }

    private @Nullable Known gathered(Node node) {
      Known data = known.get(node.input(0));
      Value at = graph.value(node.input(1));
      if (data == null || at == null || at.shape().rank() != 1 || !isChannels(node, data, 0)) {
        return null;
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
      return new Known(data.axis(), made);
    }

    private static boolean isChannels(Node node, Known data, long absent) {
      long axis = node.integer("axis", absent);
      return (axis < 0 ? axis + 4 : axis) == data.axis();
    }

    /** A slice of channels; one of rows or columns, as Focus has it, belongs to the network. */
    private @Nullable Known sliced(Node node) {
      Known data = known.get(node.input(0));
      Shape shape = graph.shape(node.input(0));
      Slicing slicing =
          data == null || shape == null ? null : Slicing.of(graph.known(), node, shape);
      if (data == null || shape == null || slicing == null) {
        return null;
      }
      for (int axis = 0; axis < shape.rank(); axis++) {
        if (axis != data.axis() && slicing.shape().dimension(axis) != shape.dimension(axis)) {
          return null;
        }
      }
      List<Channel> made = new ArrayList<>();
      for (int i = 0; i < slicing.shape().dimension(data.axis()); i++) {
        made.add(
            data.channels()
                .get((int) (slicing.starts()[data.axis()] + i * slicing.steps()[data.axis()])));
      }
      return new Known(data.axis(), made);
    }

    private @Nullable Known joined(Node node) {
      List<Channel> made = new ArrayList<>();
      Known first = known.get(node.input(0));
      for (String input : node.inputs()) {
        Known part = known.get(input);
        if (first == null || part == null || part.axis() != first.axis()) {
          return null;
        }
        made.addAll(part.channels());
      }
      return first != null && isChannels(node, first, 0) ? new Known(first.axis(), made) : null;
    }

    private boolean split(Node node) {
      Known data = known.get(node.input(0));
      if (data == null || !isChannels(node, data, 0)) {
        return false;
      }
      long[] sizes = node.integers("split");
      Value given = node.has(1) ? graph.value(node.input(1)) : null;
      int parts = node.outputs().size();
      int from = 0;
      for (int i = 0; i < parts; i++) {
        int size =
            given != null
                ? (int) given.longs()[i]
                : sizes != null ? (int) sizes[i] : data.channels().size() / parts;
        if (from + size > data.channels().size()) {
          return false;
        }
        known.put(
            node.outputs().get(i),
            new Known(data.axis(), data.channels().subList(from, from + size)));
        from += size;
      }
      steps.add(node.op());
      return true;
    }

    /** A 1x1 convolution of which each output scales one channel, as converters write it. */
    private @Nullable Known mapped(Node node) {
      Known data = known.get(node.input(0));
      Convolution convolution = Convolution.of(graph, node);
      if (data == null
          || data.axis() != 1
          || convolution == null
          || convolution.kernelSize() != 1
          || convolution.outputChannels() != data.channels().size()
          || Arrays.stream(convolution.strides()).anyMatch(stride -> stride != 1)
          || Arrays.stream(convolution.pads()).anyMatch(pad -> pad != 0)) {
        return null;
      }
      int each = convolution.channelsPerGroup();
      int groupSize = convolution.outputChannels() / convolution.group();
      float[] weights = convolution.weights();
      float[] bias = convolution.bias();
      List<Channel> made = new ArrayList<>();
      for (int out = 0; out < convolution.outputChannels(); out++) {
        int only = -1;
        for (int in = 0; in < each; in++) {
          if (weights[out * each + in] != 0) {
            if (only >= 0) {
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
      return new Known(1, made);
    }

    private @Nullable Known normalised(Node node) {
      Known data = known.get(node.input(0));
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
          || scale.length != data.channels().size()) {
        return null;
      }
      List<Channel> made = new ArrayList<>();
      for (int i = 0; i < scale.length; i++) {
        double by = scale[i] / Math.sqrt(variance[i] + node.real("epsilon", 1e-5f));
        made.add(data.channels().get(i).plus(-mean[i]).times(by).plus(bias[i]));
      }
      return new Known(data.axis(), made);
    }
  }
}
