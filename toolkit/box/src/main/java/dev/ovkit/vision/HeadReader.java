package dev.ovkit.vision;

import dev.ovkit.ModelException;
import dev.ovkit.model.Anchor;
import dev.ovkit.model.BoxCoding;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the candidates out of an output tensor, in place.
 *
 * <p>A candidate has the class that scores best. The formulas are those of {@link HeadLayout}.
 * Whatever is a logit is compared as a logit; only what passes is put through a sigmoid.
 */
sealed interface HeadReader
    permits HeadReader.Planes, HeadReader.Rows, HeadReader.Columns, LazyHeadReader {

  /**
   * Adds every box whose score reaches the threshold.
   *
   * @param tensors of the whole model
   * @param first where those that this reader reads begin
   */
  void read(List<FloatBuffer> tensors, int first, float threshold, Candidates candidates);

  /** Returns the names of the tensors that it reads, in order. */
  List<String> outputs();

  /**
   * Returns a reader for each output of a detector.
   *
   * @param shapes of the outputs by name, as the compiled model has them
   * @param weights what lazy heads compute with
   * @throws ModelException when a shape does not fit the layout
   */
  static List<HeadReader> of(DetectorSpec spec, Shapes shapes, HeadWeights weights) {
    HeadLayout layout = spec.layout();
    List<HeadReader> readers = new ArrayList<>();
    if (layout instanceof HeadLayout.RawHeads raw) {
      for (Head head : raw.heads()) {
        readers.add(rawHead(spec, head, raw.classes(), shapes.of(head.output())));
      }
    } else if (layout instanceof HeadLayout.LazyHeads lazy) {
      for (int i = 0; i < lazy.heads().size(); i++) {
        HeadLayout.LazyHead head = lazy.heads().get(i);
        readers.add(lazyHead(spec, head, lazy.classes(), shapes, weights.of(i)));
      }
    } else if (layout instanceof HeadLayout.FlatRows rows) {
      readers.add(flatRows(spec, rows, shapes.of(rows.output())));
    } else if (layout instanceof HeadLayout.FlatColumns columns) {
      List<Long> shape = shapes.of(columns.output());
      int channels = 4 + columns.classes();
      if (shape.size() != 3 || shape.get(0) != 1 || shape.get(1) != channels) {
        throw misfit(columns.output(), shape, "[1,%d,candidates]".formatted(channels));
      }
      readers.add(new Columns(columns.output(), columns.classes(), Math.toIntExact(shape.get(2))));
    }
    return readers;
  }

  /** The shapes of a model's outputs. */
  interface Shapes {
    List<Long> of(String output);
  }

  private static HeadReader rawHead(DetectorSpec spec, Head head, int classes, List<Long> shape) {
    Grid grid = Grid.of(spec, head);
    int anchors = head.anchors().size();
    long channels = 5L + classes;
    List<Long> planar = List.of(1L, anchors * channels, (long) grid.rows(), (long) grid.columns());
    List<Long> split =
        List.of(1L, (long) anchors, (long) grid.rows(), (long) grid.columns(), channels);
    if (shape.equals(planar)) {
      return new Planes(head, grid, classes);
    }
    if (shape.equals(split)) {
      return new Rows(
          head.output(), BoxCoding.YOLOV5_SIGMOID, true, List.of(head), List.of(grid), classes, 0);
    }
    throw misfit(head.output(), shape, "%s or %s".formatted(text(planar), text(split)));
  }

  private static HeadReader lazyHead(
      DetectorSpec spec, HeadLayout.LazyHead head, int classes, Shapes shapes, float[] weights) {
    Grid grid = Grid.of(spec, head.head());
    requirePlanes(head.head().output(), shapes, head.head().anchors().size(), grid);
    requirePlanes(head.features(), shapes, head.channels(), grid);
    return new LazyHeadReader(head, grid, classes, weights);
  }

  private static void requirePlanes(String output, Shapes shapes, long channels, Grid grid) {
    List<Long> wanted = List.of(1L, channels, (long) grid.rows(), (long) grid.columns());
    if (!shapes.of(output).equals(wanted)) {
      throw misfit(output, shapes.of(output), text(wanted));
    }
  }

  private static HeadReader flatRows(
      DetectorSpec spec, HeadLayout.FlatRows rows, List<Long> shape) {
    List<Grid> grids = new ArrayList<>();
    long count = 0;
    if (rows.boxes() != BoxCoding.PIXELS) {
      for (Head head : rows.heads()) {
        Grid grid = Grid.of(spec, head);
        grids.add(grid);
        count += (long) Math.max(1, head.anchors().size()) * grid.cells();
      }
    }
    boolean fits =
        shape.size() == 3
            && shape.get(0) == 1
            && (grids.isEmpty() || shape.get(1) == count)
            && shape.get(2) == 5 + rows.classes();
    if (!fits) {
      throw misfit(
          rows.output(),
          shape,
          "[1,%s,%d]"
              .formatted(
                  grids.isEmpty() ? "candidates" : Long.toString(count), 5 + rows.classes()));
    }
    return new Rows(
        rows.output(),
        rows.boxes(),
        rows.logits(),
        rows.heads(),
        grids,
        rows.classes(),
        Math.toIntExact(shape.get(1)));
  }

  private static ModelException misfit(String output, List<Long> shape, String expected) {
    return new ModelException(
        "output '%s' is %s, expected %s by the model's metadata; convert the model again"
            .formatted(output, text(shape), expected));
  }

  private static String text(List<Long> shape) {
    return shape.toString().replace(" ", "");
  }

  /** The cells of one head. */
  record Grid(int rows, int columns) {
    static Grid of(DetectorSpec spec, Head head) {
      int stride = head.stride();
      if (spec.inputHeight() % stride != 0 || spec.inputWidth() % stride != 0) {
        throw new ModelException(
            "an input of %dx%d is no multiple of stride %d, expected one; convert the model again"
                .formatted(spec.inputWidth(), spec.inputHeight(), stride));
      }
      return new Grid(spec.inputHeight() / stride, spec.inputWidth() / stride);
    }

    int cells() {
      return rows * columns;
    }
  }

  static float sigmoid(float logit) {
    return (float) (1 / (1 + Math.exp(-logit)));
  }

  /** The logit of a score, a little lower, so that rounding loses none that reaches the score. */
  static float logitFloor(float score) {
    return (float) (Math.log(score / (1.0 - score)) - 1e-4);
  }

  /** {@code [1, na*(5+nc), H, W]}: a plane of logits for each number of each anchor. */
  final class Planes implements HeadReader {
    private final String output;
    private final Grid grid;
    private final int classes;
    private final AnchorBoxes boxes;

    /** Objectness of one anchor, then the cells that pass, their best class and its logit. */
    private final float[] objectness;

    private final int[] cells;
    private final float[] best;
    private final int[] bestClass;

    Planes(Head head, Grid grid, int classes) {
      this.output = head.output();
      this.grid = grid;
      this.classes = classes;
      this.boxes = new AnchorBoxes(head, grid);
      this.objectness = new float[grid.cells()];
      this.cells = new int[grid.cells()];
      this.best = new float[grid.cells()];
      this.bestClass = new int[grid.cells()];
    }

    @Override
    public List<String> outputs() {
      return List.of(output);
    }

    @Override
    public void read(List<FloatBuffer> tensors, int first, float threshold, Candidates candidates) {
      FloatBuffer heads = tensors.get(first);
      float floor = logitFloor(threshold);
      for (int a = 0; a < boxes.anchors(); a++) {
        int base = a * (5 + classes) * grid.cells();
        int passing = findCells(heads, base + 4 * grid.cells(), floor);
        if (passing > 0) {
          findClasses(heads, base + 5 * grid.cells(), passing);
          for (int k = 0; k < passing; k++) {
            float score = sigmoid(objectness[cells[k]]) * sigmoid(best[k]);
            if (score >= threshold) {
              add(heads, base, a, cells[k], score, bestClass[k], candidates);
            }
          }
        }
      }
    }

    private int findCells(FloatBuffer heads, int plane, float floor) {
      heads.get(plane, objectness, 0, objectness.length);
      int passing = 0;
      for (int cell = 0; cell < objectness.length; cell++) {
        if (objectness[cell] >= floor) {
          cells[passing++] = cell;
        }
      }
      return passing;
    }

    /** Class by class, so that memory is walked forwards and neighbouring cells share a line. */
    private void findClasses(FloatBuffer heads, int firstPlane, int passing) {
      Arrays.fill(best, 0, passing, Float.NEGATIVE_INFINITY);
      Arrays.fill(bestClass, 0, passing, 0);
      for (int c = 0; c < classes; c++) {
        int plane = firstPlane + c * grid.cells();
        for (int k = 0; k < passing; k++) {
          float logit = heads.get(plane + cells[k]);
          if (logit > best[k]) {
            best[k] = logit;
            bestClass[k] = c;
          }
        }
      }
    }

    private void add(
        FloatBuffer heads, int base, int a, int cell, float score, int c, Candidates candidates) {
      int plane = grid.cells();
      boxes.add(
          heads.get(base + cell),
          heads.get(base + plane + cell),
          heads.get(base + 2 * plane + cell),
          heads.get(base + 3 * plane + cell),
          a,
          cell,
          score,
          c,
          candidates);
    }
  }

  /** Rows of {@code 5+nc} numbers: {@code [1, N, 5+nc]} or {@code [1, na, H, W, 5+nc]}. */
  final class Rows implements HeadReader {
    private final String output;
    private final BoxCoding coding;
    private final boolean logits;
    private final List<Head> heads;
    private final List<Grid> grids;
    private final int classes;
    private final int pixelRows;

    Rows(
        String output,
        BoxCoding coding,
        boolean logits,
        List<Head> heads,
        List<Grid> grids,
        int classes,
        int pixelRows) {
      this.output = output;
      this.coding = coding;
      this.logits = logits;
      this.heads = heads;
      this.grids = grids;
      this.classes = classes;
      this.pixelRows = pixelRows;
    }

    @Override
    public List<String> outputs() {
      return List.of(output);
    }

    @Override
    public void read(List<FloatBuffer> tensors, int first, float threshold, Candidates candidates) {
      FloatBuffer rows = tensors.get(first);
      float floor = logits ? logitFloor(threshold) : threshold;
      int columns = 5 + classes;
      if (coding == BoxCoding.PIXELS) {
        for (int row = 0; row < pixelRows; row++) {
          int at = row * columns;
          if (rows.get(at + 4) >= floor) {
            int c = bestClass(rows, at + 5);
            float score = score(rows.get(at + 4), rows.get(at + 5 + c));
            if (score >= threshold) {
              candidates.add(
                  rows.get(at), rows.get(at + 1), rows.get(at + 2), rows.get(at + 3), score, c);
            }
          }
        }
        return;
      }
      int at = 0;
      for (int h = 0; h < heads.size(); h++) {
        Head head = heads.get(h);
        Grid grid = grids.get(h);
        int anchors = Math.max(1, head.anchors().size());
        for (int a = 0; a < anchors; a++) {
          for (int y = 0; y < grid.rows(); y++) {
            for (int x = 0; x < grid.columns(); x++, at += columns) {
              if (rows.get(at + 4) >= floor) {
                int c = bestClass(rows, at + 5);
                float score = score(rows.get(at + 4), rows.get(at + 5 + c));
                if (score >= threshold) {
                  add(rows, at, head, a, x, y, score, c, candidates);
                }
              }
            }
          }
        }
      }
    }

    private void add(
        FloatBuffer rows,
        int at,
        Head head,
        int a,
        int cellX,
        int cellY,
        float score,
        int c,
        Candidates candidates) {
      int stride = head.stride();
      float x = rows.get(at);
      float y = rows.get(at + 1);
      float w = rows.get(at + 2);
      float h = rows.get(at + 3);
      if (coding == BoxCoding.YOLOX) {
        candidates.add(
            (x + cellX) * stride,
            (y + cellY) * stride,
            (float) Math.exp(w) * stride,
            (float) Math.exp(h) * stride,
            score,
            c);
        return;
      }
      if (logits) {
        x = sigmoid(x);
        y = sigmoid(y);
        w = sigmoid(w);
        h = sigmoid(h);
      }
      Anchor anchor = head.anchors().get(a);
      candidates.add(
          (2 * x - 0.5f + cellX) * stride,
          (2 * y - 0.5f + cellY) * stride,
          4 * w * w * anchor.width(),
          4 * h * h * anchor.height(),
          score,
          c);
    }

    private int bestClass(FloatBuffer rows, int from) {
      int best = 0;
      float bestValue = rows.get(from);
      for (int c = 1; c < classes; c++) {
        float value = rows.get(from + c);
        if (value > bestValue) {
          best = c;
          bestValue = value;
        }
      }
      return best;
    }

    private float score(float objectness, float best) {
      return logits ? sigmoid(objectness) * sigmoid(best) : objectness * best;
    }
  }

  /** {@code [1, 4+nc, N]}: a column a candidate. */
  final class Columns implements HeadReader {
    private final String output;
    private final int classes;
    private final int count;
    private final float[] row;
    private final float[] best;
    private final int[] bestClass;

    Columns(String output, int classes, int count) {
      this.output = output;
      this.classes = classes;
      this.count = count;
      this.row = new float[count];
      this.best = new float[count];
      this.bestClass = new int[count];
    }

    @Override
    public List<String> outputs() {
      return List.of(output);
    }

    @Override
    public void read(List<FloatBuffer> tensors, int first, float threshold, Candidates candidates) {
      FloatBuffer columns = tensors.get(first);
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int c = 0; c < classes; c++) {
        columns.get((4 + c) * count, row, 0, count);
        for (int i = 0; i < count; i++) {
          // Nearly every number is below the threshold, so the first test decides.
          if (row[i] >= threshold && row[i] > best[i]) {
            best[i] = row[i];
            bestClass[i] = c;
          }
        }
      }
      for (int i = 0; i < count; i++) {
        if (best[i] >= threshold) {
          candidates.add(
              columns.get(i),
              columns.get(count + i),
              columns.get(2 * count + i),
              columns.get(3 * count + i),
              best[i],
              bestClass[i]);
        }
      }
    }
  }
}
