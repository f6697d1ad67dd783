package dev.ovkit.video.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A frame goes into a network's input as a picture of it does. */
class FrameScalerTest {

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "film.mkv, LETTERBOX_CENTRE, LINEAR, 320, 320",
    "film.mkv, LETTERBOX_TOP_LEFT, LINEAR, 320, 320",
    "film.mkv, STRETCH, LINEAR, 333, 217",
    "film.mkv, STRETCH, BICUBIC, 333, 217",
    "film.mkv, LETTERBOX_CENTRE, BICUBIC, 320, 320",
    "film.mkv, CENTRE_CROP, LINEAR, 224, 224",
    "film.mkv, LETTERBOX_CENTRE, LINEAR, 97, 416",
    "film.mkv, LETTERBOX_CENTRE, LINEAR, 1000, 320",
    "film.mjpeg, LETTERBOX_CENTRE, LINEAR, 320, 320",
  })
  void itIsScaledAsAPictureIs(
      String name, Resize.Mode mode, Resize.Interpolation interpolation, int width, int height) {
    Path film =
        name.endsWith("mkv")
            ? TestFilms.lossless(temp.resolve(name), 640, 360, 2)
            : TestFilms.film(temp.resolve(name), 640, 360, 2);
    Resize resize = new Resize(mode, 114, interpolation);
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), ReadOptions.defaults());
        FrameScaler scaler = new FrameScaler();
        VideoFrame frame = reader.next();
        Picture picture = frame.toPicture(scaler)) {
      Letterbox box = Letterbox.of(640, 360, width, height, mode);
      // Nothing before or behind the input may be touched.
      ByteBuffer room = ByteBuffer.allocateDirect(3 * width * height + 128);
      IntStream.range(0, room.capacity()).forEach(i -> room.put(i, (byte) 7));
      scaler.source(frame).letterbox(box, resize, room.slice(64, 3 * width * height));
      assertThat(IntStream.range(0, 64).allMatch(i -> room.get(i) == 7)).isTrue();
      assertThat(
              IntStream.range(room.capacity() - 64, room.capacity())
                  .allMatch(i -> room.get(i) == 7))
          .isTrue();

      ByteBuffer expected = ByteBuffer.allocateDirect(3 * width * height);
      picture.letterbox(box, resize, expected);
      int[] differences =
          IntStream.range(0, expected.capacity())
              .map(i -> Math.abs((expected.get(i) & 0xff) - (room.get(64 + i) & 0xff)))
              .toArray();
      assertThat(IntStream.of(differences).average().orElseThrow()).isLessThan(1.0);
      // An edge of the square is where colour is scaled before it is converted, or after.
      assertThat(IntStream.of(differences).filter(one -> one > 16).count())
          .isLessThan(differences.length / 100);
    }
  }

  /**
   * swscale scales what has no planes of bytes, such as RGB; it averages, so only smooth areas
   * agree.
   */
  @ParameterizedTest
  @CsvSource({"LETTERBOX_CENTRE, 320, 320", "STRETCH, 333, 217", "LETTERBOX_CENTRE, 1000, 320"})
  void formatsWithoutPlanesAreScaledToo(Resize.Mode mode, int width, int height) {
    Path file = temp.resolve("frame.png");
    try (Picture picture = TestFilms.picture(640, 360, 3)) {
      picture.write(file);
      try (VideoReader reader = VideoReader.open(VideoSource.of(file), ReadOptions.defaults());
          FrameScaler scaler = new FrameScaler();
          VideoFrame frame = reader.next()) {
        assertThat(PlaneScaler.takes(((DecodedFrame) frame).open())).isFalse();
        Letterbox box = Letterbox.of(640, 360, width, height, mode);
        ByteBuffer expected = ByteBuffer.allocateDirect(3 * width * height);
        picture.letterbox(box, Resize.LETTERBOX, expected);
        ByteBuffer actual = ByteBuffer.allocateDirect(3 * width * height);
        scaler.source(frame).letterbox(box, Resize.LETTERBOX, actual);
        long different =
            IntStream.range(0, expected.capacity())
                .filter(i -> Math.abs((expected.get(i) & 0xff) - (actual.get(i) & 0xff)) > 3)
                .count();
        assertThat(different).isLessThan(expected.capacity() / 50);
      }
    }
  }

  @Test
  void brightnessIsReadOnACoarseGrid() {
    Path film = TestFilms.lossless(temp.resolve("film.mkv"), 640, 360, 1);
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), ReadOptions.defaults());
        FrameScaler scaler = new FrameScaler();
        VideoFrame frame = reader.next()) {
      byte[] grid = scaler.brightness(frame, 64, 36);
      assertThat(grid).hasSize(64 * 36);
      assertThat(grid[13 * 64 + 4] & 0xff).as("on the square").isGreaterThan(200);
      assertThat(grid[30 * 64 + 40] & 0xff).as("beside it").isLessThan(120);
    }
  }
}
