package dev.ovkit.cli.stream;

import dev.ovkit.CompileOptions;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.track.BoxAnchor;
import dev.ovkit.track.Line;
import dev.ovkit.track.Zone;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What {@code ovkit stream} is asked to do, by options or by a file.
 *
 * @param ir the model
 * @param detecting how it is opened
 * @param sources what is watched
 * @param weights shares of the detector by the names of sources, where they are not 1
 * @param reading how sources are read
 * @param motion whether still scenes are left out
 * @param following whether objects are followed, and where they are watched
 * @param outputs where results go
 * @param events where events go
 */
public record StreamRequest(
    Path ir,
    Detecting detecting,
    List<Source> sources,
    Map<String, Double> weights,
    Reading reading,
    boolean motion,
    Following following,
    Outputs outputs,
    Events events) {

  public StreamRequest {
    sources = List.copyOf(sources);
    weights = Map.copyOf(weights);
  }

  /**
   * How the detector is opened.
   *
   * @param detect which boxes count
   * @param classes names or numbers of those that are wanted; empty for all
   * @param threads to compute with; empty for the profile's, else all
   * @param precision of the arithmetic; empty for the profile's, else f32
   * @param profile whether the profile beside the model is used
   */
  public record Detecting(
      DetectOptions detect,
      List<Named> classes,
      OptionalInt threads,
      Optional<CompileOptions.Precision> precision,
      boolean profile) {

    public Detecting {
      classes = List.copyOf(classes);
    }
  }

  /**
   * A name, and where it was given.
   *
   * @param origin for messages: the option, or the file with its line
   */
  public record Named(String name, String origin) {}

  /**
   * A file or a camera.
   *
   * @param name what results call it; empty for the source's own
   * @param location a path or a URL, perhaps with a password
   * @param fps the most detections a second; empty for every frame
   * @param origin for messages: empty, or the file with its line
   */
  public record Source(Optional<String> name, String location, OptionalDouble fps, String origin) {

    /** Without the location, which may have a password. */
    @Override
    public String toString() {
      return "Source[name=%s, fps=%s, origin=%s]".formatted(name, fps, origin);
    }
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
      boolean keyFrames) {

    /** Over TCP, ten seconds, no end of attempts, one thread on the CPU. */
    public static Reading defaults() {
      return new Reading(
          false, Duration.ofSeconds(10), OptionalInt.empty(), false, 1, Optional.empty(), false);
    }
  }

  /**
   * Whether objects are followed, and where they are watched.
   *
   * @param wanted whether they are followed
   * @param anchor the point of a box that decides where its object is
   */
  public record Following(
      boolean wanted, List<Place<Zone>> zones, List<Place<Line>> lines, BoxAnchor anchor) {

    public Following {
      zones = List.copyOf(zones);
      lines = List.copyOf(lines);
    }
  }

  /**
   * A zone or a line.
   *
   * @param source the name of the source that it belongs to; empty for all
   * @param origin for messages: the option, or the file with its line
   */
  public record Place<T>(Optional<String> source, String origin, T shape) {

    /** Whether it belongs to a source. */
    public boolean isOf(String name) {
      return source.isEmpty() || source.get().equals(name);
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
   * @param csv the file for comma-separated values
   * @param rotate when a file is full, in bytes
   * @param keep how many full ones are kept
   * @param film an annotated film
   * @param labels whether its boxes have class names and scores
   * @param metrics where Prometheus asks
   * @param preview where a browser looks
   */
  public record Outputs(
      Optional<Path> json,
      Optional<Path> csv,
      long rotate,
      int keep,
      Optional<Path> film,
      boolean labels,
      Optional<InetSocketAddress> metrics,
      Optional<InetSocketAddress> preview) {}

  /**
   * Where events go.
   *
   * @param file {@code .jsonl} or {@code .csv}
   * @param snapshots a folder for pictures
   * @param clips a folder for films
   * @param clipPart how much of a film comes before its event, and how much after
   * @param picturesSize what each of the two folders may take, in bytes
   * @param webhook an HTTP endpoint
   * @param mqtt a broker
   * @param kafka a topic
   * @param queue a folder in which events wait
   * @param queueSize what the events of one receiver may take, in bytes
   */
  public record Events(
      Optional<Path> file,
      Optional<Path> snapshots,
      Optional<Path> clips,
      Duration clipPart,
      long picturesSize,
      Optional<Webhook> webhook,
      Optional<Mqtt> mqtt,
      Optional<Kafka> kafka,
      Optional<Path> queue,
      long queueSize) {

    /** What a size is if none is given. */
    public static final long USUAL_QUEUE = 100L << 20;

    /** What a size is if none is given. */
    public static final long USUAL_PICTURES = 1L << 30;

    /** Nowhere. */
    public static Events none() {
      return new Events(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(5),
          USUAL_PICTURES,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          USUAL_QUEUE);
    }
  }

  /** An HTTP endpoint, as it was typed. */
  public record Webhook(String address, Optional<String> token, Optional<Path> ca) {}

  /** An MQTT broker, as it was typed. */
  public record Mqtt(
      String address,
      Optional<Path> ca,
      Optional<String> topic,
      Optional<String> user,
      Optional<String> password,
      Optional<String> homeAssistant) {}

  /** A Kafka topic, as it was typed. */
  public record Kafka(String servers, Optional<String> topic, Optional<Path> properties) {}
}
