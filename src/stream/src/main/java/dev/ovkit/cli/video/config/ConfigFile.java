package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import dev.ovkit.cli.option.Choices;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.cli.stream.StreamRequest.Detecting;
import dev.ovkit.cli.stream.StreamRequest.Events;
import dev.ovkit.cli.stream.StreamRequest.Following;
import dev.ovkit.cli.stream.StreamRequest.Named;
import dev.ovkit.cli.stream.StreamRequest.Outputs;
import dev.ovkit.cli.stream.StreamRequest.Place;
import dev.ovkit.cli.stream.StreamRequest.Reading;
import dev.ovkit.cli.stream.StreamRequest.Source;
import dev.ovkit.cli.stream.StreamValues;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.track.BoxAnchor;
import dev.ovkit.track.Line;
import dev.ovkit.track.Zone;
import dev.ovkit.video.engine.Camera;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a request from a YAML file. Paths count from the file's folder, and {@code ${NAME}} stands
 * for a variable of the environment.
 */
public final class ConfigFile {

  private static final String SCHEMA = "stream.schema.json";
  private static final long ROTATE = 100L << 20;
  private static final int KEEP = 5;
  private static final int MANY = Integer.MAX_VALUE;
  private static final double MOST_WEIGHT = 1000;

  private static final String[] OUTPUTS =
      Stream.concat(
              Stream.of("jsonl", "csv", "film", "preview", "metrics"),
              Arrays.stream(ConfigEvents.KEYS))
          .toArray(String[]::new);

  private final YamlMapping root;
  private Events events = Events.none();
  private final List<Source> sources = new ArrayList<>();
  private final Map<String, Double> weights = new LinkedHashMap<>();
  private final List<Place<Zone>> zones = new ArrayList<>();
  private final List<Place<Line>> lines = new ArrayList<>();

  private ConfigFile(YamlMapping root) {
    this.root = root;
  }

  /**
   * Reads a file.
   *
   * @param environment what variables stand for
   * @throws OptionException with file and line, when something is wrong
   */
  public static StreamRequest read(
      Path file, Map<String, String> environment, StreamProgram.Models models) {
    YamlMapping root =
        new YamlSource(file, environment)
            .read()
            .mapping(
                "model",
                "detector",
                "fps",
                "cameras",
                "track",
                "anchor",
                "zones",
                "lines",
                "motion",
                "reading",
                "outputs");
    return new ConfigFile(root).request(models);
  }

  /** Returns the JSON schema of a file. */
  public static String schema() {
    try (InputStream in = ConfigFile.class.getResourceAsStream(SCHEMA)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the schema cannot be read from the jar", e);
    }
  }

  private StreamRequest request(StreamProgram.Models models) {
    OptionalDouble fps =
        root.find("fps")
            .map(value -> value.read(StreamValues::rate))
            .orElse(OptionalDouble.of(Camera.DEFAULT_FPS));
    root.get("cameras").list("cameras").forEach(camera -> addCamera(camera, fps));
    if (sources.isEmpty()) {
      throw root.get("cameras").refusal("at least one camera");
    }
    addPlaces(root, Optional.empty());
    boolean watched = !zones.isEmpty() || !lines.isEmpty();
    Following following =
        new Following(root.isTrue("track", false) || watched, zones, lines, anchor());
    Detecting detecting = detecting();
    Reading reading = reading();
    Outputs outputs = outputs();
    boolean motion = root.isTrue("motion", false);
    // Last: an ONNX model is converted now.
    Path ir = models.of(root.text("model").map(root.whole().source()::resolve));
    return new StreamRequest(
        ir, detecting, sources, weights, reading, motion, following, outputs, events);
  }

  private void addCamera(YamlValue value, OptionalDouble usual) {
    YamlMapping camera =
        value.mapping("name", "source", "user", "password_file", "fps", "weight", "zones", "lines");
    YamlValue named = camera.get("name");
    String name = named.text();
    if (sources.stream().anyMatch(one -> one.name().equals(Optional.of(name)))) {
      throw new OptionException(
          "%s: two cameras are called '%s'; give each its own name"
              .formatted(named.origin(), name));
    }
    OptionalDouble fps = camera.find("fps").map(one -> one.read(StreamValues::rate)).orElse(usual);
    sources.add(
        new Source(
            Optional.of(name), CameraSecret.location(camera), fps, camera.get("source").origin()));
    camera.find("weight").ifPresent(weight -> weights.put(name, weight.number(0.001, MOST_WEIGHT)));
    addPlaces(camera, Optional.of(name));
  }

  private void addPlaces(YamlMapping owner, Optional<String> camera) {
    for (YamlValue zone : owner.list("zones", "zones")) {
      zones.add(new Place<>(camera, zone.origin(), PlaceShapes.zone(zone)));
    }
    for (YamlValue line : owner.list("lines", "lines")) {
      lines.add(new Place<>(camera, line.origin(), PlaceShapes.line(line)));
    }
  }

  private BoxAnchor anchor() {
    return root.find("anchor")
        .map(value -> constant(value, BoxAnchor.class))
        .orElse(BoxAnchor.BOTTOM);
  }

  private Detecting detecting() {
    Optional<YamlValue> value = root.find("detector");
    if (value.isEmpty()) {
      return new Detecting(
          DetectOptions.defaults(), List.of(), OptionalInt.empty(), Optional.empty(), true);
    }
    YamlMapping detector =
        value
            .get()
            .mapping(
                "conf", "iou", "max_det", "classes", "agnostic", "threads", "precision", "profile");
    DetectOptions detect =
        DetectOptions.defaults().withAgnostic(detector.isTrue("agnostic", false));
    Optional<YamlValue> conf = detector.find("conf");
    if (conf.isPresent()) {
      detect = detect.withConfidence((float) conf.get().number(0, 1));
    }
    Optional<YamlValue> iou = detector.find("iou");
    if (iou.isPresent()) {
      detect = detect.withIou((float) iou.get().number(0, 1));
    }
    Optional<YamlValue> most = detector.find("max_det");
    if (most.isPresent()) {
      detect = detect.withMaxDetections(most.get().whole(1, MANY));
    }
    List<Named> classes =
        detector.list("classes", "classes").stream()
            .map(one -> new Named(one.text(), one.origin()))
            .toList();
    return new Detecting(
        detect,
        classes,
        whole(detector, "threads", 1),
        detector.find("precision").map(one -> convert(one, new Choices.Precision())),
        detector.isTrue("profile", true));
  }

  private static OptionalInt whole(YamlMapping mapping, String key, int least) {
    Optional<YamlValue> value = mapping.find(key);
    return value.isPresent() ? OptionalInt.of(value.get().whole(least, MANY)) : OptionalInt.empty();
  }

  private Reading reading() {
    Reading usual = Reading.defaults();
    Optional<YamlValue> value = root.find("reading");
    if (value.isEmpty()) {
      return usual;
    }
    YamlMapping reading =
        value
            .get()
            .mapping(
                "udp", "timeout", "retries", "real_time", "decode_threads", "hwaccel", "keyframes");
    return new Reading(
        reading.isTrue("udp", usual.udp()),
        reading
            .find("timeout")
            .map(one -> StreamValues.seconds(one.origin(), one.number(0.001, 3600)))
            .orElse(usual.timeout()),
        whole(reading, "retries", 0),
        reading.isTrue("real_time", usual.realTime()),
        reading.find("decode_threads").map(one -> one.whole(1, 2)).orElse(usual.threads()),
        reading.find("hwaccel").map(one -> constant(one, StreamRequest.Hardware.class)),
        reading.isTrue("keyframes", usual.keyFrames()));
  }

  private Outputs outputs() {
    Optional<YamlMapping> outputs = root.find("outputs").map(one -> one.mapping(OUTPUTS));
    events = outputs.map(ConfigEvents::of).orElse(Events.none());
    Optional<YamlMapping> json =
        outputs.flatMap(all -> all.find("jsonl")).map(one -> one.mapping("file", "rotate", "keep"));
    Optional<YamlMapping> film =
        outputs.flatMap(all -> all.find("film")).map(one -> one.mapping("file", "labels"));
    return new Outputs(
        json.map(ConfigFile::file),
        outputs.flatMap(all -> all.find("csv")).map(one -> one.source().resolve(one.text())),
        json.flatMap(one -> one.find("rotate"))
            .map(one -> one.read(StreamValues::bytes))
            .orElse(ROTATE),
        json.flatMap(one -> one.find("keep")).map(one -> one.whole(0, MANY)).orElse(KEEP),
        film.map(ConfigFile::file),
        film.map(one -> one.isTrue("labels", true)).orElse(true),
        address(outputs, "metrics"),
        address(outputs, "preview"));
  }

  private static Path file(YamlMapping output) {
    return output.whole().source().resolve(output.get("file").text());
  }

  private static Optional<InetSocketAddress> address(Optional<YamlMapping> outputs, String key) {
    return outputs.flatMap(all -> all.find(key)).map(value -> value.read(StreamValues::address));
  }

  private static <E extends Enum<E>> E constant(YamlValue value, Class<E> type) {
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT);
      if (word.equals(value.text())) {
        return constant;
      }
      words.add(word);
    }
    throw value.refusal("one of " + String.join(", ", words));
  }

  private static <T> T convert(YamlValue value, picocli.CommandLine.ITypeConverter<T> words) {
    try {
      return words.convert(value.text());
    } catch (TypeConversionException e) {
      throw new OptionException(
          "%s: %s: %s".formatted(value.origin(), value.key(), e.getMessage()), e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
