package dev.ovkit.video.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.OptionException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.track.Line;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackedObject;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.delivery.QueueOptions;
import dev.ovkit.video.delivery.TestEndpoint;
import dev.ovkit.video.delivery.WebhookOptions;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSinksTest {

  private static final Instant BEGIN = Instant.parse("2026-11-30T07:00:00Z");

  @TempDir Path temp;

  private long rotate = 1 << 20;
  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  private SinkOptions options(
      Optional<Path> csv, Optional<Path> events, EventPictureOptions pictures) {
    return new SinkOptions(
        Optional.empty(),
        csv,
        events,
        rotate,
        2,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        pictures);
  }

  private static TrackedObject cat(int number) {
    return new TrackedObject(
        number, "cat, big", 3, new Box(10, 12, 30, 20), 0.5f, 9, TrackedObject.State.SEEN);
  }

  private static StreamResult result(String camera, int frame, boolean crosses) {
    Duration time = Duration.ofMillis(200L * frame);
    TrackedObject cat = cat(7);
    Detection found = new Detection(cat.label(), 3, 0.5f, cat.box()).withTrack(7);
    StreamResult plain =
        new StreamResult(
            camera,
            frame,
            time,
            BEGIN.plus(time),
            Duration.ofMillis(50),
            new Detections(128, 96, List.of(found), 1, 0, Detections.Timings.NONE));
    return crosses
        ? plain.withTracks(
            plain.detections(),
            List.of(
                new TrackEvent.Crossed(camera, time, "gate", cat, Line.Direction.LEFT_TO_RIGHT),
                new TrackEvent.Counted(camera, time, "gate", cat.label(), 1, 0)),
            List.of())
        : plain;
  }

  private static StreamListener.Drawable drawable(int frame) {
    return () -> TestFilms.picture(128, 96, frame);
  }

  private static void play(OpenSinks sinks, String camera, int from, int to, int... crossing) {
    for (int i = from; i < to; i++) {
      int frame = i;
      boolean crosses = java.util.Arrays.stream(crossing).anyMatch(one -> one == frame);
      sinks
          .listeners()
          .values()
          .forEach(sink -> sink.result(result(camera, frame, crosses), drawable(frame)));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void resultsAndEventsAreLinesOfCsvAndEachFileBeginsWithTheNames() throws Exception {
    rotate = 1000;
    Path csv = temp.resolve("boxes.csv");
    Path events = temp.resolve("events.csv");
    try (OpenSinks sinks =
        OpenSinks.of(
            options(Optional.of(csv), Optional.of(events), EventPictureOptions.none()),
            reports::add)) {
      play(sinks, "a \"door\"", 0, 12, 3, 4, 5, 6, 7, 8);
    }
    assertThat(Files.readAllLines(csv))
        .startsWith("camera,frame,time,at,label,class_id,score,x,y,width,height,track")
        .contains(
            "\"a \"\"door\"\"\",11,2.2,2026-11-30T07:00:02.200Z,\"cat, big\",3,0.5000,10.00,12.00,30.00,20.00,7");
    for (String file : List.of("events.csv", "events.csv.1")) {
      assertThat(Files.readAllLines(temp.resolve(file)))
          .as(file)
          .first()
          .asString()
          .startsWith("id,camera,frame,time,at,event,zone,line,track,label,");
    }
    assertThat(Files.readAllLines(events))
        .last()
        .asString()
        .endsWith(
            ",\"a \"\"door\"\"\",8,1.6,2026-11-30T07:00:01.600Z,count,,gate,,\"cat, big\",,,,,1,0,,");
    assertThat(reports).isEmpty();
  }

  @Test
  void eventsOfOneFrameHaveDifferentIdsWhichAreTheSameInTheFileAndAtTheEndpoint() throws Exception {
    Path file = temp.resolve("events.jsonl");
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200)) {
      SinkOptions options =
          new SinkOptions(
              Optional.empty(),
              Optional.empty(),
              Optional.of(file),
              1 << 20,
              2,
              Optional.of(WebhookOptions.of(endpoint.url())),
              Optional.empty(),
              Optional.empty(),
              Optional.of(new QueueOptions(temp.resolve("queue"), 1 << 20)),
              EventPictureOptions.none());
      try (OpenSinks sinks = OpenSinks.of(options, reports::add)) {
        play(sinks, "door", 0, 5, 1, 3);
        endpoint.await(4);
      }
      List<Object> ids = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        ids.add(JSON.std.mapFrom(line).get("id"));
      }
      assertThat(new HashSet<>(ids)).hasSize(4);
      assertThat(endpoint.ids()).isEqualTo(ids);
      assertThat(endpoint.events().get(0))
          .containsEntry("camera", "door")
          .containsEntry("event", "crossed")
          .containsEntry("line", "gate")
          .containsEntry("track", 7)
          .containsEntry("at", "2026-11-30T07:00:00.200Z");
    }
  }

  @Test
  void anEventThatHasAnObjectHasASnapshotWithItsBox() throws Exception {
    Path folder = temp.resolve("a/pictures");
    Path file = temp.resolve("events.jsonl");
    try (OpenSinks sinks =
        OpenSinks.of(
            options(
                Optional.empty(),
                Optional.of(file),
                EventPictureOptions.none().withSnapshots(folder)),
            reports::add)) {
      play(sinks, "yard/1", 0, 3, 2);
    }
    String name = "yard_1-20261130T070000.400Z-7-crossed.jpg";
    assertThat(names(folder)).containsExactly(name);
    List<Map<String, Object>> events = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      events.add(JSON.std.mapFrom(line));
    }
    assertThat(events.get(0)).containsEntry("snapshot", name);
    assertThat(events.get(1)).containsEntry("event", "count").doesNotContainKey("snapshot");
    try (Picture written = Picture.decode(Files.readAllBytes(folder.resolve(name)));
        Picture frame = TestFilms.picture(128, 96, 2)) {
      assertThat(written.width()).isEqualTo(128);
      assertThat(written.toPng()).as("the box is drawn").isNotEqualTo(frame.toPng());
    }
    assertThat(reports).isEmpty();
  }

  @Test
  void theOldestSnapshotsMakeRoomAndNothingElseIsTouched() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("pictures"));
    Files.writeString(folder.resolve("holiday.jpg"), "mine".repeat(5000));
    EventPictureOptions pictures =
        EventPictureOptions.none().withSnapshots(folder).withMostBytes(1);
    for (int run = 0; run < 3; run++) {
      try (OpenSinks sinks =
          OpenSinks.of(options(Optional.empty(), Optional.empty(), pictures), reports::add)) {
        play(sinks, "door", run, run + 1, run);
      }
    }
    assertThat(names(folder))
        .as("the newest stays, also of an earlier run")
        .containsExactly("door-20261130T070000.400Z-7-crossed.jpg", "holiday.jpg");
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
  void aClipHasTheFramesBeforeAndAfterItsEventAndEventsThatFollowShareIt() throws Exception {
    Path folder = temp.resolve("clips");
    List<String> named = new ArrayList<>();
    try (Clips clips =
        new Clips(folder, Duration.ofMillis(600), Duration.ofMillis(400), 1 << 20, reports::add)) {
      for (int i = 0; i <= 40; i++) {
        int frame = i % 40; // at the end the camera is opened again
        StreamResult result = result("door", frame, List.of(10, 11, 30).contains(frame));
        clips.result(result, drawable(frame));
        result.events().forEach(event -> named.add(clips.around(result, event).orElseThrow()));
        while (!clips.isIdle()) {
          Thread.sleep(1); // so that none is dropped
        }
      }
    }
    String first = "door-20261130T070002.000Z-crossed.mp4";
    String second = "door-20261130T070006.000Z-crossed.mp4";
    assertThat(named).containsExactly(first, first, first, first, second, second);
    assertThat(reports).isEmpty();
    assertThat(names(folder)).containsExactly(first, second);
    assertThat(times(folder.resolve(first)))
        .as("frames 7 to 13")
        .containsExactly(0L, 200L, 400L, 600L, 800L, 1000L, 1200L);
    assertThat(times(folder.resolve(second)))
        .as("frames 27 to 32")
        .containsExactly(0L, 200L, 400L, 600L, 800L, 1000L);
  }

  @Test
  void picturesThatCannotBeWrittenAreCountedAndTheEventsGoOn() throws Exception {
    Path folder = temp.resolve("pictures");
    Path file = temp.resolve("events.jsonl");
    try (OpenSinks sinks =
        OpenSinks.of(
            options(
                Optional.empty(),
                Optional.of(file),
                EventPictureOptions.none()
                    .withSnapshots(folder)
                    .withClips(folder, Duration.ofSeconds(1), Duration.ofSeconds(1))),
            reports::add)) {
      Files.delete(folder);
      Files.writeString(folder, "a file where the folder was");
      play(sinks, "door", 0, 3, 1, 2);
    }
    assertThat(Files.readAllLines(file)).hasSize(4);
    assertThat(reports)
        .anyMatch(line -> line.startsWith("snapshots: snapshots not written: "))
        .anyMatch(line -> line.matches("clips: frames or films not written: .*"));
  }

  @Test
  void optionsThatCannotWorkAreNamed() {
    assertThatThrownBy(
            () ->
                options(
                    Optional.empty(),
                    Optional.of(Path.of("events.txt")),
                    EventPictureOptions.none()))
        .isInstanceOf(OptionException.class)
        .hasMessage("events 'events.txt': expected a name in .jsonl or .csv");
    assertThatThrownBy(
            () ->
                new SinkOptions(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    1,
                    1,
                    Optional.of(WebhookOptions.of("http://host")),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    EventPictureOptions.none()))
        .hasMessageContaining("needs a queue");
    assertThatThrownBy(() -> new QueueOptions(temp, 1000))
        .hasMessage("a queue of 1000 bytes is too small; expected at least 65536 (64K)");
  }
}
