package dev.ovkit.video.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be tested of it where there is no GPU. */
class HardwareDecodingTest {

  @TempDir Path temp;

  @ParameterizedTest
  @EnumSource(HardwareDecoding.class)
  void framesAreTheSameWhetherThereIsAGpuOrNot(HardwareDecoding way) {
    Path film = TestFilms.film(temp.resolve("film.mp4"), 320, 240, 5);
    ReadOptions options = ReadOptions.defaults().withHardware(way);
    try (VideoReader reader = VideoReader.open(VideoSource.of(film), options)) {
      for (int i = 0; i < 5; i++) {
        try (VideoFrame frame = reader.next()) {
          assertThat(frame.time().toMillis()).isEqualTo(40L * i);
          assertThat(PlaneScaler.takes(((DecodedFrame) frame).open())).isTrue();
        }
      }
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void whatCannotBeUsedHereIsExplained() {
    assertThat(HardwareDecoding.NONE.complaint()).isEmpty();
    for (HardwareDecoding way : HardwareDecoding.values()) {
      if (way != HardwareDecoding.NONE) {
        assertThat(way.complaint().isPresent()).isNotEqualTo(way.usable().isPresent());
      }
    }
    HardwareDecoding.VAAPI
        .complaint()
        .ifPresent(why -> assertThat(HardwareDecoding.VAAPI.complaint()).hasValue(why));
  }

  /** As a GPU hands frames over: brightness, and then both colours by turns. */
  @Test
  void interleavedColoursAreTakenApart() {
    FfmpegLibraries.require();
    AVFrame interleaved = avutil.av_frame_alloc();
    interleaved.format(avutil.AV_PIX_FMT_NV12);
    interleaved.width(64);
    interleaved.height(48);
    interleaved.pts(77);
    avutil.av_frame_get_buffer(interleaved, 0);
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < 64; x++) {
        interleaved.data(0).put((long) y * interleaved.linesize(0) + x, (byte) (x + y));
        if (y < 24) {
          byte colour = (byte) (x % 2 == 0 ? 100 + y : 200 + y);
          interleaved.data(1).put((long) y * interleaved.linesize(1) + x, colour);
        }
      }
    }
    AVFrame planar = PlanarFrames.of(interleaved);
    try {
      assertThat(PlaneScaler.takes(planar)).isTrue();
      assertThat(planar.pts()).isEqualTo(77);
      for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 32; x++) {
          assertThat(planar.data(0).get((long) y * planar.linesize(0) + x))
              .isEqualTo((byte) (x + y));
          assertThat(planar.data(1).get((long) y * planar.linesize(1) + x))
              .isEqualTo((byte) (100 + y));
          assertThat(planar.data(2).get((long) y * planar.linesize(2) + x))
              .isEqualTo((byte) (200 + y));
        }
      }
    } finally {
      avutil.av_frame_free(planar);
    }
  }
}
