package dev.ovkit.model;

import java.time.Duration;
import java.util.List;

/**
 * What was found on one picture.
 *
 * @param width pixels of the upright picture
 * @param height pixels of the upright picture
 * @param detections by falling score
 * @param candidates how many boxes reached the threshold, before suppression
 * @param leftOut how many of those a cap kept from being looked at; 0 unless {@code maxDetections}
 *     or {@code maxCandidates} was reached
 * @param timings how long it took
 */
public record Detections(
    int width,
    int height,
    List<Detection> detections,
    int candidates,
    int leftOut,
    Timings timings) {

  public Detections {
    detections = List.copyOf(detections);
  }

  public Detections with(Timings measured) {
    return new Detections(width, height, detections, candidates, leftOut, measured);
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
