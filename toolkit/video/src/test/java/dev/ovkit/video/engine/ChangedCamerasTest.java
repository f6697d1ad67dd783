package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.model.Detections;
import dev.ovkit.video.decode.FrameDemand;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Cameras come and go while an engine runs; the others notice nothing. */
class ChangedCamerasTest {

  private static final Detections NOTHING =
      new Detections(64, 48, List.of(), 0, 0, Detections.Timings.NONE);

  /** A film without end: each frame is looked at, and none is lost. */
  private record Endless(AtomicInteger count, BooleanSupplier stopped) implements VideoReader {

    @Override
    public @Nullable VideoFrame next(FrameDemand demand) {
      return stopped.getAsBoolean() ? null : TestFilms.frame(count.getAndIncrement());
    }

    @Override
    public OptionalDouble frameRate() {
      return OptionalDouble.empty();
    }

    @Override
    public String description() {
      return "endless";
    }

    @Override
    public void close() {}
  }

  private final Map<String, List<Long>> numbers = new ConcurrentHashMap<>();
  private final Map<String, Integer> opened = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();

  private final StreamEngine engine =
      new StreamEngine(
          frame -> NOTHING,
          2,
          StreamOptions.defaults(),
          List.of(camera("a"), camera("b")),
          (camera, stopped) -> {
            opened.merge(camera.name(), 1, Integer::sum);
            return new Endless(new AtomicInteger(), stopped);
          });

  private static Camera camera(String name) {
    return Camera.of(name, VideoSource.of(name + ".mp4")).withEveryFrame();
  }

  private void seen(StreamResult result) {
    List<Long> all = numbers.computeIfAbsent(result.camera(), name -> new ArrayList<>());
    all.add(result.frame());
    CountDownLatch latch = awaited.get(result.camera());
    if (latch != null) {
      latch.countDown();
    }
  }

  private void awaitMore(String camera) throws InterruptedException {
    CountDownLatch latch = new CountDownLatch(20);
    awaited.put(camera, latch);
    latch.await();
  }

  @Test
  void aCameraThatDoesNotChangeLosesNoFrameWhileOthersComeAndGo() throws Exception {
    Thread running = new Thread(() -> engine.run((result, frame) -> seen(result)));
    running.start();
    awaitMore("a");
    awaitMore("b");
    engine.change(List.of(camera("a"), camera("c")));
    awaitMore("c");
    awaitMore("a");
    assertThat(engine.counts()).extracting(CameraCounts::camera).containsExactly("a", "c");
    engine.change(List.of(camera("a").withWeight(2), camera("c")));
    awaitMore("c");
    assertThatThrownBy(() -> engine.change(List.of()))
        .isInstanceOf(OptionException.class)
        .hasMessage("there is no camera; expected at least one");
    assertThatThrownBy(() -> engine.change(List.of(camera("d"), camera("d"))))
        .hasMessage("two cameras are called 'd'; give each its own name");
    awaitMore("c"); // a change that is refused changes nothing
    engine.stop();
    running.join();
    assertThat(opened).isEqualTo(Map.of("a", 2, "b", 1, "c", 1));
    List<Long> ofC = numbers.get("c");
    for (int i = 0; i < ofC.size(); i++) {
      assertThat(ofC.get(i)).isEqualTo(i);
    }
    assertThatThrownBy(() -> engine.change(List.of(camera("a"))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEngineThatDoesNotRunYetHasNothingToChange() {
    assertThatThrownBy(() -> engine.change(List.of(camera("a"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("an engine changes its cameras while it runs");
  }
}
