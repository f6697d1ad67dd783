package dev.ovkit.quantize;

import dev.ovkit.surgery.QuantizationEditor;
import dev.ovkit.surgery.QuantizationEditor.Convolution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where a model is 8 bit.
 *
 * @param convolutions those that are, by number
 * @param ranges of the sources that feed them, by number: one, or one a channel
 */
record Placement(SortedSet<Integer> convolutions, Map<Integer, List<LevelRange>> ranges) {

  /** A channel narrower than one level of the whole tensor gets the width of that. */
  private static final double LEVELS = 256;

  /**
   * Where one channel is so many times as wide as the median one, as in PP-LCNet, it alone would
   * take the levels of the others.
   */
  private static final double STRETCHED = 32;

  /** The tensor then counts as so many times as wide as its median channel. */
  private static final double USUAL = 8;

  /** Keeps steps apart where a tensor is all zero. */
  private static final double LEAST_WIDTH = 1e-6;

  /**
   * Chooses the ranges.
   *
   * @param kept convolutions that stay in float
   */
  static Placement of(
      QuantizationEditor editor, TensorStatistics statistics, Set<Integer> kept, Recipe recipe) {
    SortedSet<Integer> chosen = new TreeSet<>();
    int[] group = new int[editor.sources().size()];
    boolean[] perChannel = new boolean[group.length];
    for (int s = 0; s < group.length; s++) {
      group[s] = s;
      perChannel[s] = recipe.rangePerChannel();
    }
    for (int c = 0; c < editor.convolutions().size(); c++) {
      if (kept.contains(c)) {
        continue;
      }
      Convolution convolution = editor.convolutions().get(c);
      chosen.add(c);
      for (int source : convolution.sources()) {
        // What meets in a Concat is read with one scale.
        unite(group, source, convolution.sources().get(0));
        perChannel[source] &= convolution.depthwise() && convolution.aligned();
      }
    }
    Map<Integer, List<LevelRange>> ranges = new TreeMap<>();
    for (int c : chosen) {
      for (int source : editor.convolutions().get(c).sources()) {
        ranges.computeIfAbsent(
            source,
            s ->
                perChannel[s]
                    ? channels(statistics.spreads().get(s))
                    : List.of(shared(statistics, group, s)));
      }
    }
    return new Placement(chosen, ranges);
  }

  /** Returns the same ranges for these convolutions alone. */
  Placement only(int convolution) {
    return new Placement(new TreeSet<>(Set.of(convolution)), ranges);
  }

  private static LevelRange shared(TensorStatistics statistics, int[] group, int source) {
    double low = 0;
    double high = 0;
    for (int s = 0; s < group.length; s++) {
      if (root(group, s) == root(group, source)) {
        low = Math.min(low, statistics.spreads().get(s).low());
        high = Math.max(high, statistics.spreads().get(s).high());
      }
    }
    return LevelRange.of(low, high, LEAST_WIDTH);
  }

  private static List<LevelRange> channels(Spread spread) {
    double[] widths = new double[spread.channels()];
    Arrays.setAll(widths, c -> spread.high(c) - spread.low(c));
    Arrays.sort(widths);
    double median = widths[widths.length / 2];
    double whole = Math.max(spread.high(), 0) - Math.min(spread.low(), 0);
    double width = whole > STRETCHED * median ? USUAL * median : whole;
    double least = Math.max(width / LEVELS, LEAST_WIDTH);
    List<LevelRange> ranges = new ArrayList<>();
    for (int c = 0; c < spread.channels(); c++) {
      ranges.add(LevelRange.of(spread.low(c), spread.high(c), least));
    }
    return ranges;
  }

  private static int root(int[] group, int source) {
    int at = source;
    while (group[at] != at) {
      at = group[at];
    }
    return at;
  }

  private static void unite(int[] group, int a, int b) {
    group[root(group, a)] = root(group, b);
  }
}
