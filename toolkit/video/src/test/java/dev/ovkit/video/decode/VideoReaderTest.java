package dev.ovkit.video.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.VideoException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read, and how each thing that cannot be read is reported. */
class VideoReaderTest {

  private static final ReadOptions SOON =
      ReadOptions.defaults().withTimeouts(Duration.ofMillis(400), Duration.ofMillis(400));

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"mp4", "mkv", "ts", "avi", "mjpeg"})
  void everyFrameOfAFilmIsReadOnceWithItsTime(String ending) {
    Path film = TestFilms.film(temp.resolve("film." + ending), 320, 240, 12);
    for (int threads = 1; threads <= 2; threads++) {
      ReadOptions options = ReadOptions.defaults().withThreads(threads);
      try (VideoReader reader = VideoReader.open(VideoSource.of(film), options)) {
        assertThat(reader.description()).endsWith(" 320x240");
        assertThat(reader.frameRate()).hasValue(25);
        assertThat(times(reader))
            .containsExactly(0L, 40L, 80L, 120L, 160L, 200L, 240L, 280L, 320L, 360L, 400L, 440L);
      }
    }
  }

  @Test
  void aSourceHasNoDecodingThreadsOfItsOwnOrTwo() throws IOException {
    Path film = TestFilms.film(temp.resolve("film.mkv"), 320, 240, 12);
    ReadOptions one = ReadOptions.defaults();
    assertThatThrownBy(() -> one.withThreads(3)).hasMessage("decoding threads: 3, expected 1 or 2");
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), one)) {
      reader.next().close();
      assertThat(decodingThreads()).isZero();
    }
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), one.withThreads(2))) {
      for (int i = 0; i < 6; i++) { // they take turns, and a thread names itself when it begins
        reader.next().close();
      }
      assertThat(decodingThreads()).isEqualTo(2);
    }
  }

  /** FFmpeg calls them so. */
  private static long decodingThreads() throws IOException {
    long count = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          count += Files.readString(task.resolve("comm")).startsWith("av:") ? 1 : 0;
        } catch (IOException e) {
          // it has just ended
        }
      }
    }
    return count;
  }

  private static List<Long> times(VideoReader reader) {
    List<Long> times = new ArrayList<>();
    for (VideoFrame frame = reader.next(); frame != null; frame = reader.next()) {
      assertThat(frame.number()).isEqualTo(times.size());
      assertThat(frame.width()).isEqualTo(320);
      times.add(frame.time().toMillis());
      frame.close();
      frame.close();
    }
    return times;
  }

  @Test
  void aFolderIsShownInTheOrderOfTheNames() {
    for (int i = 0; i < 3; i++) {
      try (Picture picture = TestFilms.picture(64 + 16 * i, 48, i)) {
        picture.write(temp.resolve("%d.png".formatted(i)));
      }
    }
    try (VideoReader reader = VideoReader.open(VideoSource.of(temp), ReadOptions.defaults())) {
      assertThat(reader.description()).isEqualTo("3 pictures");
      for (int i = 0; i < 3; i++) {
        try (VideoFrame frame = reader.next()) {
          assertThat(frame.width()).isEqualTo(64 + 16 * i);
          assertThat(frame.time()).isEqualTo(Duration.ofSeconds(i));
        }
      }
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void aChangeOfSizeInMidStreamIsSurvived() throws IOException {
    byte[] small = Files.readAllBytes(TestFilms.film(temp.resolve("a.mjpeg"), 160, 120, 3));
    byte[] large = Files.readAllBytes(TestFilms.film(temp.resolve("b.mjpeg"), 320, 240, 3));
    Path both = temp.resolve("both.mjpeg");
    Files.write(
        both, ByteBuffer.allocate(small.length + large.length).put(small).put(large).array());
    List<Integer> widths = new ArrayList<>();
    try (VideoReader reader = VideoReader.open(VideoSource.of(both), ReadOptions.defaults());
        FrameScaler scaler = new FrameScaler()) {
      for (VideoFrame frame = reader.next(); frame != null; frame = reader.next()) {
        try (VideoFrame closed = frame;
            Picture picture = closed.toPicture(scaler)) {
          assertThat(picture.width()).isEqualTo(frame.width());
          widths.add(frame.width());
        }
      }
    }
    assertThat(widths).containsExactly(160, 160, 160, 320, 320, 320);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = temp.resolve("none.mp4");
    fails(file.toString(), Reason.NOT_FOUND, file + ": no such file; expected a video");
  }

  @Test
  void aFileThatIsNoVideoIsRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("letter.mp4"), "Dear Sir or Madam,\n".repeat(100));
    fails(
        file.toString(),
        Reason.NO_VIDEO,
        file
            + ": it is no video that can be read (invalid data found when processing input); expected MP4, MKV, TS, AVI or MJPEG");
  }

  @Test
  void aFileWithoutVideoIsRefused() throws IOException {
    Path file = Files.write(temp.resolve("sound.wav"), wav());
    fails(file.toString(), Reason.NO_VIDEO, file + ": it has no video stream; expected one");
  }

  private static byte[] wav() {
    int samples = 8000;
    ByteBuffer wav = ByteBuffer.allocate(44 + samples).order(ByteOrder.LITTLE_ENDIAN);
    wav.put("RIFF".getBytes(US_ASCII)).putInt(36 + samples).put("WAVEfmt ".getBytes(US_ASCII));
    wav.putInt(16).putShort((short) 1).putShort((short) 1).putInt(8000).putInt(8000);
    wav.putShort((short) 1).putShort((short) 8).put("data".getBytes(US_ASCII)).putInt(samples);
    return wav.array();
  }

  @Test
  void anUnknownCodecIsNamed() throws IOException {
    Path film = TestFilms.film(temp.resolve("film.avi"), 64, 48, 3);
    String bytes = new String(Files.readAllBytes(film), ISO_8859_1);
    String tag = List.of("H264", "FMP4").stream().filter(bytes::contains).findFirst().orElseThrow();
    Files.write(film, bytes.replace(tag, "Zz9!").getBytes(ISO_8859_1));
    fails(
        film.toString(),
        Reason.UNSUPPORTED,
        film
            + ": this build of FFmpeg cannot decode its codec, Zz9!; expected H.264, HEVC, AV1, VP9, MPEG-4 or MJPEG");
  }

  @Test
  void aWrongPasswordIsSaidWithoutShowingIt() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    server.start();
    try {
      String host = "127.0.0.1:" + server.getAddress().getPort();
      fails(
          "http://admin:s3cret@%s/video".formatted(host),
          Reason.PASSWORD,
          "http://admin@%s/video: it refuses the user name or password; expected them as in http://USER:PASSWORD@HOST/…"
              .formatted(host));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anUnreachableHostIsReported() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
      port = socket.getLocalPort();
    }
    fails(
        "rtsp://127.0.0.1:%d/a".formatted(port),
        Reason.UNREACHABLE,
        "rtsp://127.0.0.1:%d/a: the host cannot be reached (connection refused); check address and network"
            .formatted(port));
  }

  @Test
  void aCameraThatAcceptsAndSaysNothingIsGivenUp() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, loopback())) {
      for (String scheme : List.of("rtsp", "http", "rtmp")) {
        String url = "%s://127.0.0.1:%d/a/b".formatted(scheme, silent.getLocalPort());
        fails(
            url,
            Reason.TIMEOUT,
            url + ": no answer within 0.4 s; check address, network and camera");
      }
    }
  }

  @Test
  void openingCanBeStopped() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, loopback())) {
      VideoSource source = VideoSource.of("rtsp://127.0.0.1:%d/a".formatted(silent.getLocalPort()));
      assertThatThrownBy(() -> VideoReader.open(source, ReadOptions.defaults(), () -> true))
          .isInstanceOfSatisfying(
              VideoException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
    }
  }

  private static void fails(String source, Reason reason, String message) {
    assertThatThrownBy(() -> VideoReader.open(VideoSource.of(source), SOON).close())
        .hasMessage(message)
        .isInstanceOfSatisfying(
            VideoException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }
}
