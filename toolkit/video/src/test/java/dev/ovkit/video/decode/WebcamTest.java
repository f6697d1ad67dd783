package dev.ovkit.video.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.FakeWebcam.Setting;
import dev.ovkit.video.decode.VideoException.Reason;
import dev.ovkit.video.decode.VideoSource.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webcams: what is typed, what is asked of a device, and what goes wrong. There is none here. */
class WebcamTest {

  private static final int WIDTH = 64;
  private static final int HEIGHT = 48;
  private static final String DEVICE = "/dev/video0";
  private static final ReadOptions SOON =
      ReadOptions.defaults().withTimeouts(Duration.ofMillis(300), Duration.ofMillis(300));

  @TempDir Path temp;

  @BeforeEach
  void plugIn() {
    FakeWebcam.plugIn(WIDTH, HEIGHT);
  }

  private static WebcamReader open(String typed) {
    return WebcamReader.open(
        new VideoSource(typed, Kind.WEBCAM), SOON, () -> false, FakeWebcam.calls());
  }

  // ---- what is typed

  @ParameterizedTest
  @CsvSource({
    "/dev/video0, /dev/video0, 0, 0,",
    "/dev/video12:1280x720, /dev/video12, 1280, 720,",
    "/dev/video0:yuyv, /dev/video0, 0, 0, YUYV",
    "/dev/video0:640x480:mjpeg, /dev/video0, 640, 480, MJPEG",
    "/dev/v4l/by-path/pci-0000:00:14.0-usb-0:5:1.0-video-index0:640x480, /dev/v4l/by-path/pci-0000:00:14.0-usb-0:5:1.0-video-index0, 640, 480,",
  })
  void aDeviceASizeAndAFormatAreTyped(
      String typed, String device, int width, int height, WebcamAddress.Format format) {
    VideoSource source = VideoSource.of(typed);
    assertThat(source.kind()).isEqualTo(Kind.WEBCAM);
    assertThat(source.isLive()).isTrue();
    assertThat(source).hasToString(typed);
    assertThat(WebcamAddress.of(typed))
        .isEqualTo(new WebcamAddress(device, width, height, Optional.ofNullable(format)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/video0:big", "/dev/video0:0x480", "/dev/video0:640x480:nv12"})
  void whatIsNeitherIsRefused(String typed) {
    assertThatThrownBy(() -> VideoSource.of(typed))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "'%s': expected a webcam such as /dev/video0, /dev/video0:1280x720, or either with :mjpeg or :yuyv behind it"
                .formatted(typed));
  }

  // ---- frames

  @Test
  void picturesOfMjpegAreDecodedAsTheirFilesAre() throws IOException {
    Path[] files = new Path[3];
    for (int i = 0; i < files.length; i++) {
      files[i] = temp.resolve(i + ".jpg");
      try (Picture picture = TestFilms.picture(WIDTH, HEIGHT, i)) {
        picture.write(files[i]);
      }
      FakeWebcam.frame(Files.readAllBytes(files[i]), false);
    }
    try (WebcamReader reader = open(DEVICE);
        FrameScaler scaler = new FrameScaler()) {
      assertThat(reader.description()).isEqualTo("mjpeg 64x48");
      for (int i = 0; i < files.length; i++) {
        try (VideoFrame frame = reader.next();
            VideoReader file = VideoReader.open(VideoSource.of(files[i]), ReadOptions.defaults());
            VideoFrame expected = file.next()) {
          assertThat(frame.number()).isEqualTo(i);
          assertThat(scaler.brightness(frame, 32, 24))
              .isEqualTo(scaler.brightness(expected, 32, 24));
        }
      }
    }
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 32})
  void pixelsOfYuyvKeepTheirPlacesWhateverLiesBetweenTheRows(int padding) {
    FakeWebcam.set(Setting.MJPEG, 0);
    FakeWebcam.set(Setting.PADDING, padding);
    int stride = 2 * WIDTH + padding;
    byte[] pixels = new byte[stride * HEIGHT];
    java.util.Arrays.fill(pixels, (byte) 99);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        pixels[y * stride + 2 * x] = (byte) (16 + x + 2 * y);
        pixels[y * stride + 2 * x + 1] = (byte) (x % 2 == 0 ? 100 + y : 200 + y);
      }
    }
    FakeWebcam.frame(pixels, false);
    try (WebcamReader reader = open(DEVICE)) {
      assertThat(reader.description()).isEqualTo("yuyv 64x48");
      try (VideoFrame frame = reader.next()) {
        var planar = ((DecodedFrame) frame).open();
        assertThat(PlaneScaler.takes(planar)).isTrue();
        for (int y = 0; y < HEIGHT; y++) {
          for (int x = 0; x < WIDTH; x++) {
            assertThat(planar.data(0).get((long) y * planar.linesize(0) + x))
                .isEqualTo((byte) (16 + x + 2 * y));
          }
          assertThat(planar.data(1).get((long) y * planar.linesize(1) + 5))
              .isEqualTo((byte) (100 + y));
          assertThat(planar.data(2).get((long) y * planar.linesize(2) + 5))
              .isEqualTo((byte) (200 + y));
        }
      }
    }
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  @Test
  void aDeviceIsAskedInTheOrderThatDriversExpectAndIsFreed() throws IOException {
    byte[] jpeg = jpeg();
    for (int i = 0; i < 5; i++) {
      FakeWebcam.frame(jpeg, false);
    }
    try (WebcamReader reader = open(DEVICE)) {
      for (int i = 0; i < 5; i++) {
        reader.next().close();
      }
      reader.close(); // twice
    }
    assertThat(FakeWebcam.log())
        .isEqualTo(
            "open querycap s_fmt reqbufs mmap mmap mmap qbuf qbuf qbuf streamon"
                + " dqbuf qbuf".repeat(5)
                + " streamoff munmap munmap munmap close");
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  @Test
  void framesThatNobodyNeedsAreCountedAndNotDecoded() throws IOException {
    for (int i = 0; i < 6; i++) {
      // What is not decoded cannot be found to be damaged.
      FakeWebcam.frame(i % 5 == 0 ? jpeg() : new byte[] {1, 2, 3}, false);
    }
    int[] asked = {0};
    try (WebcamReader reader = open(DEVICE)) {
      reader.next(time -> false).close();
      try (VideoFrame next = reader.next(time -> ++asked[0] % 5 == 0)) {
        assertThat(next.number()).isEqualTo(5);
        assertThat(reader.skipped()).isEqualTo(4);
      }
    }
  }

  @Test
  void damagedFramesAreLeftOut() throws IOException {
    FakeWebcam.frame(jpeg(), true); // the device says so
    FakeWebcam.frame(new byte[] {1, 2, 3}, false); // the decoder does
    FakeWebcam.frame(jpeg(), false);
    try (WebcamReader reader = open(DEVICE);
        VideoFrame frame = reader.next()) {
      assertThat(frame.number()).isZero();
      assertThatThrownBy(reader::next).hasMessage(DEVICE + ": no frame for 0.3 s");
    }
    FakeWebcam.plugIn(WIDTH, HEIGHT);
    FakeWebcam.set(Setting.MJPEG, 0);
    FakeWebcam.frame(new byte[2 * WIDTH * HEIGHT - 1], false); // too short
    try (WebcamReader reader = open(DEVICE)) {
      assertThatThrownBy(reader::next).hasMessage(DEVICE + ": no frame for 0.3 s");
    }
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  private byte[] jpeg() throws IOException {
    Path file = temp.resolve("frame.jpg");
    try (Picture picture = TestFilms.picture(WIDTH, HEIGHT, 1)) {
      picture.write(file);
    }
    return Files.readAllBytes(file);
  }

  // ---- what goes wrong

  @Test
  void aSilentWebcamIsGivenUpAndAStopIsHeard() {
    try (WebcamReader reader = open(DEVICE)) {
      fails(reader::next, Reason.TIMEOUT, DEVICE + ": no frame for 0.3 s");
    }
    VideoSource source = VideoSource.of(DEVICE);
    try (WebcamReader reader =
        WebcamReader.open(source, ReadOptions.defaults(), () -> true, FakeWebcam.calls())) {
      fails(reader::next, Reason.CLOSED, DEVICE + ": closed");
    }
  }

  @Test
  void aWebcamThatIsUnpluggedIsWorthAnotherAttempt() throws IOException {
    FakeWebcam.frame(jpeg(), false);
    FakeWebcam.set(Setting.GONE, 1);
    try (WebcamReader reader = open(DEVICE)) {
      reader.next().close();
      fails(reader::next, Reason.UNREACHABLE, DEVICE + ": it was unplugged");
    }
    assertThat(Reason.UNREACHABLE.isLasting()).isFalse();
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OPEN_ERROR | 2 | UNREACHABLE | there is no such device; plug the camera in, or see 'ovkit doctor' for those that are there",
        "OPEN_ERROR | 13 | NOT_FOUND | it cannot be opened (permission denied); add the user to the group 'video'",
        "OPEN_ERROR | 16 | UNREACHABLE | another program uses it; end that program",
        "BUSY_AT | 1 | UNREACHABLE | another program uses it; end that program",
        "BUSY_AT | 2 | UNREACHABLE | another program uses it; end that program",
        "BUSY_AT | 3 | UNREACHABLE | another program uses it; end that program",
        "DEVICE | 0 | NO_VIDEO | a file or folder, and no webcam; expected a device such as /dev/video0",
        "VIDEO | 0 | NO_VIDEO | not a video device; expected one such as /dev/video0",
        "CAPTURE | 0 | NO_VIDEO | this device delivers no frames; most cameras have several devices, and another one does",
      })
  void aWebcamThatCannotBeOpenedSaysWhy(Setting setting, int value, Reason reason, String message) {
    FakeWebcam.set(setting, value);
    fails(() -> open(DEVICE), reason, DEVICE + ": " + message);
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  @Test
  void aSizeAndAFormatThatItDoesNotHaveAreRefused() {
    fails(
        () -> open("/dev/video0:640x480"),
        Reason.UNSUPPORTED,
        "/dev/video0:640x480: it has no 640x480 in mjpeg; the nearest is 64x48");
    FakeWebcam.set(Setting.YUYV, 0);
    fails(
        () -> open("/dev/video0:yuyv"),
        Reason.UNSUPPORTED,
        "/dev/video0:yuyv: it does not deliver yuyv; it is Paper camera (H264, MJPG)");
    FakeWebcam.set(Setting.MJPEG, 0);
    fails(
        () -> open(DEVICE),
        Reason.UNSUPPORTED,
        DEVICE + ": it does not deliver mjpeg or yuyv; it is Paper camera (H264)");
    assertThat(FakeWebcam.wrong()).isEmpty();
  }

  // ---- the system's own calls

  @Test
  void filesAndOtherDevicesAreNoWebcams() throws IOException {
    Path file = Files.createFile(temp.resolve("video0"));
    real(file, Reason.NO_VIDEO, "a file or folder, and no webcam");
    real(temp, Reason.NO_VIDEO, "a file or folder, and no webcam");
    real(Path.of("/dev/null"), Reason.NO_VIDEO, "not a video device");
    real(temp.resolve("video1"), Reason.UNREACHABLE, "there is no such device");
  }

  private static void real(Path device, Reason reason, String message) {
    VideoSource source = new VideoSource(device.toString(), Kind.WEBCAM);
    assertThatThrownBy(() -> VideoReader.open(source, SOON).close())
        .hasMessageStartingWith(device + ": " + message)
        .isInstanceOfSatisfying(
            VideoException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void devicesAreListedWithWhatTheyAreOrWhyTheyCannotBeUsed() throws IOException {
    Files.createFile(temp.resolve("video10"));
    Files.createFile(temp.resolve("video9"));
    Files.createFile(temp.resolve("videos"));
    assertThat(Webcams.found(temp, FakeWebcam.calls()))
        .containsExactly(
            temp.resolve("video9") + ": Paper camera (H264, YUYV, MJPG)",
            temp.resolve("video10") + ": Paper camera (H264, YUYV, MJPG)");
    assertThat(Webcams.found(temp, WebcamDevice.SYSTEM).get(0))
        .startsWith(temp.resolve("video9") + ": a file or folder, and no webcam");
    assertThat(Webcams.found(temp.resolve("nowhere"), WebcamDevice.SYSTEM)).isEmpty();
  }

  private static void fails(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Reason reason, String message) {
    assertThatThrownBy(call)
        .hasMessage(message)
        .isInstanceOfSatisfying(
            VideoException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
