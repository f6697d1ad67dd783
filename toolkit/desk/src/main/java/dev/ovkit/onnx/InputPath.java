package dev.ovkit.onnx;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a graph does to the channels of its picture before the network proper begins: reorders them,
 * and computes {@code factor * x + shift} for each.
 *
 * @param channels by the order in which the network sees them
 * @param steps the operators on the way, in their order
 * @param agrees whether every branch of the network sees the same, and every step is understood
 * @param cutting what changes the size of the picture or moves it, in words; empty if nothing does
 */
public record InputPath(
    List<Channel> channels, List<String> steps, boolean agrees, String cutting) {

  /** A graph of which nothing is asked. */
  public static final InputPath UNASKED =
      new InputPath(List.of(new Channel(0, 1, 0)), List.of(), true, "");

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

  public InputPath {
    channels = List.copyOf(channels);
    steps = List.copyOf(steps);
  }

  /** Follows the only input of a graph. */
  public static InputPath of(Graph graph) {
    return new InputWalk(graph).run();
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
}
