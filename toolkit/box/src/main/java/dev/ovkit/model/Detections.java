package dev.ovkit.model;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * What was found on one picture.
 *
 * @param width pixels of the upright picture
 * @param height pixels of the upright picture
 * @param objects by falling score
 * @param candidates how many boxes reached the threshold, before suppression
 * @param leftOut how many of those a cap kept from being looked at; 0 unless {@code maxDetections}
 *     or {@code maxCandidates} was reached
 * @param timings how long it took
 */
public record Detections(
    int width, int height, List<Detection> objects, int candidates, int leftOut, Timings timings)
    implements Iterable<Detection> {

  public Detections {
    objects = List.copyOf(objects);
  }

  /** Returns an iterator over {@link #objects}. */
  @Override
  public Iterator<Detection> iterator() {
    return objects.iterator();
  }

  public Detections withTimings(Timings measured) {
    return new Detections(width, height, objects, candidates, leftOut, measured);
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
