package dev.ovkit.vision;

import dev.ovkit.model.Candidates;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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

/** Non-maximum suppression of boxes that lie anywhere, of ten classes, with the usual caps. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SuppressionBenchmark {

  private static final int CLASSES = 10;

  @Param({"300", "30000"})
  public int boxes;

  private final Candidates candidates = new Candidates();
  private final NonMaximumSuppression suppression = new NonMaximumSuppression();

  @Setup
  public void setup() {
    Random random = new Random(3);
    for (int i = 0; i < boxes; i++) {
      candidates.add(
          random.nextFloat() * 640,
          random.nextFloat() * 640,
          20 + random.nextFloat() * 100,
          20 + random.nextFloat() * 100,
          random.nextFloat(),
          random.nextInt(CLASSES));
    }
  }

  @Benchmark
  public int suppress() {
    suppression.run(candidates, CLASSES, 0.45f, false, 30_000, 300);
    return suppression.keptCount();
  }
}
