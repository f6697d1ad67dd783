package dev.ovkit.video.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OutputException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.TrackedObject;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.track.ZoneOptions;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.http.LocalPages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinksTest {

  @TempDir Path temp;

  private static StreamResult result(String camera, int frame) {
    return new StreamResult(
        camera,
        frame,
        Duration.ofMillis(40L * frame),
        Instant.parse("2026-11-30T07:00:00Z"),
        Duration.ofMillis(50),
        new Detections(
            64,
            48,
            List.of(new Detection("cat", 3, 0.5f, new Box(1, 2, 30, 40))),
            1,
            0,
            Detections.Timings.NONE));
  }

  private static StreamListener.Drawable drawable(int frame) {
    return () -> TestFilms.picture(64, 48, frame);
  }

  @Test
  void aResultIsALineOfJson() {
    List<String> lines = new ArrayList<>();
    new JsonLines(lines::add).result(result("a \"door\"", 3), drawable(3));
    assertThat(lines)
        .containsExactly(
            "{\"camera\":\"a \\\"door\\\"\",\"frame\":3,\"time\":0.12,\"at\":\"2026-11-30T07:00:00Z\",\"age_ms\":50.0,\"width\":64,\"height\":48,\"detections\":[{\"label\":\"cat\",\"class_id\":3,\"score\":0.5,\"box\":{\"x\":1.0,\"y\":2.0,\"width\":30.0,\"height\":40.0}}]}");
  }

  @Test
  void theObjectsOfEachCameraHaveTheirOwnNumbersAndNewOnesWhenItIsOpenedAgain() {
    List<String> lines = new ArrayList<>();
    StreamListener tracked =
        new TrackedCameras(
            TrackOptions.defaults().withScores(0.1f, 0.5f, 0.5f),
            (camera, width, height) ->
                ZoneMonitor.of(camera, List.of(), List.of(), ZoneOptions.defaults()),
            (result, frame) ->
                lines.add(
                    "%s %d #%d"
                        .formatted(
                            result.camera(),
                            result.frame(),
                            result.detections().objects().get(0).track().orElse(0))));
    tracked.result(result("door", 0), drawable(0));
    tracked.result(result("yard", 0), drawable(0));
    tracked.result(result("door", 5), drawable(5));
    tracked.result(result("door", 0), drawable(0));
    tracked.result(result("door", 1), drawable(1));
    assertThat(lines)
        .containsExactly("door 0 #1", "yard 0 #1", "door 5 #1", "door 0 #2", "door 1 #2");
  }

  @Test
  void whatObjectsDoIsPartOfTheLine() {
    List<String> lines = new ArrayList<>();
    Zone zone = Zone.of("mat", List.of(new Point(0, 0), new Point(60, 0), new Point(0, 60)));
    Line line = new Line("edge", new Point(30, 48), new Point(30, 0));
    TrackedObject cat =
        new TrackedObject(4, "cat", 3, new Box(1, 2, 30, 40), 0.5f, 9, TrackedObject.State.SEEN);
    Duration time = Duration.ofMillis(120);
    List<TrackEvent> events =
        List.of(
            new TrackEvent.Entered("door", time, zone.name(), cat),
            new TrackEvent.Dwelt("door", time, zone.name(), cat, Duration.ofMillis(2500)),
            new TrackEvent.Left("door", time, zone.name(), cat, Duration.ofSeconds(3)),
            new TrackEvent.Occupied("door", time, zone.name(), "cat", 0),
            new TrackEvent.Crossed("door", time, line.name(), cat, Line.Direction.LEFT_TO_RIGHT),
            new TrackEvent.Counted("door", time, line.name(), "cat", 7, 2));
    StreamResult result = result("door", 3);
    Detections numbered = result.detections();
    new JsonLines(lines::add).result(result.withTracks(numbered, events, List.of()), drawable(3));
    String object = "\"track\":4,\"label\":\"cat\",\"class_id\":3";
    assertThat(lines)
        .singleElement()
        .asString()
        .endsWith(
            (",\"events\":["
                    + "{\"event\":\"entered\",\"zone\":\"mat\",%1$s},"
                    + "{\"event\":\"dwell\",\"zone\":\"mat\",%1$s,\"seconds\":2.5},"
                    + "{\"event\":\"left\",\"zone\":\"mat\",%1$s,\"seconds\":3.0},"
                    + "{\"event\":\"count\",\"zone\":\"mat\",\"label\":\"cat\",\"inside\":0},"
                    + "{\"event\":\"crossed\",\"line\":\"edge\",%1$s,\"direction\":\"left_to_right\"},"
                    + "{\"event\":\"count\",\"line\":\"edge\",\"label\":\"cat\",\"left_to_right\":7,\"right_to_left\":2}]}")
                .formatted(object));
  }

  @Test
  void aFullFileIsPutAsideAndTheOldestDeleted() throws IOException {
    Path file = temp.resolve("boxes.jsonl");
    Files.writeString(file, "old\n");
    try (RotatingFile rotating = new RotatingFile(file, 12, 2)) {
      for (int i = 0; i < 8; i++) {
        rotating.write("line" + i);
      }
      rotating.write("a line that is longer than a file may be");
    }
    assertThat(file).hasContent("a line that is longer than a file may be\n");
    assertThat(temp.resolve("boxes.jsonl.1")).hasContent("line7\n");
    assertThat(temp.resolve("boxes.jsonl.2")).hasContent("line5\nline6\n");
    assertThat(temp.toFile().list()).hasSize(3);
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = temp.resolve("none/boxes.jsonl");
    assertThatThrownBy(() -> new RotatingFile(file, 12, 2))
        .isInstanceOf(OutputException.class)
        .hasMessageStartingWith("cannot write '%s'".formatted(file));
  }

  @Test
  void aSinkThatFailsIsReportedOnceAndTheOthersGoOn() {
    List<Long> frames = new ArrayList<>();
    List<String> reports = new ArrayList<>();
    Map<String, StreamListener> sinks = new LinkedHashMap<>();
    sinks.put(
        "--out",
        (result, frame) -> {
          throw new OutputException("no space left on device");
        });
    sinks.put("--jsonl", (result, frame) -> frames.add(result.frame()));
    SeveralSinks all = new SeveralSinks(sinks, reports::add);
    for (int i = 0; i < 3; i++) {
      all.result(result("door", i), drawable(i));
    }
    assertThat(frames).containsExactly(0L, 1L, 2L);
    assertThat(reports).containsExactly("--out: no space left on device");
    assertThat(all.failures()).isEqualTo(Map.of("--out", 3L));
  }

  @Test
  void anAnnotatedFilmHasTheFramesThatWereLookedAt() {
    Path file = temp.resolve("boxes.mp4");
    try (AnnotatedFilms films = new AnnotatedFilms(file, true, 25, true)) {
      for (int i = 0; i < 5; i++) {
        films.result(result("door", i), drawable(i));
      }
      // Opened again, the camera's time begins anew; the film's goes on.
      films.result(result("door", 0), drawable(0));
      films.result(result("yard/left", 0), drawable(0));
    }
    assertThat(times(temp.resolve("boxes-door.mp4")))
        .containsExactly(0L, 40L, 80L, 120L, 160L, 1160L);
    assertThat(times(temp.resolve("boxes-yard_left.mp4"))).containsExactly(0L);
  }

  private static List<Long> times(Path film) {
    List<Long> times = new ArrayList<>();
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), ReadOptions.defaults())) {
      for (VideoFrame frame = reader.next(); frame != null; frame = reader.next()) {
        times.add(frame.time().toMillis());
        frame.close();
      }
    }
    return times;
  }

  @Test
  void metricsAreServedInPrometheusForm() throws IOException, InterruptedException {
    CameraCounts counts =
        new CameraCounts("door", CameraEvent.State.PLAYING, 100, 50, 20, 70, 8, 2, 1, 4, 3);
    try (LocalPages pages = new LocalPages("--metrics", new InetSocketAddress("127.0.0.1", 0))) {
      DeliveryCounts events = new DeliveryCounts("webhook", 5, 4, 3, 2, 1);
      new StreamMetrics(pages, () -> List.of(counts), () -> List.of(events))
          .result(result("door", 1), drawable(1));
      URI uri = URI.create(pages.url() + "/metrics");
      String text =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(text.lines())
          .contains(
              "ovkit_frames_decoded_total{camera=\"door\"} 100.0",
              "ovkit_frames_detected_total{camera=\"door\"} 20.0",
              "ovkit_frames_dropped_total{camera=\"door\",reason=\"busy\"} 8.0",
              "ovkit_frames_dropped_total{camera=\"door\",reason=\"rate\"} 70.0",
              "ovkit_frames_dropped_total{camera=\"door\",reason=\"skipped\"} 50.0",
              "ovkit_frames_dropped_total{camera=\"door\",reason=\"still\"} 1.0",
              "ovkit_frames_dropped_total{camera=\"door\",reason=\"unreadable\"} 4.0",
              "ovkit_missed_total{camera=\"door\"} 2.0",
              "ovkit_reconnects_total{camera=\"door\"} 3.0",
              "ovkit_camera_playing{camera=\"door\"} 1.0",
              "ovkit_events_delivered_total{sink=\"webhook\"} 5.0",
              "ovkit_events_queued{sink=\"webhook\"} 4.0",
              "ovkit_events_dropped_total{sink=\"webhook\"} 3.0",
              "ovkit_events_refused_total{sink=\"webhook\"} 2.0",
              "ovkit_events_retries_total{sink=\"webhook\"} 1.0",
              "ovkit_result_age_seconds_bucket{camera=\"door\",le=\"0.05\"} 1",
              "ovkit_result_age_seconds_bucket{camera=\"door\",le=\"0.025\"} 0",
              "ovkit_result_age_seconds_count{camera=\"door\"} 1");
    }
  }
}
