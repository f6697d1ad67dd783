package dev.ovkit.bundle;

import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What a model finds on a golden picture, against what it found when the bundle was made: scores,
 * boxes, and the masks, key points or rotated boxes of its task.
 */
final class GoldenComparison {

  /** IoU from which on two boxes are taken for the same object, however far off. */
  private static final double SAME_OBJECT = 0.5;

  private static final int MOST_NAMED = 3;

  private final Golden golden;
  private final Detections found;
  private final Comparison comparison;
  private final List<String> wrong = new ArrayList<>();

  private GoldenComparison(Golden golden, List<Detection> expected, Detections found) {
    this.golden = golden;
    this.found = found;
    comparison = Comparison.of(expected, found.objects(), SAME_OBJECT);
    comparison.pairs().forEach(this::judge);
    // An object whose score is as good as the threshold may be there or not.
    float sure = (float) (golden.confidence() + golden.scoreTolerance());
    comparison.onlyFirst().stream()
        .filter(d -> d.score() >= sure)
        .forEach(d -> wrong.add(text(d) + " is missing"));
    comparison.onlySecond().stream()
        .filter(d -> d.score() >= sure)
        .forEach(d -> wrong.add(text(d) + " is too much"));
  }

  static GoldenComparison of(Golden golden, Golden.GoldenPicture picture, Detections found) {
    return new GoldenComparison(golden, picture.expected(), found);
  }

  private void judge(MatchedPair pair) {
    String name = text(pair.first());
    if (Math.abs(pair.scoreDifference()) > golden.scoreTolerance()) {
      wrong.add("%s scores %.4f".formatted(name, pair.second().score()));
    }
    if (pair.iou() < golden.lowestIou()) {
      wrong.add("%s overlaps by only %.3f".formatted(name, pair.iou()));
    }
    Optional<String> missing = missing(pair.first(), pair.second());
    if (missing.isPresent()) {
      wrong.add("%s lacks its %s".formatted(name, missing.get()));
      return;
    }
    pair.maskIou().stream()
        .filter(overlap -> overlap < golden.lowestIou())
        .forEach(
            overlap -> wrong.add("the mask of %s overlaps by only %.3f".formatted(name, overlap)));
    pair.keyPointDistance().stream()
        .filter(distance -> distance > pair.keyPointTolerance(golden.lowestIou()))
        .forEach(
            distance ->
                wrong.add("a key point of %s is %.1f pixels off".formatted(name, distance)));
  }

  private static Optional<String> missing(Detection expected, Detection found) {
    if (expected.mask().isPresent() && !isAsLarge(expected.mask().get(), found.mask())) {
      return Optional.of(
          "mask of %dx%d".formatted(expected.mask().get().width(), expected.mask().get().height()));
    }
    if (expected.rotated().isPresent() && found.rotated().isEmpty()) {
      return Optional.of("rotated box");
    }
    // A bundle of an older ovkit expects boxes alone.
    int points = expected.keyPoints().size();
    return points == 0 || points == found.keyPoints().size()
        ? Optional.empty()
        : Optional.of(points + " key points");
  }

  private static boolean isAsLarge(Mask expected, Optional<Mask> found) {
    return found.isPresent()
        && found.get().width() == expected.width()
        && found.get().height() == expected.height();
  }

  /** Returns what is wrong; empty if nothing is. */
  Optional<String> complaint() {
    int more = wrong.size() - MOST_NAMED;
    return wrong.isEmpty()
        ? Optional.empty()
        : Optional.of(
            wrong.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (more > 0 ? " and %d more".formatted(more) : ""));
  }

  /** Returns how well it agrees. */
  String agreement() {
    List<String> parts = new ArrayList<>();
    int pairs = comparison.pairs().size();
    boolean classes = found.task() == DetectorSpec.Task.CLASSIFY;
    parts.add("%d %s as expected".formatted(pairs, classes ? "classes" : "boxes"));
    String scores = "scores differ by at most %.1e".formatted(comparison.largestScoreDifference());
    parts.add(
        classes
            ? scores
            : scores + ", boxes overlap by at least %.4f".formatted(comparison.smallestIou()));
    smallestMaskIou().ifPresent(iou -> parts.add("masks overlap by at least %.4f".formatted(iou)));
    farthestKeyPoint()
        .ifPresent(far -> parts.add("key points move by at most %.2f pixels".formatted(far)));
    parts.add("%d ms".formatted(found.timings().total().toMillis()));
    return String.join("; ", parts);
  }

  private OptionalDouble smallestMaskIou() {
    return comparison.pairs().stream().flatMapToDouble(p -> p.maskIou().stream()).min();
  }

  private OptionalDouble farthestKeyPoint() {
    return comparison.pairs().stream().flatMapToDouble(p -> p.keyPointDistance().stream()).max();
  }

  private static String text(Detection detection) {
    return String.format(
        Locale.ROOT,
        "%s %.4f at %.0f,%.0f",
        detection.label(),
        detection.score(),
        detection.box().x(),
        detection.box().y());
  }
}
