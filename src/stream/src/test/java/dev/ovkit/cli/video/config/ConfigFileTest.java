package dev.ovkit.cli.video.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.track.BoxAnchor;
import dev.ovkit.track.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Files of cameras, right and wrong. */
class ConfigFileTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));

  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(ConfigFile.schema());

  private static final String DOOR =
      """
      cameras:
        - name: door
          source: rtsp://10.0.0.7/live
      """;

  @TempDir Path temp;

  private final Map<String, String> environment = new HashMap<>();

  private StreamRequest read(String text) throws IOException {
    Path file = Files.writeString(temp.resolve("cameras.yaml"), text);
    return ConfigFile.read(file, environment, inFile -> inFile.orElse(Path.of("typed.xml")));
  }

  private void refused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(OptionException.class)
        .hasMessage(message.replace("FILE", temp.resolve("cameras.yaml").toString()));
  }

  private static JsonNode json(String yaml) {
    Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return new ObjectMapper().valueToTree(loaded);
  }

  private static List<String> examples() throws IOException {
    List<String> examples = new ArrayList<>();
    String pages =
        Files.readString(HOME.resolve("docs/stream.md"))
            + Files.readString(HOME.resolve("docs/events.md"));
    Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(pages);
    while (block.find()) {
      examples.add(block.group(1));
    }
    return examples;
  }

  @Test
  void whatTheDocsShowIsReadAndFitsTheSchema() throws IOException {
    Files.writeString(temp.resolve("door.password"), "secret");
    environment.put("YARD_PASSWORD", "secret");
    assertThat(examples()).isNotEmpty();
    for (String example : examples()) {
      assertThat(SCHEMA.validate(json(example))).as(example).isEmpty();
      assertThat(read(example).sources()).isNotEmpty();
    }
  }

  @Test
  void everyKeyOfTheSchemaIsRead() throws IOException {
    Files.writeString(temp.resolve("secret"), "a b@c\n");
    String all =
        """
        model: models/parts.xml
        detector: {conf: 0.4, iou: 0.5, max_det: 10, classes: [bolt, 2], agnostic: true, threads: 2, precision: bf16, profile: false}
        fps: all
        track: true
        anchor: centre
        motion: true
        reading: {udp: true, timeout: 2.5, retries: 3, real_time: true, decode_threads: 2, hwaccel: vaapi, keyframes: true}
        outputs:
          jsonl: {file: out/boxes.jsonl, rotate: 10M, keep: 2}
          film: {file: boxes.mp4, labels: false}
          preview: 8080
          metrics: 0.0.0.0:9464
          csv: boxes.csv
          events: events.jsonl
          snapshots: pictures
          clips: {folder: films, seconds: 2.5}
          pictures_size: 2G
          queue: {folder: queue, size: 1M}
          webhook: {url: "https://host/a", ca: tls/hook.pem, token: "file:hook"}
          mqtt: {url: "mqtts://broker", ca: /etc/ssl/plant.pem, topic: plant, user: me, password: "env:PASSWORD", home_assistant: homeassistant}
          kafka: {servers: "a:9092,b:9092", topic: parts, properties: kafka.properties}
        zones:
          - {name: all, corners: [[0, 0], [10, 0], [10, 10]]}
        lines:
          - {name: everywhere, from: [0, 0], to: [5, 5]}
        cameras:
          - name: door
            source: rtsp://10.0.0.7/live
            user: admin
            password_file: secret
            fps: 8
            weight: 2
            zones:
              - {name: mat, corners: [[1, 2], [30, 4.5], [5, 60]], dwell: 10}
            lines:
              - {name: gate, from: [6, 7], to: [8, 9]}
          - name: film
            source: films/belt.mp4
        """;
    assertThat(SCHEMA.validate(json(all))).isEmpty();
    StreamRequest request = read(all);
    assertThat(request.ir()).isEqualTo(temp.resolve("models/parts.xml"));
    assertThat(request.detecting().detect().confidence()).contains(0.4f);
    assertThat(request.detecting().detect().iou()).contains(0.5f);
    assertThat(request.detecting().detect().maxDetections()).isEqualTo(10);
    assertThat(request.detecting().detect().agnostic()).isTrue();
    assertThat(request.detecting().classes())
        .extracting(StreamRequest.Named::name)
        .containsExactly("bolt", "2");
    assertThat(request.detecting().threads()).hasValue(2);
    assertThat(request.detecting().precision()).isPresent();
    assertThat(request.detecting().profile()).isFalse();
    StreamRequest.Source door = request.sources().get(0);
    assertThat(door.name()).contains("door");
    assertThat(door.location()).isEqualTo("rtsp://admin:a%20b%40c@10.0.0.7/live");
    assertThat(door.fps()).isEqualTo(OptionalDouble.of(8));
    assertThat(door.toString()).doesNotContain("a%20b");
    StreamRequest.Source film = request.sources().get(1);
    assertThat(film.location()).isEqualTo(temp.resolve("films/belt.mp4").toString());
    assertThat(film.fps()).isEmpty();
    assertThat(request.weights()).isEqualTo(Map.of("door", 2.0));
    assertThat(request.motion()).isTrue();
    assertThat(request.following().anchor()).isEqualTo(BoxAnchor.CENTRE);
    assertThat(request.following().zones())
        .extracting(StreamRequest.Place::source)
        .containsExactly(Optional.of("door"), Optional.empty());
    assertThat(request.following().zones().get(0).shape().corners())
        .containsExactly(new Point(1, 2), new Point(30, 4.5), new Point(5, 60));
    assertThat(request.following().zones().get(0).shape().dwell()).contains(Duration.ofSeconds(10));
    assertThat(request.following().lines().get(0).shape().to()).isEqualTo(new Point(8, 9));
    assertThat(request.reading())
        .isEqualTo(
            new StreamRequest.Reading(
                true,
                Duration.ofMillis(2500),
                java.util.OptionalInt.of(3),
                true,
                2,
                Optional.of(StreamRequest.Hardware.VAAPI),
                true));
    assertThat(request.outputs().json()).contains(temp.resolve("out/boxes.jsonl"));
    assertThat(request.outputs().rotate()).isEqualTo(10L << 20);
    assertThat(request.outputs().keep()).isEqualTo(2);
    assertThat(request.outputs().film()).contains(temp.resolve("boxes.mp4"));
    assertThat(request.outputs().labels()).isFalse();
    assertThat(request.outputs().preview().orElseThrow().getPort()).isEqualTo(8080);
    assertThat(request.outputs().metrics().orElseThrow().getHostString()).isEqualTo("0.0.0.0");
    assertThat(request.outputs().csv()).contains(temp.resolve("boxes.csv"));
    assertThat(request.events())
        .isEqualTo(
            new StreamRequest.Events(
                Optional.of(temp.resolve("events.jsonl")),
                Optional.of(temp.resolve("pictures")),
                Optional.of(temp.resolve("films")),
                Duration.ofMillis(2500),
                2L << 30,
                Optional.of(
                    new StreamRequest.Webhook(
                        "https://host/a",
                        Optional.of("file:" + temp.resolve("hook")),
                        Optional.of(temp.resolve("tls/hook.pem")))),
                Optional.of(
                    new StreamRequest.Mqtt(
                        "mqtts://broker",
                        Optional.of(Path.of("/etc/ssl/plant.pem")),
                        Optional.of("plant"),
                        Optional.of("me"),
                        Optional.of("env:PASSWORD"),
                        Optional.of("homeassistant"))),
                Optional.of(
                    new StreamRequest.Kafka(
                        "a:9092,b:9092",
                        Optional.of("parts"),
                        Optional.of(temp.resolve("kafka.properties")))),
                Optional.of(temp.resolve("queue")),
                1 << 20));
    // Each key of the schema is in the text above, so that none is documented and not read.
    Matcher key = Pattern.compile("(?m)^ {6,}\"(\\w+)\": \\{").matcher(ConfigFile.schema());
    while (key.find()) {
      if (!List.of("properties", "items", "camera", "point", "zone", "line")
          .contains(key.group(1))) {
        assertThat(all).contains(key.group(1) + ":");
      }
    }
  }

  @Test
  void theDefaultsAreThoseOfTheOptions() throws IOException {
    StreamRequest request = read(DOOR);
    assertThat(request.ir()).isEqualTo(Path.of("typed.xml"));
    assertThat(request.sources().get(0).fps()).isEqualTo(OptionalDouble.of(5));
    assertThat(request.reading()).isEqualTo(StreamRequest.Reading.defaults());
    assertThat(request.following().wanted()).isFalse();
    assertThat(request.outputs().rotate()).isEqualTo(100L << 20);
    assertThat(request.outputs().keep()).isEqualTo(5);
    assertThat(request.outputs().json()).isEmpty();
  }

  @Test
  void whatIsWrongIsNamedWithItsLine() {
    refused(
        "cameras:\n  - name: door\n    soruce: a.mp4\n",
        "FILE:3: unknown key 'soruce'; did you mean 'source'?");
    refused(
        DOOR + "outputs:\n  webhook: {url: http://u:s3cret@host}\n",
        "FILE:5: webhook: an address with a user or a password in it; give them with the token");
    refused(
        DOOR + "outputs:\n  mqtt: {url: mqtt://host}\n",
        "FILE:5: mqtt needs a queue beside it, {folder: DIR}, in which events wait while the receiver is away");
    refused(
        DOOR + "outputs:\n  webhook: {url: http://host, token: s3cret}\n",
        "FILE:5: a secret: expected file:PATH or env:NAME, the place where it is; what was given is not repeated here");
    refused("kameras: []\n", "FILE:1: unknown key 'kameras'; did you mean 'cameras'?");
    refused("cameras:\n  - name: door\n", "FILE:2: 'source' is missing");
    refused("cameras: []\n", "FILE:1: cameras: expected at least one camera");
    refused("cameras: door\n", "FILE:1: cameras 'door': expected a list of cameras");
    refused("model: m.xml\n", "FILE:1: 'cameras' is missing");
    refused(
        DOOR + "  - name: door\n    source: b.mp4\n",
        "FILE:4: two cameras are called 'door'; give each its own name");
    refused(
        DOOR + "    zones:\n      - name: mat\n        corners: [[1, 2], [3, 4]]\n",
        "FILE:6: zone 'mat': 2 different corners, expected at least 3");
    refused(
        DOOR + "    lines:\n      - name: gate\n        from: [1, 2]\n        to: [-3, 4]\n",
        "FILE:7: to '-3': expected a number, 0 to 1000000");
    refused(
        DOOR + "    lines:\n      - name: gate\n        from: [1, 2]\n        to: [1, 2]\n",
        "FILE:7: line 'gate': both its points are 1.0,2.0, expected two different ones");
    refused(
        DOOR + "    lines:\n      - name: gate\n        from: [1]\n        to: [1, 2]\n",
        "FILE:6: from: expected two numbers, [X, Y]");
    refused(
        DOOR + "outputs:\n  webhok: {}\n", "FILE:5: unknown key 'webhok'; did you mean 'webhook'?");
    refused(
        DOOR + "fps: fast\n", "FILE:4: fps fast: expected a number above 0, at most 1000, or all");
    refused(
        DOOR + "anchor: middle\n", "FILE:4: anchor 'middle': expected one of bottom, centre, top");
    refused(DOOR + "motion: maybe\n", "FILE:4: motion 'maybe': expected true or false");
    refused(
        DOOR + "outputs: {preview: 70000}\n",
        "FILE:4: preview 70000: expected a port, 0 to 65535, or HOST:PORT");
    refused(
        DOOR + "outputs: {jsonl: {file: a.jsonl, rotate: 0}}\n",
        "FILE:4: rotate 0: expected a size such as 100M, above 0 and below 8 exabytes");
    refused(DOOR + "detector: {conf: 40}\n", "FILE:4: conf '40': expected a number, 0 to 1");
    refused(DOOR + "track: true\ntrack: false\n", "FILE:5: 'track' is given twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cameras:\n  - name: door\n    soruce: a.mp4\n",
        "cameras: []\n",
        "model: m.xml\n",
        "cameras:\n  - {name: d, source: a, zones: [{name: z, corners: [[1, 2], [3, 4]]}]}\n",
        "cameras:\n  - {name: d, source: a, fps: fast}\n",
        "cameras:\n  - {name: d, source: a}\noutputs: {webhok: {}}\n",
        "cameras:\n  - {name: d, source: a}\ndetector: {conf: 40}\n"
      })
  void theSchemaRefusesItToo(String text) {
    assertThat(SCHEMA.validate(json(text))).isNotEmpty();
  }

  @Test
  void aFileThatIsNoYamlShowsItsLineAndNotItsContent() {
    assertThatThrownBy(() -> read("cameras:\n  - source: rtsp://admin:s3cret@host/a\n   name: [\n"))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("cameras.yaml:3: not well-formed YAML: ")
        .hasMessageNotContaining("s3cret");
    refused("", "FILE: the file is empty; expected cameras");
  }

  @Test
  void secretsComeFromTheEnvironmentAndFilesAndAreNotShown() throws IOException {
    environment.put("DOOR", "s3cret");
    String text = "cameras:\n  - name: door\n    source: rtsp://admin:${DOOR}@10.0.0.7/live\n";
    assertThat(read(text).sources().get(0).location())
        .isEqualTo("rtsp://admin:s3cret@10.0.0.7/live");
    assertThat(read(text).toString()).doesNotContain("s3cret");
    refused(
        text.replace("DOOR", "YARD"),
        "FILE:3: source: the environment has no variable 'YARD'; set it, or correct its name");
    refused(
        "cameras:\n  - rtsp://admin:s3cret@10.0.0.7/live\n",
        "FILE:2: cameras: expected keys and values: name, source, user, password_file, fps, weight, zones, lines");
    refused(
        DOOR + "fps: ${DOOR}\n",
        "FILE:4: fps ${DOOR}: expected a number above 0, at most 1000, or all");
    refused(
        DOOR + "    user: admin\n    password_file: none\n",
        "FILE:5: password_file '%s' cannot be read; create it, readable for this user"
            .formatted(temp.resolve("none")));
    refused(DOOR + "    password_file: none\n", "FILE:4: password_file without a user; add 'user'");
  }
}
