package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.ReadOptions.Transport;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.rtsp.CodedFilm;
import dev.ovkit.video.rtsp.RtspServer;
import dev.ovkit.video.rtsp.RtspServer.Behaviour;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What RTSP cameras do wrong: each failure is reported within its deadline, and what can play again
 * does.
 */
@Tag("integration")
class RtspCameraTest {

  private static final Duration OPEN = Duration.ofSeconds(2);
  private static final Duration READ = Duration.ofMillis(500);
  private static final Duration GAP = Duration.ofMillis(2);

  @TempDir static Path temp;

  private static List<CodedFilm> films;

  @BeforeAll
  static void films() throws IOException {
    films =
        List.of(
            CodedFilm.read(TestFilms.film(temp.resolve("small.avi"), 160, 120, 30)),
            CodedFilm.read(TestFilms.film(temp.resolve("large.avi"), 320, 240, 30)));
  }

  private static StreamOptions options(Transport transport) {
    return StreamOptions.defaults()
        .withReading(ReadOptions.defaults().withTransport(transport).withTimeouts(OPEN, READ))
        .withPauses(Duration.ofMillis(10), Duration.ofMillis(10));
  }

  /** The camera does this when it is opened first, and plays when it is opened again. */
  private static RtspServer camera(Behaviour first) throws IOException {
    return new RtspServer(films, GAP, first, Behaviour.PLAY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CUT | TCP | the stream has ended",
        "CUT | UDP | the stream has ended",
        "STALL | TCP | no frame for 0.5 s",
        "STALL | UDP | no frame for 0.5 s",
        "NOISE | TCP | no frame for 0.5 s",
        "NOISY_PACKETS | TCP | no frame for 0.5 s or no answer within 2 s; check address, network and camera",
        "NOISY_PACKETS | UDP | no frame for 0.5 s or no answer within 2 s; check address, network and camera",
        "SEND_NOTHING | TCP | no answer within 2 s; check address, network and camera",
        "SEND_NOTHING | UDP | no answer within 2 s; check address, network and camera",
        "SAY_NOTHING | TCP | no answer within 2 s; check address, network and camera",
        "ANSWER_NOISE | TCP | it cannot be opened (invalid data found when processing input)",
      })
  void aFailureIsReportedAndTheCameraPlaysAgain(
      Behaviour failure, Transport transport, String message) throws IOException {
    try (RtspServer camera = camera(failure)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(transport));
      CameraCounts counts = watch.until(() -> camera.openings() > 1);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      // Noise may look like a video for long enough to open it.
      assertThat(message.split(" or "))
          .contains(watch.failures.get(0).replace(camera.url() + ": ", ""));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOT_FOUND | there is nothing of that name; check the path",
        "SOUND_ALONE | it has no video stream; expected one",
      })
  void whatWouldOnlyFailAgainIsGivenUp(Behaviour failure, String message) throws IOException {
    try (RtspServer camera = camera(failure)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(Transport.TCP));
      CameraCounts counts = watch.until(() -> true);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.FAILED);
      assertThat(watch.failures).containsExactly(camera.url() + ": " + message);
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void hevcPlaysAsWell(Transport transport) throws IOException {
    CodedFilm film = CodedFilm.read(TestFilms.resource("hevc.avi"));
    try (RtspServer camera = new RtspServer(List.of(film), GAP, Behaviour.PLAY)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(transport));
      CameraCounts counts = watch.until(() -> watch.widths.size() > 50);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      assertThat(watch.widths).containsOnly(160);
      assertThat(watch.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void aChangeOfSizeInMidStreamIsNoFailure(Transport transport) throws IOException {
    try (RtspServer camera = camera(Behaviour.OTHER_FILM)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(transport));
      watch.until(() -> watch.widths.contains(160) && watch.widths.contains(320));
      assertThat(camera.openings()).isEqualTo(1);
      assertThat(watch.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void lostPacketsCostFramesAndNotTheStream(Transport transport) throws IOException {
    try (RtspServer camera = camera(Behaviour.LOSSES)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(transport));
      watch.until(() -> watch.widths.size() > 100);
      assertThat(camera.openings()).isEqualTo(1);
      assertThat(watch.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void aCameraThatIsRestartedPlaysAgain(Transport transport) throws IOException {
    try (RtspServer camera = new RtspServer(films, GAP, Behaviour.PLAY)) {
      CameraWatch watch = new CameraWatch(camera.url(), options(transport));
      AtomicBoolean off = new AtomicBoolean();
      AtomicBoolean back = new AtomicBoolean();
      CameraCounts counts =
          watch.until(
              () -> {
                if (!off.getAndSet(true)) {
                  camera.goOff();
                }
                return camera.openings() > 1;
              },
              event -> {
                if (event.message().contains("refused") && !back.getAndSet(true)) {
                  camera.comeBack();
                }
              });
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      assertThat(watch.failures)
          .contains(
              camera.url()
                  + ": the host cannot be reached (connection refused); check address and network");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ASK_BASIC", "ASK_DIGEST"})
  void aPasswordIsAskedForAndAccepted(Behaviour question) throws IOException {
    try (RtspServer camera = new RtspServer(films, GAP, question)) {
      CameraWatch watch = new CameraWatch(camera.urlWithPassword(), options(Transport.TCP));
      CameraCounts counts = watch.until(() -> true);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.PLAYING);
      assertThat(watch.failures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ASK_BASIC", "ASK_DIGEST"})
  void aWrongPasswordIsSaidAtOnceWithoutShowingIt(Behaviour question) throws IOException {
    try (RtspServer camera = new RtspServer(films, GAP, question)) {
      CameraWatch watch =
          new CameraWatch(camera.url("admin", "wr0ng:p@ss"), options(Transport.TCP));
      CameraCounts counts = watch.until(() -> true);
      assertThat(counts.state()).isEqualTo(CameraEvent.State.FAILED);
      assertThat(watch.failures)
          .containsExactly(
              camera.url().replace("//", "//admin@")
                  + ": it refuses the user name or password; expected them as in rtsp://USER:PASSWORD@HOST/…");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void reconnectingLeavesNothingBehind(Transport transport) throws IOException {
    Reconnects held = Reconnects.of(films.get(0), transport, 40);
    assertThat(held).matches(Reconnects::keepsDescriptorsAndThreads);
  }
}
