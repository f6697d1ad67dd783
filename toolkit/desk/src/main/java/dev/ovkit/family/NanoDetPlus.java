package dev.ovkit.family;

import dev.ovkit.layout.DistributionHeads;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Optional;

/**
 * NanoDet-Plus: one output {@code [1, cells, classes + 32]} of strides 8, 16, 32 and 64: scores,
 * then a distribution for each side.
 */
public final class NanoDetPlus implements DetectorFamily {

  private static final int BINS = 8;
  private static final List<Integer> STRIDES = List.of(8, 16, 32, 64);

  @Override
  public String name() {
    return "NanoDet-Plus";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.BGR_AS_IMAGENET;
  }

  /** Sides that are decoded nowhere: no operator sums bins. */
  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    String output = detector.graph().outputs().iterator().next();
    Shape shape = detector.outputShape(output);
    long cells = STRIDES.stream().mapToLong(detector::cells).sum();
    if (shape == null
        || shape.rank() != 3
        || shape.dimension(1) != cells
        || shape.dimension(2) <= 4 * BINS
        || detector.before(output).stream()
            .anyMatch(n -> n.is("Softmax") || n.is("Sub") || n.is("Exp") || n.is("Div"))) {
      return Optional.empty();
    }
    int classes = (int) shape.dimension(2) - 4 * BINS;
    CandidateColumns columns = CandidateColumns.of(detector, output, 2);
    if (columns.pieces().size() > 1
        && (columns.kind(0, classes) != CandidateColumns.Kind.SCORES
            || columns.kind(classes, shape.dimension(2)) != CandidateColumns.Kind.RAW)) {
      return Optional.of(
          Recognition.refused(
              "its output '%s' has NanoDet-Plus's shape, but not %d scores done and then %d numbers of distances"
                  .formatted(output, classes, 4 * BINS)));
    }
    return FoundLayout.of(
            this,
            DistributionHeads.joined(output, STRIDES, BINS, 0, classes),
            "%d scores done; a side is the mean of %d bins, from the corner of its cell"
                .formatted(classes, BINS))
        .recognised();
  }
}
