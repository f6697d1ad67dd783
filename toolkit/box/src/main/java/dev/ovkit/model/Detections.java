package dev.ovkit.model;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was found on one picture.
 *
 * @param task what was looked for
 * @param width pixels of the upright picture
 * @param height pixels of the upright picture
 * @param objects by falling score; of a classifier the classes of the picture
 * @param candidates how many boxes reached the threshold, before suppression
 * @param leftOut how many of those a cap kept from being looked at; 0 unless {@code maxDetections}
 *     or {@code maxCandidates} was reached
 * @param strayClass a class number that the model gave to an object and that it has no class for;
 *     such objects are left out
 * @param timings how long it took
 */
public record Detections(
    DetectorSpec.Task task,
    int width,
    int height,
    List<Detection> objects,
    int candidates,
    int leftOut,
    OptionalInt strayClass,
    Timings timings)
    implements Iterable<Detection> {

  /** A sigmoid computed with an approximate exponential may exceed 1 by this much. */
  private static final double ROUNDING = 1e-3;

  public Detections {
    objects = List.copyOf(objects);
  }

  /** Makes the result of a model that gave no class number of its own. */
  public Detections(
      DetectorSpec.Task task,
      int width,
      int height,
      List<Detection> objects,
      int candidates,
      int leftOut,
      Timings timings) {
    this(task, width, height, objects, candidates, leftOut, OptionalInt.empty(), timings);
  }

  /** Makes the result of a detector of boxes. */
  public Detections(
      int width,
      int height,
      List<Detection> objects,
      int candidates,
      int leftOut,
      Timings timings) {
    this(DetectorSpec.Task.DETECT, width, height, objects, candidates, leftOut, timings);
  }

  /** Returns an iterator over {@link #objects}. */
  @Override
  public Iterator<Detection> iterator() {
    return objects.iterator();
  }

  /**
   * Returns why the model is probably read wrongly: a score is above 1, a class number has no
   * class, all boxes are smaller than a pixel, or all boxes are outside the picture. Empty if the
   * result is plausible.
   */
  public Optional<String> alarm() {
    double highest = objects.isEmpty() ? 0 : objects.get(0).score();
    if (highest > 1 + ROUNDING) {
      return Optional.of("a score of %.3g is above 1".formatted(highest));
    }
    if (strayClass.isPresent()) {
      return Optional.of(
          "an object has the class number %d, which is above the model's last class; the numbers may start at 1"
              .formatted(strayClass.getAsInt()));
    }
    if (!objects.isEmpty()
        && objects.stream().allMatch(d -> d.box().width() < 1 && d.box().height() < 1)) {
      return Optional.of("every box is smaller than a pixel (%d boxes)".formatted(objects.size()));
    }
    return objects.isEmpty() && candidates > 0
        ? Optional.of("every box is outside the picture (%d boxes)".formatted(candidates))
        : Optional.empty();
  }

  public Detections withTimings(Timings measured) {
    return new Detections(task, width, height, objects, candidates, leftOut, strayClass, measured);
  }

  /**
   * Where the time went.
   *
   * @param decode from file or bytes to pixels; zero for a frame
   * @param preprocess from pixels to the network's input
   * @param infer the network
   * @param postprocess from its outputs to boxes
   */
  public record Timings(
      Duration decode, Duration preprocess, Duration infer, Duration postprocess) {

    /** Nothing was timed. */
    public static final Timings NONE =
        new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** Returns the sum. */
    public Duration total() {
      return decode.plus(preprocess).plus(infer).plus(postprocess);
    }
  }
}
