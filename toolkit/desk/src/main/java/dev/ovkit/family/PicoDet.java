package dev.ovkit.family;

import dev.ovkit.head.Head;
import dev.ovkit.layout.DistributionHeads;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * PicoDet without post-processing: for each stride scores {@code [1, cells, classes]} and distances
 * {@code [1, cells, 32]}, in whatever order.
 */
public final class PicoDet implements DetectorFamily {

  private static final int BINS = 8;
  private static final int SMALLEST_STRIDE = 4;
  private static final int LARGEST_STRIDE = 128;

  @Override
  public String name() {
    return "PicoDet";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_AS_PADDLE;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Map<Long, List<String>> byCells = new LinkedHashMap<>();
    for (String output : detector.graph().outputs()) {
      Shape shape = detector.outputShape(output);
      if (shape == null || shape.rank() != 3 || shape.dimension(1) < 1) {
        return Optional.empty();
      }
      byCells.computeIfAbsent(shape.dimension(1), cells -> new ArrayList<>()).add(output);
    }
    if (byCells.size() < 2 || byCells.values().stream().anyMatch(pair -> pair.size() != 2)) {
      return Optional.empty();
    }
    List<Head> heads = new ArrayList<>();
    List<String> distances = new ArrayList<>();
    long classes = 0;
    for (int stride = SMALLEST_STRIDE; stride <= LARGEST_STRIDE; stride *= 2) {
      List<String> pair = byCells.remove(detector.cells(stride));
      if (pair == null) {
        continue;
      }
      boolean first = isDistances(detector, pair.get(0));
      boolean second = isDistances(detector, pair.get(1));
      if (first == second) {
        return Optional.empty();
      }
      String scores = pair.get(first ? 1 : 0);
      long columns = columns(detector, scores);
      if (classes != 0 && classes != columns) {
        return Optional.empty();
      }
      classes = columns;
      if (CandidateColumns.kind(detector, scores) != CandidateColumns.Kind.SCORES) {
        return Optional.of(
            Recognition.refused(
                "it has PicoDet's outputs, but no sigmoid makes the scores of '%s'"
                    .formatted(scores)));
      }
      heads.add(new Head(scores, stride, List.of()));
      distances.add(pair.get(first ? 0 : 1));
    }
    return !byCells.isEmpty() || classes < 1
        ? Optional.empty()
        : FoundLayout.of(
                this,
                new DistributionHeads(heads, distances, BINS, 0.5f, (int) classes),
                "scores done; a side is the mean of %d bins, from the centre of its cell"
                    .formatted(BINS))
            .recognised();
  }

  /** Distances come straight from a convolution, scores through a sigmoid. */
  private static boolean isDistances(DetectorGraph detector, String output) {
    return columns(detector, output) == 4 * BINS
        && detector.before(output).stream().noneMatch(node -> node.is("Sigmoid"));
  }

  private static long columns(DetectorGraph detector, String output) {
    Shape shape = detector.outputShape(output);
    return shape == null ? 0 : shape.dimension(2);
  }
}
