package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.HeadLayout;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One output of boxes with more than a box and scores, as the YOLO family has it from YOLOv8 on:
 * raw, {@code [1, 4 + classes + extras, N]}, a column a candidate; or end to end, {@code [1, N, 6 +
 * extras]}, a row an object with box, score, class and extras. Boxes are in pixels of the input:
 * raw by centre and size, end to end by corners, unless they are turned.
 *
 * <p>Metadata: {@code output}, {@code end_to_end}.
 *
 * @param extras how many more numbers a candidate has
 */
record CandidateTable(String output, boolean endToEnd, int classes, int extras) {

  private static final int BEFORE_EXTRAS = 6;

  CandidateTable {
    HeadList.requireClasses(classes);
    if (extras < 1) {
      throw new IllegalArgumentException("a candidate has more than a box, not " + extras);
    }
  }

  static CandidateTable read(MetadataSection info, int classes, int extras) {
    return new CandidateTable(info.text("output"), info.flag("end_to_end"), classes, extras);
  }

  /** More rows than any network leaves, fewer than one without suppression has. */
  private static final int MOST_ROWS = 1000;

  /** Recognises the output of an IR that names no layout. */
  static Optional<CandidateTable> recognise(
      UndescribedOutputs ir, TensorDescription output, int extras) {
    List<Long> shape = output.shape();
    int labels = ir.labels().size();
    long across = shape.get(1);
    long down = shape.get(2);
    if (labels > 0 && down == BEFORE_EXTRAS + extras && across <= MOST_ROWS) {
      return Optional.of(new CandidateTable(output.name(), true, labels, extras));
    }
    long classes = across - 4 - extras;
    boolean fits = labels > 0 ? classes == labels : ir.cells() > 0 && down == ir.cells();
    return fits && classes > 0
        ? Optional.of(new CandidateTable(output.name(), false, Math.toIntExact(classes), extras))
        : Optional.empty();
  }

  void write(Map<String, String> info) {
    info.put("output", output);
    info.put("end_to_end", Boolean.toString(endToEnd));
  }

  CandidateTable renamed(UnaryOperator<String> names) {
    return new CandidateTable(names.apply(output), endToEnd, classes, extras);
  }

  private int columns() {
    return extras + (endToEnd ? BEFORE_EXTRAS : 4 + classes);
  }

  /** Candidates of an output that fits; raw ones are not suppressed yet. */
  private int count(HeadLayout.OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    int across = endToEnd ? 2 : 1;
    if (shape.size() != 3 || shape.get(0) != 1 || shape.get(across) != columns()) {
      throw Grid.misfit(
          output, shape, (endToEnd ? "[1,rows,%d]" : "[1,%d,candidates]").formatted(columns()));
    }
    return Math.toIntExact(shape.get(3 - across));
  }

  /** Reads box, score and class of each candidate, and notes its place. */
  HeadLayout.HeadDecoder decoder(HeadLayout.OutputShapes shapes, boolean corners) {
    int count = count(shapes);
    return endToEnd
        ? (tensors, threshold, candidates) ->
            rows(tensors.get(0), count, corners, threshold, candidates)
        : new FlatColumns.Columns(classes, count);
  }

  private void rows(
      FloatBuffer rows, int count, boolean corners, float threshold, Candidates candidates) {
    for (int i = 0, at = 0; i < count; i++, at += columns()) {
      float score = rows.get(at + 4);
      int c = Math.round(rows.get(at + 5));
      if (score >= threshold && score > 0 && candidates.accepts(c, classes)) {
        float x = rows.get(at);
        float y = rows.get(at + 1);
        float w = rows.get(at + 2);
        float h = rows.get(at + 3);
        candidates.place = i;
        if (corners) {
          candidates.addCorners(x, y, w, h, score, c);
        } else {
          candidates.add(x, y, w, h, score, c);
        }
      }
    }
  }

  /** Where the extras of a candidate are. */
  Places places(HeadLayout.OutputShapes shapes) {
    int count = count(shapes);
    return endToEnd
        ? new Places(BEFORE_EXTRAS, columns(), 1)
        : new Places((4 + classes) * count, 1, count);
  }

  /**
   * Where the extras of a candidate are.
   *
   * @param first of the first candidate
   * @param candidate the way from one candidate to the next
   * @param number the way from one number to the next
   */
  record Places(int first, int candidate, int number) {

    int of(int place, int index) {
      return first + place * candidate + index * number;
    }
  }

  /** Rows of nearly the same score may be in another order, so only their scores are compared. */
  Optional<OutputParts> parts(List<Long> shape, float[] values, String extraName) {
    if (shape.size() != 3 || shape.get(endToEnd ? 2 : 1) != columns()) {
      return Optional.empty();
    }
    Map<String, float[]> parts = new LinkedHashMap<>();
    if (endToEnd) {
      float[] scores = new float[values.length / columns()];
      for (int row = 0; row < scores.length; row++) {
        scores[row] = values[row * columns() + 4];
      }
      Arrays.sort(scores);
      parts.put("scores", scores);
    } else {
      int count = Math.toIntExact(shape.get(2));
      parts.put("boxes", Arrays.copyOf(values, 4 * count));
      parts.put("scores", Arrays.copyOfRange(values, 4 * count, (4 + classes) * count));
      parts.put(extraName, Arrays.copyOfRange(values, (4 + classes) * count, values.length));
    }
    return Optional.of(new OutputParts(parts, false));
  }
}
