package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.engine.MjpegCamera.Behaviour;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A camera that fails in many ways is opened again each time, and nothing is left of it. */
@Tag("integration")
class CameraRecoveryTest {

  private static final StreamOptions OPTIONS =
      StreamOptions.defaults()
          .withReading(
              ReadOptions.defaults().withTimeouts(Duration.ofSeconds(2), Duration.ofMillis(500)))
          .withPauses(Duration.ofMillis(10), Duration.ofMillis(10));

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
      CameraWatch watch = new CameraWatch(camera.url(), OPTIONS);
      CameraCounts counts = watch.until(() -> camera.openings() >= 7);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      assertThat(counts.reconnects()).isGreaterThanOrEqualTo(2);
      assertThat(watch.failures)
          .extracting(message -> message.replaceFirst(".*: ", ""))
          .contains(
              "the connection was lost",
              "no frame for 0.5 s",
              "it refuses the user name or password; expected them as in http://USER:PASSWORD@HOST/…",
              "no answer within 2 s; check address, network and camera",
              "the host cannot be reached (no such host, or no usable answer); check address and network");
      assertThat(watch.widths).contains(160, 320);
    }
  }

  @Test
  void reconnectingLeavesNothingBehind() throws IOException {
    ProcessUsage early;
    try (MjpegCamera camera = new MjpegCamera(Behaviour.CUT)) {
      CameraWatch watch = new CameraWatch(camera.url(), OPTIONS);
      watch.until(() -> camera.openings() >= 5);
      early = ProcessUsage.here();
      watch.until(() -> camera.openings() >= 45);
    }
    ProcessUsage late = ProcessUsage.here();
    // A few belong to the connection that is just opened or closed; 40 times one would be a leak.
    assertThat(late.descriptors()).isLessThanOrEqualTo(early.descriptors() + 8);
    assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + 8);
  }
}
