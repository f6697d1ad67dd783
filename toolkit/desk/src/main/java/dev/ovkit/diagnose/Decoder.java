package dev.ovkit.diagnose;

import dev.ovkit.diagnose.OutputReading.Decoding;
import dev.ovkit.diagnose.OutputReading.Place;
import dev.ovkit.diagnose.OutputReading.Score;
import dev.ovkit.diagnose.OutputReading.Sigmoid;
import dev.ovkit.head.Anchor;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.network.Postprocessor;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.subject.Output;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads boxes from raw outputs in any way a {@link Reading} says. What passes the threshold becomes
 * rows in pixels, which the {@link Postprocessor} of {@code infer} takes from there.
 */
final class Decoder {

  /**
   * Looked at first. A wrong reading lets everything pass, and these already fill its result; on a
   * crowded picture a right one needs more.
   */
  private static final int FIRST_CANDIDATES = 600;

  private record Candidate(float x, float y, float width, float height, float score, int classId) {}

  static List<Detection> read(List<Output> outputs, Reading reading, Letterbox letterbox) {
    OutputReading how = reading.output();
    List<Candidate> candidates = new ArrayList<>();
    for (Block block : how.blocks()) {
      read(outputs.get(block.tensor()).values(), block, reading, letterbox, candidates);
    }
    if (candidates.isEmpty()) {
      return List.of();
    }
    if (candidates.size() > FIRST_CANDIDATES) {
      candidates.sort(Comparator.comparingDouble(Candidate::score).reversed());
      List<Detection> best = suppress(candidates.subList(0, FIRST_CANDIDATES), reading, letterbox);
      if (best.size() == DetectOptions.defaults().maxDetections()) {
        return best;
      }
    }
    return suppress(candidates, reading, letterbox);
  }

  private static void read(
      float[] v, Block block, Reading reading, Letterbox letterbox, List<Candidate> candidates) {
    OutputReading how = reading.output();
    Place p = how.place(block);
    int firstClass = how.objectness() ? 5 : 4;
    float lowest = reading.confidence();
    for (int a = 0; a < block.anchors(); a++) {
      for (int y = 0; y < block.rows(); y++) {
        for (int x = 0; x < block.columns(); x++) {
          int at = p.start() + a * p.anchor() + y * p.row() + x * p.cell();
          boolean useObjectness = how.objectness() && how.score() != Score.CLASS;
          float objectness = useObjectness ? activate(v[at + 4 * p.column()], how.sigmoid()) : 1;
          if (!(objectness >= lowest)) {
            continue;
          }
          int best = 0;
          float bestValue = v[at + firstClass * p.column()];
          for (int c = 1; c < how.classes(); c++) {
            float value = v[at + (firstClass + c) * p.column()];
            if (value > bestValue) {
              best = c;
              bestValue = value;
            }
          }
          float score =
              how.score() == Score.OBJECTNESS
                  ? objectness
                  : objectness * activate(bestValue, how.sigmoid());
          if (score >= lowest && score <= 1) {
            int classId = Math.floorMod(best + how.classShift(), how.classes());
            add(v, at, p, block, a, y, x, how, letterbox, score, classId, candidates);
          }
        }
      }
    }
  }

  private static void add(
      float[] v,
      int at,
      Place p,
      Block block,
      int a,
      int row,
      int column,
      OutputReading how,
      Letterbox letterbox,
      float score,
      int classId,
      List<Candidate> candidates) {
    float[] b = new float[4];
    for (int i = 0; i < 4; i++) {
      b[i] = v[at + i * p.column()];
    }
    switch (how.box()) {
      case SIZE_EXCHANGED -> exchange(b, 2, 3);
      case CENTRE_EXCHANGED -> exchange(b, 0, 1);
      case BOTH_EXCHANGED -> {
        exchange(b, 0, 1);
        exchange(b, 2, 3);
      }
      default -> {
        // already in its place, or put there below
      }
    }
    decode(b, block, a, row, column, how, letterbox);
    switch (how.box()) {
      case CORNERS -> {
        float left = b[0];
        float top = b[1];
        b[0] = (left + b[2]) / 2;
        b[1] = (top + b[3]) / 2;
        b[2] -= left;
        b[3] -= top;
      }
      case CORNER_SIZE -> {
        b[0] += b[2] / 2;
        b[1] += b[3] / 2;
      }
      default -> {
        // centre and size
      }
    }
    if (b[2] > 0 && b[3] > 0 && Float.isFinite(b[0] + b[1] + b[2] + b[3])) {
      candidates.add(new Candidate(b[0], b[1], b[2], b[3], score, classId));
    }
  }

  private static void decode(
      float[] b, Block block, int a, int row, int column, OutputReading how, Letterbox letterbox) {
    int stride = block.stride();
    Decoding decoding = how.decoding();
    if (decoding == Decoding.YOLOV5 || decoding == Decoding.YOLOV5_SIZE) {
      for (int i = decoding == Decoding.YOLOV5 ? 0 : 2; i < 4; i++) {
        b[i] = activate(b[i], how.sigmoid());
      }
    }
    Anchor anchor = block.priors().isEmpty() ? NONE : block.priors().get(a);
    switch (decoding) {
      case PIXELS -> {
        b[2] *= anchor.width();
        b[3] *= anchor.height();
      }
      case UNIT -> {
        b[0] *= letterbox.targetWidth();
        b[2] *= letterbox.targetWidth();
        b[1] *= letterbox.targetHeight();
        b[3] *= letterbox.targetHeight();
      }
      case CELLS -> {
        for (int i = 0; i < 4; i++) {
          b[i] *= stride;
        }
      }
      case YOLOV5, YOLOV5_SIZE -> {
        if (decoding == Decoding.YOLOV5) {
          b[0] = (2 * b[0] - 0.5f + column) * stride;
          b[1] = (2 * b[1] - 0.5f + row) * stride;
        }
        b[2] = 4 * b[2] * b[2] * anchor.width();
        b[3] = 4 * b[3] * b[3] * anchor.height();
      }
      case YOLOV5_TWICE -> {
        b[0] = (b[0] / stride - column + 0.5f) / 2;
        b[1] = (b[1] / stride - row + 0.5f) / 2;
        b[2] = (float) Math.sqrt(b[2] / anchor.width()) / 2;
        b[3] = (float) Math.sqrt(b[3] / anchor.height()) / 2;
      }
      case YOLOX, YOLOX_SIZE -> {
        if (decoding == Decoding.YOLOX) {
          b[0] = (b[0] + column) * stride;
          b[1] = (b[1] + row) * stride;
        }
        b[2] = (float) Math.exp(b[2]) * stride;
        b[3] = (float) Math.exp(b[3]) * stride;
      }
    }
  }

  private static final Anchor NONE = new Anchor(1, 1);

  private static float activate(float value, Sigmoid applied) {
    return switch (applied) {
      case NONE -> (float) (1 / (1 + Math.exp(-value)));
      case ONCE -> value;
      case TWICE -> (float) Math.log(value / (1 - (double) value));
    };
  }

  private static void exchange(float[] b, int i, int j) {
    float kept = b[i];
    b[i] = b[j];
    b[j] = kept;
  }

  private static List<Detection> suppress(
      List<Candidate> candidates, Reading reading, Letterbox letterbox) {
    int classes = reading.output().classes();
    int columns = 5 + classes;
    FloatBuffer rows = FloatBuffer.allocate(candidates.size() * columns);
    for (int i = 0; i < candidates.size(); i++) {
      Candidate c = candidates.get(i);
      int at = i * columns;
      rows.put(at, c.x).put(at + 1, c.y).put(at + 2, c.width).put(at + 3, c.height);
      rows.put(at + 4, c.score).put(at + 5 + c.classId, 1);
    }
    DetectorSpec pixels =
        new DetectorSpec(
            letterbox.targetWidth(),
            letterbox.targetHeight(),
            Colour.BGR,
            reading.input().resize(),
            Layouts.pixelRows("rows", classes),
            reading.labels().size() == classes ? reading.labels() : List.of(),
            reading.confidence(),
            reading.iou());
    List<Long> shape = List.of(1L, (long) candidates.size(), (long) columns);
    return new Postprocessor(pixels, DetectOptions.defaults(), name -> shape)
        .run(List.of(rows), letterbox)
        .objects();
  }

  private Decoder() {}
}
