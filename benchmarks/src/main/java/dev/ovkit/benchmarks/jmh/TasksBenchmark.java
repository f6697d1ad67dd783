package dev.ovkit.benchmarks.jmh;

import dev.ovkit.layout.Poses;
import dev.ovkit.layout.Segments;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Letterbox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an input of 640x640 costs beyond boxes, of 300 rows end to end: one mask of 200x200 pixels,
 * and 50 objects with 17 key points.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TasksBenchmark {

  private static final int SIZE = 640;
  private static final int ROWS = 300;
  private static final int COEFFICIENTS = 32;
  private static final int MAP = SIZE / 4;
  private static final int POINTS = 17;

  private final Letterbox letterbox =
      Letterbox.of(SIZE, SIZE, SIZE, SIZE, Resize.Mode.LETTERBOX_CENTRE);
  private Postprocessor masks;
  private Postprocessor poses;
  private List<FloatBuffer> segmentation;
  private List<FloatBuffer> pose;

  @Setup
  public void setup() {
    Random random = new Random(3);
    FloatBuffer prototypes = buffer(COEFFICIENTS * MAP * MAP);
    for (int i = 0; i < prototypes.capacity(); i++) {
      // Waves, so that a mask has edges but is no noise.
      prototypes.put(i, (float) Math.sin(i % MAP * 0.05 + i / MAP * 0.03 + random.nextDouble()));
    }
    segmentation = List.of(rows(1, COEFFICIENTS, random), prototypes);
    masks =
        postprocessor(
            new Segments("rows", true, "prototypes", COEFFICIENTS, 80),
            Map.of(
                "rows", List.of(1L, (long) ROWS, 6L + COEFFICIENTS),
                "prototypes", List.of(1L, (long) COEFFICIENTS, (long) MAP, (long) MAP)));
    pose = List.of(rows(50, 3 * POINTS, random));
    poses =
        postprocessor(
            new Poses("rows", true, POINTS, 3, 1),
            Map.of("rows", List.of(1L, (long) ROWS, 6L + 3 * POINTS)));
  }

  private static Postprocessor postprocessor(HeadLayout layout, Map<String, List<Long>> shapes) {
    DetectorSpec spec =
        new DetectorSpec(SIZE, SIZE, Colour.BGR, Resize.LETTERBOX, layout, List.of(), 0.25f, 0.45f);
    return new Postprocessor(spec, DetectOptions.defaults(), shapes::get);
  }

  /** Boxes of 200x200 pixels, of which the first so many pass the threshold. */
  private static FloatBuffer rows(int passing, int extras, Random random) {
    FloatBuffer rows = buffer(ROWS * (6 + extras));
    for (int i = 0, at = 0; i < ROWS; i++, at += 6 + extras) {
      rows.put(at, 100).put(at + 1, 200).put(at + 2, 300).put(at + 3, 400);
      rows.put(at + 4, i < passing ? 0.9f : 0.01f);
      for (int k = 0; k < extras; k++) {
        rows.put(at + 6 + k, (float) random.nextGaussian());
      }
    }
    return rows;
  }

  private static FloatBuffer buffer(int numbers) {
    return ByteBuffer.allocateDirect(numbers * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Benchmark
  public Detections oneMask() {
    return masks.run(segmentation, letterbox);
  }

  @Benchmark
  public Detections fiftyPoses() {
    return poses.run(pose, letterbox);
  }
}
