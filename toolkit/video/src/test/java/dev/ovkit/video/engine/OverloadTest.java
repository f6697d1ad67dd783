package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Eight cameras of 25 frames a second and a detector that takes half a second for each, which is a
 * tenth of what is due. Time is the test's own; {@code benchmarks/overload.sh} measures the same
 * with real ones.
 */
class OverloadTest {

  private static final int CAMERAS = 8;
  private static final long MILLI = 1_000_000;
  private static final long FRAME = 40 * MILLI;
  private static final long DETECTION = 500 * MILLI;
  private static final long MINUTES_2 = 120_000 * MILLI;

  private final AtomicLong now = new AtomicLong();

  private List<CameraFeed> feeds(double fps) {
    return IntStream.range(0, CAMERAS)
        .mapToObj(i -> Camera.of("c" + i, VideoSource.of("rtsp://host/" + i)).withFps(fps))
        .map(camera -> new CameraFeed(camera, 0, StreamOptions.defaults(), 1))
        .toList();
  }

  /** Offers the frames of all cameras up to a time, each camera's a little after the last one's. */
  private void play(Dispatcher dispatcher, List<CameraFeed> feeds, long until) {
    for (; now.get() < until; now.addAndGet(FRAME / CAMERAS)) {
      long step = now.get() / (FRAME / CAMERAS);
      CameraFeed feed = feeds.get((int) (step % CAMERAS));
      int number = (int) (step / CAMERAS);
      if (dispatcher.needs(feed, Duration.ofNanos(number * FRAME))) {
        dispatcher.offer(feed, TestFilms.frame(number, now.get()));
      }
      assertThat(feed.waiting.size()).as("frames in memory").isLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {5, 25})
  void resultsAreYoungAndEachCameraHasItsShare(double fps) throws InterruptedException {
    List<CameraFeed> feeds = feeds(fps);
    Dispatcher dispatcher = new Dispatcher(feeds, now::get);
    play(dispatcher, feeds, FRAME);
    long oldest = 0;
    int detections = 0;
    for (; now.get() < MINUTES_2; detections++) {
      Dispatcher.Work work = dispatcher.take();
      try (VideoFrame frame = work.frame()) {
        play(dispatcher, feeds, now.get() + DETECTION); // meanwhile
        oldest = Math.max(oldest, now.get() - frame.decodedNanos());
      }
      dispatcher.count(work.feed(), Dispatcher.Fate.DETECTED);
      dispatcher.finish(work.feed(), work.number(), scaler -> {});
      dispatcher.nextDelivery(work.feed());
    }
    dispatcher.clear();
    // Two rounds over all cameras are promised; but the frame that is taken is a camera's newest.
    assertThat(oldest).isLessThanOrEqualTo(DETECTION + FRAME);
    int share = detections / CAMERAS;
    assertThat(dispatcher.counts())
        .allSatisfy(one -> assertThat(one.detected()).isBetween(share - 1L, share + 1L))
        .allSatisfy(one -> assertThat(one.missed()).isPositive())
        .allSatisfy(
            one ->
                assertThat(one.detected() + one.dropped() + one.unneeded())
                    .isBetween(one.decoded() - 1, one.decoded()));
  }
}
