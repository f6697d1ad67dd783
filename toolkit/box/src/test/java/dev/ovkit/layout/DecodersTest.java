package dev.ovkit.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.ModelException;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.Head;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.Resize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each reader against the formulas written down plainly: everything decoded, then thresholded. */
class DecodersTest {

  private record Candidate(double x, double y, double w, double h, double score, int classId) {}

  /** A detector of random size, with random numbers in its outputs. */
  private static final class Case {
    final Random random;
    final int width;
    final int height;
    final int classes;
    final int anchors;
    final int[] strides;
    final List<List<Anchor>> priors = new ArrayList<>();

    Case(int seed) {
      random = new Random(seed);
      classes = 1 + random.nextInt(seed % 3 == 0 ? 80 : 4);
      anchors = 1 + random.nextInt(4);
      strides = seed % 2 == 0 ? new int[] {8, 16, 32} : new int[] {4, 8, 16, 32, 64};
      int unit = strides[strides.length - 1];
      width = unit * (1 + random.nextInt(4));
      height = unit * (1 + random.nextInt(4));
      for (int i = 0; i < strides.length; i++) {
        List<Anchor> list = new ArrayList<>();
        for (int a = 0; a < anchors; a++) {
          list.add(new Anchor(1 + random.nextFloat() * 200, 1 + random.nextFloat() * 200));
        }
        priors.add(list);
      }
    }

    List<Head> heads(boolean sharedOutput, boolean withAnchors) {
      List<Head> heads = new ArrayList<>();
      for (int i = 0; i < strides.length; i++) {
        heads.add(
            new Head(
                sharedOutput ? "out" : "out" + i,
                strides[i],
                withAnchors ? priors.get(i) : List.of()));
      }
      return heads;
    }

    DetectorSpec spec(HeadLayout layout) {
      return new DetectorSpec(
          width, height, Colour.BGR, Resize.LETTERBOX, layout, List.of(), 0.25f, 0.45f);
    }

    float logit() {
      return (float) (random.nextGaussian() * 3);
    }
  }

  private static double sigmoid(double v) {
    return 1 / (1 + Math.exp(-v));
  }

  private static FloatBuffer direct(List<Float> values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(4 * values.size()).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int i = 0; i < values.size(); i++) {
      buffer.put(i, values.get(i));
    }
    return buffer;
  }

  private static void assertSame(
      Candidates found, List<Candidate> all, double threshold, int seed) {
    List<Candidate> expected =
        all.stream().filter(c -> c.score() >= threshold + 1e-5).sorted(ORDER).toList();
    long doubtful = all.stream().filter(c -> Math.abs(c.score() - threshold) < 1e-5).count();
    assertThat((long) found.count)
        .as("seed %d", seed)
        .isBetween((long) expected.size(), expected.size() + doubtful);
    List<Candidate> actual = new ArrayList<>();
    for (int i = 0; i < found.count; i++) {
      if (found.score[i] >= threshold + 1e-5) {
        actual.add(
            new Candidate(
                (found.x1[i] + found.x2[i]) / 2,
                (found.y1[i] + found.y2[i]) / 2,
                found.x2[i] - found.x1[i],
                found.y2[i] - found.y1[i],
                found.score[i],
                found.classId[i]));
      }
    }
    actual.sort(ORDER);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Candidate a = actual.get(i);
      Candidate e = expected.get(i);
      double size = 1e-3 + 1e-5 * Math.max(Math.abs(e.w()), Math.abs(e.h()));
      assertThat(a.score()).isCloseTo(e.score(), within(1e-5));
      assertThat(a.classId()).isEqualTo(e.classId());
      assertThat(a.x()).isCloseTo(e.x(), within(size));
      assertThat(a.y()).isCloseTo(e.y(), within(size));
      assertThat(a.w()).isCloseTo(e.w(), within(size));
      assertThat(a.h()).isCloseTo(e.h(), within(size));
    }
  }

  /** Candidates are as good as never at the same place. */
  private static final Comparator<Candidate> ORDER =
      Comparator.comparingInt(Candidate::classId)
          .thenComparingLong(c -> Math.round(c.score() * 1e4))
          .thenComparingDouble(Candidate::x);

  private static int best(double[] scores) {
    int best = 0;
    for (int c = 1; c < scores.length; c++) {
      best = scores[c] > scores[best] ? c : best;
    }
    return best;
  }

  private static Candidate yolov5(Case c, int head, int a, int y, int x, double[] v) {
    double[] scores = new double[c.classes];
    for (int k = 0; k < c.classes; k++) {
      scores[k] = v[4] * v[5 + k];
    }
    Anchor anchor = c.priors.get(head).get(a);
    int best = best(scores);
    return new Candidate(
        (2 * v[0] - 0.5 + x) * c.strides[head],
        (2 * v[1] - 0.5 + y) * c.strides[head],
        Math.pow(2 * v[2], 2) * anchor.width(),
        Math.pow(2 * v[3], 2) * anchor.height(),
        scores[best],
        best);
  }

  private static Candidate yolov3(Case c, int head, int a, int y, int x, double[] v) {
    Candidate other = yolov5(c, head, a, y, x, v);
    Anchor anchor = c.priors.get(head).get(a);
    return new Candidate(
        (v[0] + x) * c.strides[head],
        (v[1] + y) * c.strides[head],
        v[2] * anchor.width(),
        v[3] * anchor.height(),
        other.score(),
        other.classId());
  }

  private static Candidates read(
      DetectorSpec spec, List<List<Long>> shapes, List<FloatBuffer> out, float threshold) {
    Candidates candidates = new Candidates();
    spec.layout()
        .decoder(
            size(spec),
            name -> shapes.get(name.equals("out") ? 0 : Integer.parseInt(name.substring(3))))
        .decode(out, threshold, candidates);
    return candidates;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void rawHeadsInPlanesAndInCells(int seed) {
    rawHeads(seed, AnchorCoding.YOLOV5, false);
    rawHeads(seed, AnchorCoding.YOLOV5, true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void rawHeadsOfYolov3(int seed) {
    rawHeads(seed, AnchorCoding.YOLOV3, false);
  }

  private static void rawHeads(int seed, AnchorCoding coding, boolean cells) {
    for (float threshold : new float[] {0, 0.001f, 0.25f, 0.9f}) {
      Case c = new Case(seed);
      int channels = 5 + c.classes;
      List<List<Long>> shapes = new ArrayList<>();
      List<FloatBuffer> outputs = new ArrayList<>();
      List<Candidate> all = new ArrayList<>();
      for (int i = 0; i < c.strides.length; i++) {
        int rows = c.height / c.strides[i];
        int columns = c.width / c.strides[i];
        Float[] values = new Float[c.anchors * channels * rows * columns];
        for (int a = 0; a < c.anchors; a++) {
          for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
              double[] v = new double[channels];
              for (int k = 0; k < channels; k++) {
                float logit = c.logit();
                boolean side = coding == AnchorCoding.YOLOV3 && (k == 2 || k == 3);
                v[k] = side ? Math.exp(logit) : sigmoid(logit);
                int planar = ((a * channels + k) * rows + y) * columns + x;
                int split = ((a * rows + y) * columns + x) * channels + k;
                values[cells ? split : planar] = logit;
              }
              all.add(
                  coding == AnchorCoding.YOLOV5
                      ? yolov5(c, i, a, y, x, v)
                      : yolov3(c, i, a, y, x, v));
            }
          }
        }
        outputs.add(direct(List.of(values)));
        shapes.add(
            cells
                ? List.of(1L, (long) c.anchors, (long) rows, (long) columns, (long) channels)
                : List.of(1L, (long) c.anchors * channels, (long) rows, (long) columns));
      }
      DetectorSpec spec = c.spec(new RawHeads(coding, c.heads(false, true), c.classes));
      assertSame(read(spec, shapes, outputs, threshold), all, threshold, seed);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void flatRowsOfYolov5(int seed) {
    for (float threshold : new float[] {0.001f, 0.25f}) {
      for (boolean logits : new boolean[] {false, true}) {
        Case c = new Case(seed);
        List<Float> values = new ArrayList<>();
        List<Candidate> all = new ArrayList<>();
        for (int i = 0; i < c.strides.length; i++) {
          for (int a = 0; a < c.anchors; a++) {
            for (int y = 0; y < c.height / c.strides[i]; y++) {
              for (int x = 0; x < c.width / c.strides[i]; x++) {
                double[] v = new double[5 + c.classes];
                for (int k = 0; k < v.length; k++) {
                  float logit = c.logit();
                  float stored = logits ? logit : (float) sigmoid(logit);
                  values.add(stored);
                  v[k] = logits ? sigmoid(stored) : stored;
                }
                all.add(yolov5(c, i, a, y, x, v));
              }
            }
          }
        }
        DetectorSpec spec =
            c.spec(
                new FlatRows(
                    "out", BoxCoding.YOLOV5_SIGMOID, logits, c.heads(true, true), c.classes));
        List<Long> shape = List.of(1L, (long) all.size(), 5L + c.classes);
        assertSame(
            read(spec, List.of(shape), List.of(direct(values)), threshold), all, threshold, seed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void flatRowsOfYoloxAndInPixels(int seed) {
    for (BoxCoding coding : new BoxCoding[] {BoxCoding.YOLOX, BoxCoding.PIXELS}) {
      for (boolean logits : new boolean[] {false, true}) {
        Case c = new Case(seed);
        float threshold = 0.25f;
        List<Float> values = new ArrayList<>();
        List<Candidate> all = new ArrayList<>();
        for (int stride : c.strides) {
          for (int y = 0; y < c.height / stride; y++) {
            for (int x = 0; x < c.width / stride; x++) {
              float[] box = new float[4];
              for (int k = 0; k < 4; k++) {
                box[k] = coding == BoxCoding.PIXELS ? c.random.nextFloat() * 300 : c.logit() / 2;
                values.add(box[k]);
              }
              double[] v = new double[1 + c.classes];
              for (int k = 0; k < v.length; k++) {
                float logit = c.logit();
                float stored = logits ? logit : (float) sigmoid(logit);
                values.add(stored);
                v[k] = logits ? sigmoid(stored) : stored;
              }
              double[] scores = new double[c.classes];
              for (int k = 0; k < c.classes; k++) {
                scores[k] = v[0] * v[1 + k];
              }
              int best = best(scores);
              all.add(
                  coding == BoxCoding.PIXELS
                      ? new Candidate(box[0], box[1], box[2], box[3], scores[best], best)
                      : new Candidate(
                          (box[0] + x) * stride,
                          (box[1] + y) * stride,
                          Math.exp(box[2]) * stride,
                          Math.exp(box[3]) * stride,
                          scores[best],
                          best));
            }
          }
        }
        List<Head> heads = coding == BoxCoding.PIXELS ? List.of() : c.heads(true, false);
        DetectorSpec spec = c.spec(new FlatRows("out", coding, logits, heads, c.classes));
        List<Long> shape = List.of(1L, (long) all.size(), 5L + c.classes);
        assertSame(
            read(spec, List.of(shape), List.of(direct(values)), threshold), all, threshold, seed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void flatColumns(int seed) {
    Case c = new Case(seed);
    int count = 100 + c.random.nextInt(500);
    Float[] values = new Float[(4 + c.classes) * count];
    List<Candidate> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] box = new float[4];
      for (int k = 0; k < 4; k++) {
        box[k] = c.random.nextFloat() * 300;
        values[k * count + i] = box[k];
      }
      double[] scores = new double[c.classes];
      for (int k = 0; k < c.classes; k++) {
        float score = (float) sigmoid(c.logit());
        values[(4 + k) * count + i] = score;
        scores[k] = score;
      }
      int best = best(scores);
      all.add(new Candidate(box[0], box[1], box[2], box[3], scores[best], best));
    }
    DetectorSpec spec = c.spec(new FlatColumns("out", c.classes));
    List<Long> shape = List.of(1L, 4L + c.classes, (long) count);
    FloatBuffer output = direct(List.of(values));
    assertSame(read(spec, List.of(shape), List.of(output), 0.25f), all, 0.25, seed);
    assertSame(read(spec, List.of(shape), List.of(output), 0f), all, 0, seed);
  }

  @Test
  void numbersThatAreNoneAreLeftOut() {
    Case c = new Case(2);
    int count = 4;
    List<Float> values = new ArrayList<>();
    float[] objectness = {Float.NaN, 9, 9, Float.POSITIVE_INFINITY};
    for (int i = 0; i < count; i++) {
      values.addAll(List.of(0f, 0f, i == 1 ? Float.NaN : i == 2 ? 1e30f : 1f, 1f));
      values.add(objectness[i]);
      for (int k = 0; k < c.classes; k++) {
        values.add(9f);
      }
    }
    DetectorSpec spec =
        new DetectorSpec(
            32,
            32,
            Colour.BGR,
            Resize.LETTERBOX,
            new FlatRows(
                "out", BoxCoding.YOLOX, true, List.of(new Head("out", 16, List.of())), c.classes),
            List.of(),
            0.25f,
            0.45f);
    Candidates found =
        read(spec, List.of(List.of(1L, 4L, 5L + c.classes)), List.of(direct(values)), 0.25f);
    assertThat(found.count).isEqualTo(1);
    assertThat(found.score[0]).isCloseTo(1, within(1e-3f));
  }

  @Test
  void anOutputThatDoesNotFitIsNamedWithBothShapes() {
    Case c = new Case(2);
    DetectorSpec spec = c.spec(new RawHeads(c.heads(false, true), c.classes));
    int channels = c.anchors * (5 + c.classes);
    int rows = c.height / 8;
    int columns = c.width / 8;
    assertThatThrownBy(() -> spec.layout().decoder(size(spec), name -> List.of(1L, 7L, 8L, 8L)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "output 'out0' is [1,7,8,8], but the model's metadata says [1,%d,%d,%d] or [1,%d,%d,%d,%d]; convert the model again"
                .formatted(channels, rows, columns, c.anchors, rows, columns, 5 + c.classes));
  }

  private static InputSize size(DetectorSpec spec) {
    return new InputSize(spec.inputWidth(), spec.inputHeight());
  }
}
