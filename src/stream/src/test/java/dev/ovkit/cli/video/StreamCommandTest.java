package dev.ovkit.cli.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.ovkit.CompileOptions;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit stream} as a user runs it, on the demo's pictures as a film. */
@Tag("integration")
class StreamCommandTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final String IR = HOME.resolve("ir-models/conveyor-parts.xml").toString();
  private static final String PICTURES = HOME.resolve("ir-models/pictures").toString();

  @TempDir Path temp;

  private String program = "stream";
  private Path out;
  private Path err;

  @BeforeEach
  void files() {
    out = temp.resolve("stdout");
    err = temp.resolve("stderr");
  }

  private int run(String... arguments) throws IOException, InterruptedException {
    return start(arguments).waitFor();
  }

  private Process start(String... arguments) throws IOException {
    List<Object> words = new ArrayList<>(List.of(program));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(OvkitCommand.of(words.toArray()))
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  private List<JsonNode> lines(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(mapper.readTree(line));
    }
    return lines;
  }

  private String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  @Test
  void aFolderOrAFilmBecomesJsonLinesAndAnAnnotatedFilm() throws Exception {
    Path film = temp.resolve("boxes.mp4");
    assertThat(run(IR, "parts=" + PICTURES, "--fps", "all", "--out", film.toString()))
        .as(err())
        .isZero();
    List<JsonNode> lines = lines(out);
    assertThat(lines).extracting(line -> line.get("frame").asInt()).containsExactly(0, 1, 2, 3, 4);
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.get("camera").asText()).isEqualTo("parts"));
    assertThat(lines).allSatisfy(line -> assertThat(line.get("detections")).isNotEmpty());
    assertThat(err())
        .isEqualTo("ovkit: parts: 5 pictures%novkit: parts: 5 frames, 5 looked at%n".formatted());

    // The film that was written is a source too, of which every fifth second is looked at.
    Path json = temp.resolve("boxes.jsonl");
    assertThat(run(IR, film.toString(), "--fps", "0.4", "--jsonl", json.toString()))
        .as(err())
        .isZero();
    assertThat(Files.size(out)).isZero();
    assertThat(lines(json))
        .extracting(line -> line.get("time").asDouble())
        .containsExactly(0.0, 3.0);
    assertThat(err()).endsWith("ovkit: boxes.mp4: 5 frames, 2 looked at%n".formatted());
  }

  /** A camera that moves to the right over a picture, so that each part moves to the left. */
  private Path frames(int count) throws IOException {
    Path frames = Files.createDirectory(temp.resolve("frames"));
    BufferedImage whole = ImageIO.read(Path.of(PICTURES, "000000.jpg").toFile());
    for (int i = 0; i < count; i++) {
      BufferedImage frame = whole.getSubimage(12 * i, 0, 1000, whole.getHeight());
      ImageIO.write(frame, "png", frames.resolve("%02d.png".formatted(i)).toFile());
    }
    return frames;
  }

  @Test
  void partsThatCrossALineAreCounted() throws Exception {
    Path frames = frames(14);
    assertThat(run(IR, "belt=" + frames, "--fps", "all", "--line", "gate=720,720,720,0"))
        .as(err())
        .isZero();
    Set<Long> crossed = new HashSet<>();
    Map<String, Long> counts = new TreeMap<>();
    for (JsonNode line : lines(out)) {
      for (JsonNode event : line.path("events")) {
        assertThat(event.get("line").asText()).isEqualTo("gate");
        if (event.get("event").asText().equals("crossed")) {
          assertThat(event.get("direction").asText()).isEqualTo("right_to_left");
          assertThat(crossed.add(event.get("track").asLong())).as("once each").isTrue();
        } else {
          assertThat(event.get("left_to_right").asLong()).isZero();
          counts.put(event.get("label").asText(), event.get("right_to_left").asLong());
        }
      }
    }
    assertThat(crossed).hasSizeGreaterThanOrEqualTo(3);
    assertThat(counts.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(crossed.size());
  }

  /** An endpoint that keeps the bodies of what is posted. */
  private static HttpServer endpoint(List<JsonNode> events) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          JsonNode body = new ObjectMapper().readTree(exchange.getRequestBody());
          synchronized (events) {
            body.get("events").forEach(events::add);
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void eventsGoToAnEndpointAFileAndPictures() throws Exception {
    Path frames = frames(14);
    Path token = Files.writeString(temp.resolve("token"), "s3cret");
    Path file = temp.resolve("events.jsonl");
    Path snapshots = temp.resolve("snapshots");
    Path clips = temp.resolve("clips");
    List<JsonNode> posted = new ArrayList<>();
    HttpServer server = endpoint(posted);
    try {
      List<String> arguments = new ArrayList<>(List.of(IR, "belt=" + frames, "--fps", "all"));
      arguments.addAll(List.of("--line", "gate=720,720,720,0", "--csv", temp + "/boxes.csv"));
      arguments.addAll(List.of("--events", file.toString(), "--queue", temp + "/queue"));
      arguments.addAll(List.of("--snapshots", snapshots.toString(), "--clips", clips.toString()));
      arguments.addAll(List.of("--webhook-token", "file:" + token, "--webhook"));
      arguments.add("http://127.0.0.1:%d/key".formatted(server.getAddress().getPort()));
      assertThat(run(arguments.toArray(String[]::new))).as(err()).isZero();
    } finally {
      server.stop(0);
    }
    List<JsonNode> events = lines(file);
    assertThat(events).hasSizeGreaterThanOrEqualTo(6);
    assertThat(posted).isEqualTo(events);
    assertThat(err())
        .contains(
            "--webhook: %d delivered, 0 wait, 0 dropped, 0 refused, 0 attempts failed"
                .formatted(events.size()))
        .doesNotContain("s3cret", "/key");
    assertThat(Files.size(out)).as("--csv is instead of it").isZero();
    assertThat(Files.readString(temp.resolve("boxes.csv"))).startsWith("camera,frame,time,at,");
    for (JsonNode event : events) {
      assertThat(clips.resolve(event.get("clip").asText())).isNotEmptyFile();
      if (event.has("snapshot")) {
        assertThat(snapshots.resolve(event.get("snapshot").asText())).isNotEmptyFile();
      }
    }
  }

  @Test
  void anEndpointThatIsAwayGetsItsEventsFromTheNextRun() throws Exception {
    Path frames = frames(14);
    List<JsonNode> posted = new ArrayList<>();
    HttpServer first = endpoint(posted);
    int port = first.getAddress().getPort();
    first.stop(0);
    String[] arguments = {
      IR,
      "belt=" + frames,
      "--fps",
      "all",
      "--line",
      "gate=720,720,720,0",
      "--queue",
      temp + "/queue",
      "--webhook",
      "http://127.0.0.1:" + port
    };
    assertThat(run(arguments)).as(err()).isZero();
    assertThat(err())
        .contains("--webhook: http://127.0.0.1:%d: no connection; events wait".formatted(port))
        .containsPattern("--webhook: events on disk for the next run: \\d+");
    HttpServer second =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    second.createContext(
        "/",
        exchange -> {
          new ObjectMapper().readTree(exchange.getRequestBody()).get("events").forEach(posted::add);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    second.start();
    try {
      assertThat(run(arguments)).as(err()).isZero();
    } finally {
      second.stop(0);
    }
    Set<String> ids = new HashSet<>();
    posted.forEach(event -> ids.add(event.get("id").asText()));
    assertThat(posted).as("those of both runs").hasSizeGreaterThanOrEqualTo(12);
    assertThat(ids).hasSameSizeAs(posted);
  }

  @Test
  void sinksThatCannotWorkAreNamed() throws Exception {
    Map<List<String>, String> wrong = new LinkedHashMap<>();
    wrong.put(
        List.of("--webhook", "http://host"),
        "--webhook needs --queue DIR, a folder in which events wait while the receiver is away");
    wrong.put(
        List.of("--webhook-token", "file:a"), "--webhook-token without --webhook has no effect");
    wrong.put(List.of("--mqtt-user", "a"), "--mqtt-user without --mqtt has no effect");
    wrong.put(List.of("--home-assistant"), "--home-assistant without --mqtt has no effect");
    wrong.put(List.of("--kafka-topic", "a"), "--kafka-topic without --kafka has no effect");
    wrong.put(List.of("--queue-size", "lots"), "--queue-size lots: expected a size such as 100M");
    wrong.put(List.of("--clip-seconds", "99"), "--clip-seconds 99.0: expected 0 to 30");
    String line = "gate=1,2,3,4";
    for (Map.Entry<List<String>, String> one : wrong.entrySet()) {
      List<String> arguments = new ArrayList<>(List.of(IR, PICTURES, "--line", line));
      arguments.addAll(one.getKey());
      assertThat(run(arguments.toArray(String[]::new))).as(one.getValue()).isEqualTo(2);
      assertThat(err()).contains(one.getValue());
    }
    String queue = temp.resolve("queue").toString();
    assertThat(run(IR, PICTURES, "--queue", queue, "--webhook", "http://u:s3cret@host"))
        .isEqualTo(2);
    assertThat(err()).contains("give them with the token").doesNotContain("s3cret");
    assertThat(run(IR, PICTURES, "--events", "events.jsonl")).isEqualTo(2);
    assertThat(err())
        .contains("there are no events without a zone or a line; give --zone or --line");
  }

  @Test
  void aZoneOrLineThatCannotWorkIsNamed() throws Exception {
    assertThat(run(IR, PICTURES, "--zone", "door=1,2,3,4")).isEqualTo(2);
    assertThat(err()).contains("zone 'door': 2 different corners, expected at least 3");
    assertThat(run(IR, PICTURES, "--zone", "door=1,2,3,x,5,6")).isEqualTo(2);
    assertThat(err())
        .contains(
            "--zone door=1,2,3,x,5,6: expected [SOURCE:]NAME=X,Y,X,Y,X,Y with at least three corners");
    assertThat(run(IR, PICTURES, "--line", "gate=1,2,3")).isEqualTo(2);
    assertThat(err()).contains("--line gate=1,2,3: expected [SOURCE:]NAME=X,Y,X,Y");
    assertThat(run(IR, PICTURES, "--line", "yard:gate=1,2,3,4")).isEqualTo(2);
    assertThat(err())
        .contains("--line yard:gate=1,2,3,4: no source has the name yard; there are pictures");
    assertThat(run(IR, PICTURES, "--line", "gate=1,2,3,4", "--line", "gate=1,2,3,5")).isEqualTo(2);
    assertThat(err()).contains("two zones or lines are called 'gate'; give each its own name");
    assertThat(run(IR, PICTURES, "--line", "pictures:gate=0,0,1280,721")).isEqualTo(2);
    assertThat(err()).contains("1280.0,721.0 is outside of the frame, which is 1280x720");
    assertThat(run(IR, PICTURES, "--dwell", "2")).isEqualTo(2);
    assertThat(err()).contains("--dwell without --zone has no effect; give a zone");
  }

  @Test
  void objectsKeepTheirNumbersFromFrameToFrame() throws Exception {
    Path frames = frames(6);
    Path film = temp.resolve("numbers.mp4");
    assertThat(run(IR, frames.toString(), "--fps", "all", "--track", "--out", film.toString()))
        .as(err())
        .isZero();
    Map<Long, List<Double>> places = new TreeMap<>();
    List<JsonNode> lines = lines(out);
    for (int i = 0; i < lines.size(); i++) {
      for (JsonNode one : lines.get(i).get("detections")) {
        double left = one.get("box").get("x").asDouble();
        if (one.has("track") && left > 5) { // not cut off by the edge of the frame
          places
              .computeIfAbsent(one.get("track").asLong(), id -> new ArrayList<>())
              .add(left + 12 * i);
        }
      }
    }
    assertThat(places.values().stream().filter(seen -> seen.size() >= 5).count())
        .isGreaterThanOrEqualTo(8);
    int steps = 0;
    int same = 0;
    for (List<Double> seen : places.values()) {
      for (int i = 1; i < seen.size(); i++) {
        steps++;
        same += Math.abs(seen.get(i) - seen.get(i - 1)) < 12 ? 1 : 0;
      }
    }
    // Parts lie on each other, and which of them is found changes from frame to frame.
    assertThat((double) same / steps).isGreaterThan(0.9);
    assertThat(film).isNotEmptyFile();
  }

  @Test
  void aSourceThatFailsIsOneLineAndTheOthersGoOn() throws Exception {
    Path text = Files.writeString(temp.resolve("letter.mp4"), "Dear Sir or Madam,\n".repeat(9));
    assertThat(run(IR, text.toString(), PICTURES, "--fps", "all")).isEqualTo(1);
    assertThat(lines(out)).hasSize(5);
    assertThat(err())
        .contains(
            "ovkit: %s: it is no video that can be read (invalid data found when processing input); expected MP4, MKV, TS, AVI or MJPEG%n"
                .formatted(text))
        .doesNotContain("Exception");
  }

  @Test
  void aCameraThatCannotBeReachedIsGivenUpAfterItsRetriesWithoutItsPassword() throws Exception {
    assertThat(run(IR, "door=rtsp://admin:s3cret@127.0.0.1:1/a", "--retries", "1")).isEqualTo(1);
    String line =
        "ovkit: rtsp://admin@127.0.0.1:1/a: the host cannot be reached (connection refused); check address and network";
    assertThat(err())
        .isEqualTo(
            "%s; trying again%n%s%novkit: door: 0 frames, 0 looked at%n".formatted(line, line));
  }

  @Test
  void thePageAndTheMetricsAreServedAtOneAddress() throws Exception {
    Process process =
        start(IR, "parts=" + PICTURES, "--real-time", "--preview", "0", "--metrics", "127.0.0.1:0");
    try {
      // Served as long as the five pictures play, one a second.
      String page = served(process, Pattern.compile("preview: (http://127\\.0\\.0\\.1:\\d+/)"));
      assertThat(page).contains("<title>ovkit stream</title>");
      String metrics =
          served(process, Pattern.compile("metrics: (http://127\\.0\\.0\\.1:\\d+/metrics)"));
      assertThat(metrics).contains("ovkit_frames_decoded_total{camera=\"parts\"}");
    } finally {
      process.destroy();
      assertThat(process.waitFor()).isZero();
    }
    List<String> addresses =
        err()
            .lines()
            .filter(line -> line.contains("http://"))
            .map(line -> line.replaceAll(".*(http://[^/]*)/.*", "$1"))
            .toList();
    assertThat(addresses).hasSize(2);
    assertThat(addresses.get(0)).isEqualTo(addresses.get(1));
  }

  /** Returns what is at the address that the command says. */
  private String served(Process process, Pattern said) throws IOException, InterruptedException {
    while (process.isAlive()) {
      Matcher address = said.matcher(err());
      if (address.find()) {
        return HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(address.group(1))).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
      }
      Thread.sleep(20);
    }
    throw new AssertionError("it ended: " + err());
  }

  /** Here without a GPU; with one, the message is missing and the frames are the same. */
  @Test
  void withoutAGpuTheCpuDecodesAfterOneMessage() throws Exception {
    Path film = temp.resolve("film.mp4");
    assertThat(run(IR, PICTURES, "--fps", "all", "--out", film.toString())).as(err()).isZero();
    for (String way : List.of("vaapi", "qsv", "auto")) {
      List<String> sources = List.of("a=" + film, "b=" + film);
      assertThat(run(IR, sources.get(0), sources.get(1), "--hwaccel", way)).as(err()).isZero();
      assertThat(lines(out)).hasSize(10);
      assertThat(err().lines().filter(line -> line.contains("--hwaccel")).count())
          .isLessThanOrEqualTo(1);
      if (!Files.exists(Path.of("/dev/dri"))) {
        assertThat(err()).contains("; decoding on the CPU");
      }
    }
    assertThat(run(IR, film.toString(), "--hwaccel", "cuda")).isEqualTo(2);
    assertThat(err()).contains("expected vaapi, qsv or auto, not 'cuda'");
  }

  @Test
  void keyFramesAloneAreLookedAtOnRequestAndAllAreCounted() throws Exception {
    Path film = temp.resolve("film.mp4");
    assertThat(run(IR, PICTURES, "--fps", "all", "--out", film.toString())).as(err()).isZero();
    assertThat(run(IR, film.toString(), "--fps", "all", "--keyframes")).as(err()).isZero();
    assertThat(lines(out)).extracting(line -> line.get("frame").asInt()).containsExactly(0);
    assertThat(err()).endsWith("ovkit: film.mp4: 5 frames, 1 looked at%n".formatted());
  }

  @Test
  void aWebcamThatIsNotThereIsGivenUpAfterItsRetries() throws Exception {
    assertThat(run(IR, "desk=/dev/video4242", "--retries", "0")).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "ovkit: /dev/video4242: there is no such device; plug the camera in, or see 'ovkit doctor' for those that are there%novkit: desk: 0 frames, 0 looked at%n"
                .formatted());
    assertThat(run(IR, "/dev/video0:large")).isEqualTo(2);
    assertThat(err()).contains("'/dev/video0:large': expected a webcam such as /dev/video0");
  }

  @Test
  void theProfileBesideTheIrIsUsed() throws Exception {
    Path xml = Files.copy(Path.of(IR), temp.resolve("model.xml"));
    Files.copy(HOME.resolve("ir-models/conveyor-parts.bin"), temp.resolve("model.bin"));
    Tuning tuning = Tuning.defaults(CompileOptions.Hint.LATENCY).withThreads(1);
    Profile.here(xml).withEntry(new Profile.Entry(tuning, Optional.empty())).write(xml);
    assertThat(run(xml.toString(), PICTURES, "--fps", "all")).as(err()).isZero();
    assertThat(lines(out)).hasSize(5);
    assertThat(err()).contains("model.profile.json, for latency: 1 thread");
    assertThat(run(xml.toString(), PICTURES, "--no-profile")).as(err()).isZero();
    assertThat(err()).doesNotContain("profile");
  }

  @Test
  void anIrThatOvkitDidNotWriteIsTriedFirst() throws Exception {
    Path ours = HOME.resolve("toolkit/box/src/test/resources/written-by/a84f991/ir/yolov8.xml");
    String text =
        Files.readString(ours)
            .replaceAll("(?s)<ovkit>.*</ovkit>", "")
            .replace("</net>", "<!-- %s --></net>".formatted(temp)); // like no other
    Path xml = Files.writeString(temp.resolve("model.xml"), text);
    Files.copy(ours.resolveSibling("yolov8.bin"), temp.resolve("model.bin"));
    assertThat(run(xml.toString(), PICTURES, "--fps", "all")).as(err()).isZero();
    assertThat(lines(out)).hasSize(5);
    assertThat(err()).startsWith("ovkit: %s was made by another program: trying it".formatted(xml));
    assertThat(run(xml.toString(), PICTURES, "--fps", "all")).as(err()).isZero();
    assertThat(err()).doesNotContain("trying it");
  }

  @Test
  void doctorSaysWhatThereIsOfVideo() throws Exception {
    program = "doctor";
    assertThat(run()).as(err()).isZero();
    assertThat(Files.readString(out))
        .containsPattern("(?m)^video +FFmpeg from /")
        .containsPattern("(?m)^vaapi +")
        .containsPattern("(?m)^qsv +")
        .containsPattern("(?m)^webcams +");
  }

  @Test
  void wrongOptionsAreNamed() throws Exception {
    assertThat(run(IR, PICTURES, "--fps", "fast")).isEqualTo(2);
    assertThat(err()).contains("--fps fast: expected a number above 0, at most 1000, or all");
    assertThat(run(IR, PICTURES, "--weight", "door=2")).isEqualTo(2);
    assertThat(err()).contains("--weight door: no source has that name; there are pictures");
    assertThat(run(IR, PICTURES, "--out", temp.resolve("film.gif").toString())).isEqualTo(2);
    assertThat(err()).contains("films are written as .mp4, .mkv, .ts, .avi or .mjpeg");
    for (String address : List.of("70000", "-1", "door", "a/b:80", "::1:80")) {
      assertThat(run(IR, PICTURES, "--preview=" + address)).as(address).isEqualTo(2);
      assertThat(err())
          .contains("--preview %s: expected a port, 0 to 65535, or HOST:PORT".formatted(address));
    }
  }
}
