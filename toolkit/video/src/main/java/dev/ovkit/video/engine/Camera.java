package dev.ovkit.video.engine;

import dev.ovkit.OptionException;
import dev.ovkit.video.decode.VideoSource;
import java.util.OptionalDouble;

/**
 * A source that the engine watches.
 *
 * @param name what results call it
 * @param source where its frames come from
 * @param fps the most detections a second; empty for every frame
 * @param weight its share of the detector when there is too much to do; a camera of weight 2 gets
 *     twice as many detections as one of weight 1
 */
public record Camera(String name, VideoSource source, OptionalDouble fps, double weight) {

  /** Enough to follow people and cars. */
  public static final double DEFAULT_FPS = 5;

  private static final double MOST_FPS = 1000;

  public Camera {
    if (name.isBlank()) {
      throw new OptionException("a camera needs a name");
    }
    if (fps.isPresent() && !(fps.getAsDouble() > 0 && fps.getAsDouble() <= MOST_FPS)) {
      throw new OptionException(
          "camera '%s': %s detections a second, expected more than 0, at most %s"
              .formatted(name, fps.getAsDouble(), MOST_FPS));
    }
    if (!(weight > 0 && weight <= 1000)) {
      throw new OptionException(
          "camera '%s': weight %s, expected more than 0, at most 1000".formatted(name, weight));
    }
  }

  /** A camera with five detections a second and the name of its source. */
  public static Camera of(String source) {
    VideoSource parsed = VideoSource.of(source);
    return of(parsed.toString(), parsed);
  }

  /** A camera with five detections a second. */
  public static Camera of(String name, VideoSource source) {
    return new Camera(name, source, OptionalDouble.of(DEFAULT_FPS), 1);
  }

  public Camera withFps(double mostDetections) {
    return new Camera(name, source, OptionalDouble.of(mostDetections), weight);
  }

  public Camera withEveryFrame() {
    return new Camera(name, source, OptionalDouble.empty(), weight);
  }

  public Camera withWeight(double share) {
    return new Camera(name, source, fps, share);
  }
}
