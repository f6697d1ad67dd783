package dev.ovkit.cli.stream;

import dev.ovkit.track.BoxAnchor;
import dev.ovkit.vision.DetectorOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A call of {@code ovkit stream}.
 *
 * @param ir the model
 * @param detector how it is opened
 * @param sources as they were typed, each perhaps with {@code NAME=} before it
 * @param reading how sources are read
 * @param fps detections a second and camera; empty for every frame
 * @param weights as they were typed, {@code NAME=NUMBER}
 * @param motion whether still scenes are left out
 * @param following whether objects are followed, and where they are watched
 * @param outputs where results go
 */
public record StreamRequest(
    Path ir,
    DetectorOptions detector,
    List<String> sources,
    Reading reading,
    OptionalDouble fps,
    List<String> weights,
    boolean motion,
    Following following,
    Outputs outputs) {

  public StreamRequest {
    sources = List.copyOf(sources);
    weights = List.copyOf(weights);
  }

  /**
   * How sources are read.
   *
   * @param udp whether RTSP comes over UDP
   * @param timeout the longest wait for opening, and for each frame
   * @param retries attempts to open a camera again; empty for no end
   * @param realTime whether films play at their own pace
   * @param threads decoding threads for a source
   * @param hardware how a GPU decodes, by the name that the user gave; empty for the CPU
   * @param keyFrames whether only key frames are decoded
   */
  public record Reading(
      boolean udp,
      Duration timeout,
      OptionalInt retries,
      boolean realTime,
      int threads,
      Optional<Hardware> hardware,
      boolean keyFrames) {}

  /**
   * Whether objects are followed, and where they are watched.
   *
   * @param wanted whether they are followed
   * @param zones as they were typed, {@code [SOURCE:]NAME=X,Y,X,Y,X,Y}
   * @param lines as they were typed, {@code [SOURCE:]NAME=X,Y,X,Y}
   * @param dwell how long a stay in a zone is reported
   * @param anchor the point of a box that decides where its object is
   */
  public record Following(
      boolean wanted,
      List<String> zones,
      List<String> lines,
      Optional<Duration> dwell,
      BoxAnchor anchor) {

    public Following {
      zones = List.copyOf(zones);
      lines = List.copyOf(lines);
    }
  }

  /** How a GPU decodes. */
  public enum Hardware {
    VAAPI,
    QSV,
    AUTO
  }

  /**
   * Where results go.
   *
   * @param json the file for JSON lines; empty for standard output
   * @param rotate when that file is full, in bytes
   * @param keep how many full ones are kept
   * @param film an annotated film
   * @param labels whether its boxes have class names and scores
   * @param metrics where Prometheus asks
   * @param preview where a browser looks
   */
  public record Outputs(
      Optional<Path> json,
      long rotate,
      int keep,
      Optional<Path> film,
      boolean labels,
      Optional<InetSocketAddress> metrics,
      Optional<InetSocketAddress> preview) {}
}
