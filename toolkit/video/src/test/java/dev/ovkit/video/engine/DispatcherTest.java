package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which camera comes next when all of them always have a frame. */
class DispatcherTest {

  private static CameraFeed feed(String name, double weight) {
    Camera camera =
        Camera.of(name, VideoSource.of("rtsp://host/" + name)).withEveryFrame().withWeight(weight);
    return new CameraFeed(camera, 0, StreamOptions.defaults(), 1);
  }

  private static void offerAll(Dispatcher dispatcher, List<CameraFeed> feeds, int number) {
    feeds.forEach(feed -> dispatcher.offer(feed, TestFilms.frame(number)));
  }

  private static CameraFeed next(Dispatcher dispatcher) throws InterruptedException {
    Dispatcher.Work work = dispatcher.take();
    work.frame().close();
    dispatcher.finish(work.feed(), work.number(), scaler -> {});
    dispatcher.nextDelivery(work.feed());
    return work.feed();
  }

  @Test
  void eachCameraGetsItsTurnWhenThereIsTooMuchToDo() throws InterruptedException {
    List<CameraFeed> feeds = IntStream.range(0, 8).mapToObj(i -> feed("c" + i, 1)).toList();
    Dispatcher dispatcher = new Dispatcher(feeds);
    for (int round = 0; round < 20; round++) {
      List<CameraFeed> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        offerAll(dispatcher, feeds, round);
        taken.add(next(dispatcher));
      }
      assertThat(taken).containsExactlyInAnyOrderElementsOf(feeds);
    }
    dispatcher.clear();
  }

  @Test
  void aCameraOfWeightThreeGetsThreeTimesAsMany() throws InterruptedException {
    CameraFeed one = feed("one", 1);
    CameraFeed three = feed("three", 3);
    Dispatcher dispatcher = new Dispatcher(List.of(one, three));
    int first = 0;
    for (int i = 0; i < 400; i++) {
      offerAll(dispatcher, List.of(one, three), i);
      first += next(dispatcher) == one ? 1 : 0;
    }
    assertThat(first).isBetween(99, 101);
    dispatcher.clear();
  }

  @Test
  void aCameraThatWasSilentHasNoCreditForIt() throws InterruptedException {
    CameraFeed busy = feed("busy", 1);
    CameraFeed silent = feed("silent", 1);
    Dispatcher dispatcher = new Dispatcher(List.of(busy, silent));
    for (int i = 0; i < 100; i++) {
      dispatcher.offer(busy, TestFilms.frame(i));
      assertThat(next(dispatcher)).isSameAs(busy);
    }
    int fromSilent = 0;
    for (int i = 0; i < 20; i++) {
      offerAll(dispatcher, List.of(busy, silent), i);
      fromSilent += next(dispatcher) == silent ? 1 : 0;
    }
    assertThat(fromSilent).isBetween(9, 11);
    dispatcher.clear();
  }

  @Test
  void framesAreDueOnAGridThatLateOnesDoNotMove() {
    OptionalDouble five = OptionalDouble.of(5);
    assertThat(due(Schedule.ofFilm(five)).sum()).isEqualTo(50);
    for (int camera = 0; camera < 20; camera++) {
      assertThat(due(Schedule.ofCamera(five, camera)).sum()).isBetween(49, 51);
    }
  }

  /** For each frame of 10 s at 25 frames a second, each up to 15 ms late, 1 if it is due. */
  private static IntStream due(Schedule schedule) {
    return IntStream.range(0, 250)
        .map(i -> schedule.isDue((i * 40L + i * 7 % 16) * 1_000_000) ? 1 : 0);
  }

  @Test
  void camerasThatBeginTogetherDoNotAskTogether() {
    int[] asking = new int[250];
    for (int camera = 0; camera < 20; camera++) {
      int[] due = due(Schedule.ofCamera(OptionalDouble.of(5), camera)).toArray();
      Arrays.setAll(asking, i -> asking[i] + due[i]);
    }
    assertThat(asking[0]).as("the first frame of each").isEqualTo(20);
    // Twenty cameras share five frames a period: four at a time, one more where times are uneven.
    assertThat(IntStream.of(asking).skip(10).max().orElseThrow()).isLessThanOrEqualTo(6);
  }

  @Test
  void motionIsToldFromNoiseAndFromClouds() {
    MotionGate gate = new MotionGate(java.time.Duration.ofSeconds(10));
    byte[] still = new byte[MotionGate.COLUMNS * MotionGate.ROWS];
    java.util.Arrays.fill(still, (byte) 100);
    assertThat(gate.passes(still, 0)).as("the first").isTrue();
    byte[] noisy = still.clone();
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] += (byte) (i % 7 - 3);
    }
    assertThat(gate.passes(noisy, 1)).as("noise").isFalse();
    byte[] cloudy = still.clone();
    for (int i = 0; i < cloudy.length; i++) {
      cloudy[i] += 40;
    }
    assertThat(gate.passes(cloudy, 2)).as("a cloud").isFalse();
    byte[] person = still.clone();
    for (int i = 0; i < 3; i++) {
      person[500 + i * MotionGate.COLUMNS] += 30;
    }
    assertThat(gate.passes(person, 3)).as("a person").isTrue();
    assertThat(gate.passes(person, 4)).as("who stands still").isFalse();
    assertThat(gate.passes(person, 10_000_000_004L)).as("for long").isTrue();
  }
}
