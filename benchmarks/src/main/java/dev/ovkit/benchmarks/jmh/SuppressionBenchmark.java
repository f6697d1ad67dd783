package dev.ovkit.benchmarks.jmh;

import dev.ovkit.layout.FlatColumns;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Letterbox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
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

/**
 * Non-maximum suppression of boxes that lie anywhere, of ten classes, with the usual caps; reading
 * the boxes from a YOLOv8 kind of output is part of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SuppressionBenchmark {

  private static final int CLASSES = 10;
  private static final int SIZE = 640;

  @Param({"300", "30000"})
  public int boxes;

  private final Letterbox letterbox =
      Letterbox.of(1280, 720, SIZE, SIZE, Resize.Mode.LETTERBOX_CENTRE);
  private FloatBuffer columns;
  private Postprocessor postprocessor;

  @Setup
  public void setup() {
    columns =
        ByteBuffer.allocateDirect((4 + CLASSES) * boxes * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    Random random = new Random(3);
    for (int i = 0; i < boxes; i++) {
      columns.put(i, random.nextFloat() * SIZE);
      columns.put(boxes + i, random.nextFloat() * SIZE);
      columns.put(2 * boxes + i, 20 + random.nextFloat() * 100);
      columns.put(3 * boxes + i, 20 + random.nextFloat() * 100);
      columns.put((4 + random.nextInt(CLASSES)) * boxes + i, 0.1f + 0.9f * random.nextFloat());
    }
    DetectorSpec spec =
        new DetectorSpec(
            SIZE,
            SIZE,
            Colour.BGR,
            Resize.LETTERBOX,
            new FlatColumns("output", CLASSES),
            List.of(),
            0.05f,
            0.45f);
    postprocessor =
        new Postprocessor(
            spec, DetectOptions.defaults(), name -> List.of(1L, 4L + CLASSES, (long) boxes));
  }

  @Benchmark
  public Detections suppress() {
    return postprocessor.run(List.of(columns), letterbox);
  }
}
