package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.model.Detections;
import dev.ovkit.video.decode.FrameDemand;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoException.Reason;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does with frames, with readers and detectors whose timing the tests decide. */
class StreamEngineTest {

  private static final Detections NOTHING =
      new Detections(64, 48, List.of(), 0, 0, Detections.Timings.NONE);

  private static final StreamOptions ONCE = StreamOptions.defaults().withRetries(0);

  @TempDir Path temp;

  private final List<Long> numbers = Collections.synchronizedList(new ArrayList<>());
  private final List<CameraEvent> events = Collections.synchronizedList(new ArrayList<>());

  private final StreamListener listener =
      new StreamListener() {
        @Override
        public void result(StreamResult result, Drawable frame) {
          numbers.add(result.frame());
        }

        @Override
        public void event(CameraEvent event) {
          events.add(event);
        }
      };

  /** Delivers so many frames; a test may hold it up before each. */
  private static class Frames implements VideoReader {
    private final int count;
    private int next;

    Frames(int count) {
      this.count = count;
    }

    void before(int number) {}

    @Override
    public @Nullable VideoFrame next(FrameDemand demand) {
      before(next);
      return next == count ? null : TestFilms.frame(next++);
    }

    @Override
    public OptionalDouble frameRate() {
      return OptionalDouble.of(25);
    }

    @Override
    public String description() {
      return "frames";
    }

    @Override
    public void close() {}
  }

  private static StreamEngine engine(
      StreamEngine.FrameDetector detector, int workers, Camera camera, VideoReader reader) {
    return new StreamEngine(detector, workers, ONCE, List.of(camera), (one, stopped) -> reader);
  }

  private static Camera film() {
    return Camera.of("film", VideoSource.of("film.mp4")).withEveryFrame();
  }

  private static Camera live() {
    return Camera.of("door", VideoSource.of("rtsp://door/a")).withEveryFrame();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFilmLosesNoFrameHoweverSlowTheDetectorIs() {
    StreamEngine engine = engine(frame -> NOTHING, 2, film(), new Frames(100));
    CameraCounts counts = engine.run(listener).get(0);
    assertThat(numbers)
        .containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(Long::valueOf).toList());
    assertThat(counts)
        .isEqualTo(
            new CameraCounts("film", CameraEvent.State.ENDED, 100, 0, 100, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void fiveFramesASecondAreTakenUnlessMoreAreWanted() {
    Path film = TestFilms.film(temp.resolve("film.mp4"), 64, 48, 26);
    StreamEngine engine =
        new StreamEngine(
            frame -> NOTHING,
            1,
            ONCE,
            List.of(Camera.of("film", VideoSource.of(film))),
            (camera, stopped) -> VideoReader.open(camera.source(), ONCE.reading(), stopped));
    CameraCounts counts = engine.run(listener).get(0);
    assertThat(numbers).containsExactly(0L, 5L, 10L, 15L, 20L, 25L);
    assertThat(counts.decoded()).isEqualTo(26);
    assertThat(counts.unneeded()).isEqualTo(20);
  }

  @Test
  void framesThatAreNotDueAreNotDecodedIfEachStandsAlone() {
    Path film = TestFilms.film(temp.resolve("film.mjpeg"), 64, 48, 26);
    StreamEngine engine =
        new StreamEngine(
            frame -> NOTHING,
            1,
            ONCE,
            List.of(Camera.of("film", VideoSource.of(film))),
            (camera, stopped) -> VideoReader.open(camera.source(), ONCE.reading(), stopped));
    CameraCounts counts = engine.run(listener).get(0);
    assertThat(numbers).containsExactly(0L, 5L, 10L, 15L, 20L, 25L);
    assertThat(counts.decoded()).isEqualTo(6);
    assertThat(counts.skipped()).isEqualTo(20);
  }

  @Test
  void theNewestFrameOfACameraWinsAndTheOthersAreCounted() {
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch allRead = new CountDownLatch(1);
    VideoReader reader =
        new Frames(100) {
          @Override
          void before(int number) {
            if (number == 1) {
              await(looking);
            } else if (number == 100) {
              allRead.countDown();
            }
          }
        };
    StreamEngine.FrameDetector slow =
        frame -> {
          looking.countDown();
          await(allRead); // the reader has read everything meanwhile: it does not wait
          return NOTHING;
        };
    CameraCounts counts = engine(slow, 1, live(), reader).run(listener).get(0);
    assertThat(numbers).containsExactly(0L, 99L);
    assertThat(counts)
        .isEqualTo(
            new CameraCounts("door", CameraEvent.State.FAILED, 100, 0, 2, 0, 98, 98, 0, 0, 0));
  }

  @Test
  void resultsComeInTheOrderOfTheFramesWhicheverIsReadyFirst() {
    CountDownLatch second = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    StreamEngine.FrameDetector detector =
        frame -> {
          if (calls.getAndIncrement() == 0) {
            await(second);
          } else {
            second.countDown();
          }
          return NOTHING;
        };
    engine(detector, 2, film(), new Frames(6)).run(listener);
    assertThat(numbers).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void whatTheListenerThrowsEndsTheEngineAndIsThrownOn() {
    StreamEngine engine = engine(frame -> NOTHING, 1, film(), new Frames(100));
    assertThatThrownBy(
            () ->
                engine.run(
                    (result, frame) -> {
                      throw new IllegalStateException("full");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("full");
  }

  @Test
  void whatTheDetectorThrowsEndsTheEngineAndIsThrownOn() {
    StreamEngine engine =
        engine(
            frame -> {
              throw new IllegalStateException("broken");
            },
            2,
            film(),
            new Frames(100));
    assertThatThrownBy(() -> engine.run(listener)).hasMessage("broken");
  }

  @Test
  void aFrameThatCannotBeScaledIsCountedAndTheOthersAreLookedAt() {
    AtomicInteger calls = new AtomicInteger();
    StreamEngine engine =
        engine(
            frame -> {
              if (calls.getAndIncrement() == 1) {
                throw new VideoException(Reason.DAMAGED, "cannot be scaled");
              }
              return NOTHING;
            },
            1,
            film(),
            new Frames(4));
    CameraCounts counts = engine.run(listener).get(0);
    assertThat(numbers).containsExactly(0L, 2L, 3L);
    assertThat(counts)
        .isEqualTo(new CameraCounts("film", CameraEvent.State.ENDED, 4, 0, 3, 0, 0, 0, 0, 1, 0));
  }

  @Test
  void aCameraThatCannotBeOpenedIsReportedAndTheOthersGoOn() {
    StreamEngine engine =
        new StreamEngine(
            frame -> NOTHING,
            1,
            ONCE,
            List.of(live(), film()),
            (camera, stopped) -> {
              if (camera.name().equals("door")) {
                throw new VideoException(Reason.PASSWORD, "wrong password");
              }
              return new Frames(3);
            });
    List<CameraCounts> counts = engine.run(listener);
    assertThat(numbers).containsExactly(0L, 1L, 2L);
    assertThat(counts)
        .extracting(CameraCounts::state)
        .containsExactly(CameraEvent.State.FAILED, CameraEvent.State.ENDED);
    assertThat(events)
        .contains(new CameraEvent("door", CameraEvent.State.FAILED, "wrong password"));
  }

  @Test
  void aCameraThatFailsIsOpenedAgainAndAWrongPasswordIsNot() {
    AtomicInteger opened = new AtomicInteger();
    StreamEngine engine =
        new StreamEngine(
            frame -> NOTHING,
            1,
            StreamOptions.defaults().withPauses(Duration.ZERO, Duration.ZERO),
            List.of(live()),
            (camera, stopped) -> {
              if (opened.incrementAndGet() < 5) {
                throw new VideoException(Reason.UNREACHABLE, "unreachable");
              }
              throw new VideoException(Reason.PASSWORD, "wrong password");
            });
    engine.run(listener);
    assertThat(opened).hasValue(5);
    assertThat(events)
        .extracting(CameraEvent::message)
        .containsExactly(
            "unreachable", "unreachable", "unreachable", "unreachable", "wrong password");
  }

  @Test
  void anEngineStopsWhileItsCamerasAreSilent() {
    CountDownLatch reading = new CountDownLatch(1);
    StreamEngine[] engine = new StreamEngine[1];
    engine[0] =
        new StreamEngine(
            frame -> NOTHING,
            1,
            StreamOptions.defaults(),
            List.of(live()),
            (camera, stopped) ->
                new Frames(1) {
                  @Override
                  void before(int number) {
                    reading.countDown();
                    while (!stopped.getAsBoolean()) {
                      Thread.onSpinWait();
                    }
                    throw new VideoException(Reason.CLOSED, "closed");
                  }
                });
    new Thread(
            () -> {
              await(reading);
              engine[0].stop();
            })
        .start();
    engine[0].run(listener);
    assertThat(numbers).isEmpty();
  }

  @Test
  void aStillSceneIsLeftOut() {
    VideoReader reader =
        new Frames(20) {
          private int shown;

          @Override
          public @Nullable VideoFrame next(FrameDemand demand) {
            shown++;
            return shown > 20 ? null : TestFilms.frame(shown <= 15 ? 0 : shown);
          }
        };
    StreamEngine engine =
        new StreamEngine(
            frame -> NOTHING,
            2,
            StreamOptions.defaults().withMotionGate(true),
            List.of(film()),
            (camera, stopped) -> reader);
    CameraCounts counts = engine.run(listener).get(0);
    assertThat(counts.still()).isEqualTo(14);
    assertThat(counts.detected()).isEqualTo(6);
  }

  @Test
  void camerasHaveDifferentNames() {
    assertThatThrownBy(
            () ->
                new StreamEngine(
                    frame -> NOTHING, 1, ONCE, List.of(film(), film()), (one, stopped) -> null))
        .isInstanceOf(OptionException.class)
        .hasMessage("two cameras are called 'film'; give each its own name");
  }

  @Test
  void pausesGrowUpToTheLongest() {
    Duration first = Duration.ofMillis(500);
    Duration longest = Duration.ofSeconds(30);
    assertThat(
            IntStream.range(0, 9).mapToObj(i -> CameraReader.pause(first, longest, i).toMillis()))
        .containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L, 30000L);
    assertThat(CameraReader.pause(first, longest, 1_000_000)).isEqualTo(longest);
  }
}
