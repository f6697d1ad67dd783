package dev.ovkit.benchmarks.jmh;

import dev.ovkit.head.Head;
import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.DistributionHeads;
import dev.ovkit.layout.EndToEnd;
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
import java.util.ArrayList;
import java.util.List;
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
 * What other layouts cost to read: 300 rows of an end-to-end detector, all objects; and PicoDet's
 * four heads at 320x320, of whose 2,125 cells 300 pass the threshold.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LayoutsBenchmark {

  private static final int CLASSES = 80;
  private static final int BINS = 8;
  private static final int OBJECTS = 300;

  private final Random random = new Random(3);
  private Reading rows;
  private Reading picoDet;

  /** One network's outputs, and what reads them. */
  private record Reading(
      Postprocessor postprocessor, List<FloatBuffer> outputs, Letterbox letterbox) {
    Detections read() {
      return postprocessor.run(outputs, letterbox);
    }
  }

  @Setup
  public void setup() {
    rows =
        reading(
            new EndToEnd("rows", BoxForm.CORNER_PIXELS, CLASSES),
            640,
            List.of(rows()),
            List.of(List.of(1L, (long) OBJECTS, 6L)));
    List<Head> heads = new ArrayList<>();
    List<String> distances = new ArrayList<>();
    List<FloatBuffer> outputs = new ArrayList<>();
    List<List<Long>> shapes = new ArrayList<>();
    List<Integer> strides = List.of(8, 16, 32, 64);
    for (int stride : strides) {
      heads.add(new Head("scores" + stride, stride, List.of()));
      distances.add("distances" + stride);
      long cells = (320L / stride) * (320 / stride);
      outputs.add(scores((int) cells));
      shapes.add(List.of(1L, cells, (long) CLASSES));
    }
    for (int stride : strides) {
      long cells = (320L / stride) * (320 / stride);
      outputs.add(gaussian((int) cells * 4 * BINS));
      shapes.add(List.of(1L, cells, 4L * BINS));
    }
    picoDet =
        reading(new DistributionHeads(heads, distances, BINS, 0.5f, CLASSES), 320, outputs, shapes);
  }

  private static Reading reading(
      HeadLayout layout, int size, List<FloatBuffer> outputs, List<List<Long>> shapes) {
    Letterbox letterbox = Letterbox.of(1280, 720, size, size, Resize.Mode.STRETCH);
    DetectorSpec spec =
        new DetectorSpec(size, size, Colour.BGR, Resize.LETTERBOX, layout, List.of(), 0.25f, 0.45f);
    Postprocessor postprocessor =
        new Postprocessor(
            spec, DetectOptions.defaults(), name -> shapes.get(layout.outputs().indexOf(name)));
    return new Reading(postprocessor, outputs, letterbox);
  }

  private FloatBuffer rows() {
    FloatBuffer buffer = floats(OBJECTS * 6);
    for (int i = 0; i < OBJECTS; i++) {
      float x = random.nextInt(500);
      float y = random.nextInt(500);
      buffer.put(6 * i, x).put(6 * i + 1, y).put(6 * i + 2, x + 100).put(6 * i + 3, y + 80);
      buffer.put(6 * i + 4, 0.95f - i * 0.002f).put(6 * i + 5, random.nextInt(CLASSES));
    }
    return buffer;
  }

  private FloatBuffer scores(int cells) {
    FloatBuffer buffer = floats(cells * CLASSES);
    for (int cell = 0; cell < cells; cell++) {
      boolean passes = random.nextInt(2125) < OBJECTS;
      for (int c = 0; c < CLASSES; c++) {
        buffer.put(cell * CLASSES + c, random.nextFloat() * 0.2f);
      }
      if (passes) {
        buffer.put(cell * CLASSES + random.nextInt(CLASSES), 0.3f + random.nextFloat() / 2);
      }
    }
    return buffer;
  }

  private FloatBuffer gaussian(int count) {
    FloatBuffer buffer = floats(count);
    for (int i = 0; i < count; i++) {
      buffer.put(i, (float) random.nextGaussian());
    }
    return buffer;
  }

  private static FloatBuffer floats(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Benchmark
  public Detections rowsEndToEnd() {
    return rows.read();
  }

  @Benchmark
  public Detections picoDetFourHeads() {
    return picoDet.read();
  }
}
