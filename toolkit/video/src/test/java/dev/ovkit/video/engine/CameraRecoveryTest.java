package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.model.Detections;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.MjpegCamera.Behaviour;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A camera that fails in many ways is opened again each time, and nothing is left of it. */
class CameraRecoveryTest {

  private static final StreamOptions OPTIONS =
      StreamOptions.defaults()
          .withReading(
              ReadOptions.defaults().withTimeouts(Duration.ofSeconds(2), Duration.ofMillis(500)))
          .withPauses(Duration.ofMillis(10), Duration.ofMillis(10));

  private final List<String> messages = Collections.synchronizedList(new ArrayList<>());
  private final List<Integer> widths = Collections.synchronizedList(new ArrayList<>());

  /** Watches until the camera has been opened so many times and delivers. */
  private CameraCounts watch(MjpegCamera camera, int openings) {
    StreamEngine[] engine = new StreamEngine[1];
    Detections nothing = new Detections(1, 1, List.of(), 0, 0, Detections.Timings.NONE);
    engine[0] =
        new StreamEngine(
            frame -> {
              widths.add(frame.width());
              return nothing;
            },
            1,
            OPTIONS,
            List.of(Camera.of("door", VideoSource.of(camera.url())).withEveryFrame()),
            (one, stopped) -> VideoReader.open(one.source(), OPTIONS.reading(), stopped));
    return engine[0]
        .run(
            new StreamListener() {
              @Override
              public void result(StreamResult result, Drawable frame) {
                if (camera.openings() >= openings) {
                  engine[0].stop();
                }
              }

              @Override
              public void event(CameraEvent event) {
                if (event.state() == CameraEvent.State.WAITING) {
                  messages.add(event.message().replaceFirst(".*: ", ""));
                }
              }
            })
        .get(0);
  }

  @Test
  void everyFailureIsReportedAndTheCameraPlaysAgain() throws IOException {
    try (MjpegCamera camera =
        new MjpegCamera(
            Behaviour.CUT,
            Behaviour.STALL,
            Behaviour.REFUSE,
            Behaviour.SAY_NOTHING,
            Behaviour.GARBAGE,
            Behaviour.OTHER_SIZE,
            Behaviour.PLAY)) {
      CameraCounts counts = watch(camera, 7);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      assertThat(counts.reconnects()).isGreaterThanOrEqualTo(2);
    }
    assertThat(messages)
        .contains(
            "the connection was lost",
            "no frame for 0.5 s",
            "it refuses the user name or password; expected them as in http://USER:PASSWORD@HOST/…",
            "no answer within 2 s; check address, network and camera",
            "the host cannot be reached (no such host, or no usable answer); check address and network");
    assertThat(widths).contains(160, 320);
  }

  @Test
  void reconnectingLeavesNothingBehind() throws IOException {
    ProcessUsage early;
    try (MjpegCamera camera = new MjpegCamera(Behaviour.CUT)) {
      watch(camera, 5);
      early = ProcessUsage.here();
      watch(camera, 45);
    }
    ProcessUsage late = ProcessUsage.here();
    assertThat(late.descriptors()).isLessThanOrEqualTo(early.descriptors() + 2);
    assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + 2);
  }
}
