package dev.ovkit.benchmarks.jmh;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.layout.YoloAnchors;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 * Three raw heads of a 640x640 detector with 80 classes, of whose 25,200 cells 300 pass the
 * threshold; against the sigmoid of every value, which is what decoding costs when it is done
 * first.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeadsBenchmark {

  private static final int CLASSES = 80;
  private static final int SIZE = 640;
  private static final double PASSING = 300.0 / 25_200;

  private final List<FloatBuffer> heads = new ArrayList<>();
  private final Letterbox letterbox =
      Letterbox.of(1280, 720, SIZE, SIZE, Resize.Mode.LETTERBOX_CENTRE);
  private Postprocessor postprocessor;
  private float[] sigmoids;

  @Setup
  public void setup() {
    List<Integer> strides = List.of(8, 16, 32);
    List<Head> described = new ArrayList<>();
    List<List<Anchor>> anchors = Objects.requireNonNull(YoloAnchors.usual(strides));
    Random random = new Random(3);
    for (int i = 0; i < 3; i++) {
      described.add(new Head("head" + i, strides.get(i), anchors.get(i)));
      heads.add(head(SIZE / strides.get(i), random));
    }
    DetectorSpec spec =
        new DetectorSpec(
            SIZE,
            SIZE,
            Colour.BGR,
            Resize.LETTERBOX,
            new RawHeads(described, CLASSES),
            List.of(),
            0.25f,
            0.45f);
    postprocessor =
        new Postprocessor(
            spec,
            DetectOptions.defaults(),
            name -> {
              long cells = SIZE / strides.get(name.charAt(4) - '0');
              return List.of(1L, 3L * (5 + CLASSES), cells, cells);
            });
    sigmoids = new float[heads.stream().mapToInt(FloatBuffer::capacity).sum()];
  }

  private static FloatBuffer head(int cells, Random random) {
    int plane = cells * cells;
    FloatBuffer head =
        ByteBuffer.allocateDirect(3 * (5 + CLASSES) * plane * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int anchor = 0; anchor < 3; anchor++) {
      for (int cell = 0; cell < plane; cell++) {
        boolean passes = random.nextDouble() < PASSING;
        for (int channel = 0; channel < 5 + CLASSES; channel++) {
          float value = (float) random.nextGaussian();
          if (channel == 4) {
            value = passes ? 4 : -6 + value;
          } else if (channel == 5) {
            value = passes ? 4 : value;
          }
          head.put((anchor * (5 + CLASSES) + channel) * plane + cell, value);
        }
      }
    }
    return head;
  }

  @Benchmark
  public Detections headsToBoxes() {
    return postprocessor.run(heads, letterbox);
  }

  @Benchmark
  public float[] sigmoidOfEverything() {
    int at = 0;
    for (FloatBuffer head : heads) {
      for (int i = 0; i < head.capacity(); i++) {
        sigmoids[at++] = (float) (1 / (1 + Math.exp(-head.get(i))));
      }
    }
    return sigmoids;
  }
}
