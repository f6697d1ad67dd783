package dev.ovkit.benchmarks.jmh;

import dev.ovkit.benchmarks.MovingBoxes;
import dev.ovkit.model.Detections;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What tracking costs for a frame, with objects that cross each other, come and go. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TrackerBenchmark {

  private static final int FRAMES = 2000;

  @Param({"10", "100"})
  public int objects;

  private final Tracker tracker = Tracker.of(TrackOptions.defaults());
  private Detections[] frames;
  private int next;

  @Setup
  public void setup() {
    MovingBoxes boxes = new MovingBoxes(objects, 5);
    frames = Stream.generate(boxes::next).limit(FRAMES).toArray(Detections[]::new);
  }

  /** One frame of a film that begins again after its end. */
  @Benchmark
  public Detections track() {
    if (next == FRAMES) {
      next = 0;
      tracker.restart();
    }
    return tracker.track(frames[next++]);
  }
}
