package dev.ovkit.video.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which frames are decoded when few are needed, counted on what comes out. */
class FrameSkippingTest {

  private static final int FRAMES = 40;
  private static final int MILLIS = 40;

  @TempDir Path temp;

  /**
   * What a reader delivers.
   *
   * @param shown the brightness of each frame by its number
   */
  private record Reading(Map<Long, String> shown, long skipped) {

    static Reading of(Path film, ReadOptions options, FrameDemand demand) {
      Map<Long, String> shown = new TreeMap<>();
      try (VideoReader reader = VideoReader.open(VideoSource.of(film), options);
          FrameScaler scaler = new FrameScaler()) {
        for (VideoFrame frame = reader.next(demand); frame != null; frame = reader.next(demand)) {
          try (VideoFrame closed = frame) {
            assertThat(closed.time().toMillis()).isEqualTo(MILLIS * closed.number());
            shown.put(
                closed.number(), java.util.Arrays.toString(scaler.brightness(closed, 16, 12)));
          }
        }
        return new Reading(shown, reader.skipped());
      }
    }
  }

  private Path betweenFrames(String codec) {
    return codec.equals("mpeg4")
        ? TestFilms.betweenFrames(temp.resolve("film.mp4"), 64, 48, FRAMES)
        : TestFilms.resource("between-%s.mp4".formatted(codec));
  }

  @ParameterizedTest
  @CsvSource({"mpeg4, 1", "mpeg4, 2", "h264, 1", "h264, 2", "hevc, 1", "hevc, 2"})
  void aFrameToWhichNoneRefersIsDecodedOnlyIfItIsNeeded(String codec, int threads) {
    Path film = betweenFrames(codec);
    ReadOptions options = ReadOptions.defaults().withThreads(threads);
    Reading all = Reading.of(film, options, FrameDemand.ALL);
    assertThat(all.shown).hasSize(FRAMES);
    assertThat(all.skipped).isZero();

    Reading fewest = Reading.of(film, options, time -> false);
    assertThat(fewest.shown.size()).isBetween(FRAMES / 3, FRAMES / 2);
    assertThat(fewest.skipped).isEqualTo(FRAMES - fewest.shown.size());
    assertThat(all.shown).as("the others are as they were").containsAllEntriesOf(fewest.shown);

    long between =
        LongStream.range(10, FRAMES)
            .filter(number -> !fewest.shown.containsKey(number))
            .findFirst()
            .orElseThrow();
    Reading one = Reading.of(film, options, time -> time.toMillis() == MILLIS * between);
    assertThat(one.shown).containsEntry(between, all.shown.get(between));
    assertThat(one.shown).hasSize(fewest.shown.size() + 1);
  }

  @Test
  void whereEachFrameStandsAloneNoneIsDecodedThatIsNotNeeded() {
    Path film = TestFilms.film(temp.resolve("film.mjpeg"), 64, 48, FRAMES);
    Reading some =
        Reading.of(film, ReadOptions.defaults(), time -> time.toMillis() % (10 * MILLIS) == 0);
    assertThat(some.shown).containsOnlyKeys(0L, 10L, 20L, 30L);
    assertThat(some.skipped).isEqualTo(FRAMES - 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpeg4", "h264", "hevc"})
  void keyFramesAloneAreDecodedOnRequest(String codec) {
    ReadOptions options = ReadOptions.defaults().withKeyFrames(true);
    Reading keys = Reading.of(betweenFrames(codec), options, FrameDemand.ALL);
    assertThat(keys.shown).containsOnlyKeys(0L, 12L, 24L, 36L);
    assertThat(keys.skipped).isEqualTo(FRAMES - keys.shown.size());
  }
}
