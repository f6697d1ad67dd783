package dev.ovkit.layout;

import dev.ovkit.ModelException;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Decoded boxes and a score for each class, without objectness, where a candidate is the same place
 * of both: two outputs, or one with the box first.
 *
 * <p>Boxes are {@code [1, N, 4]} or {@code [1, N, 1, 4]}; scores are {@code [1, N, classes]} or,
 * with {@code classesFirst}, {@code [1, classes, N]}. One output is {@code [1, N, 4 + classes]} or
 * {@code [1, 4 + classes, N]}.
 *
 * <p>Metadata: {@code boxes_output}, {@code scores_output}, {@code boxes} (see {@link BoxForm}),
 * {@code classes_first}, {@code logits}, {@code one_box_an_object}.
 *
 * @param boxesOutput the tensor of the boxes
 * @param scoresOutput the tensor of the scores; may be the same
 * @param boxes what the four numbers of a box mean
 * @param classesFirst whether a class is a row, not a column
 * @param logits whether scores have not passed a sigmoid yet
 * @param oneBoxAnObject whether the network leaves one box an object: a detection transformer, of
 *     which each class of each query may be an object
 */
public record BoxesAndScores(
    String boxesOutput,
    String scoresOutput,
    BoxForm boxes,
    boolean classesFirst,
    boolean logits,
    boolean oneBoxAnObject,
    int classes)
    implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  public BoxesAndScores {
    HeadList.requireClasses(classes);
  }

  /** Returns the layout of one output. */
  public static BoxesAndScores joined(
      String output, BoxForm boxes, boolean classesFirst, boolean oneBoxAnObject, int classes) {
    return new BoxesAndScores(output, output, boxes, classesFirst, false, oneBoxAnObject, classes);
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  private boolean isJoined() {
    return boxesOutput.equals(scoresOutput);
  }

  @Override
  public List<String> outputs() {
    return isJoined() ? List.of(boxesOutput) : List.of(boxesOutput, scoresOutput);
  }

  @Override
  public void write(Map<String, String> info) {
    info.put("boxes_output", boxesOutput);
    info.put("scores_output", scoresOutput);
    boxes.write(info);
    info.put("classes_first", Boolean.toString(classesFirst));
    info.put("logits", Boolean.toString(logits));
    info.put("one_box_an_object", Boolean.toString(oneBoxAnObject));
  }

  @Override
  public BoxesAndScores renamed(UnaryOperator<String> names) {
    return new BoxesAndScores(
        names.apply(boxesOutput),
        names.apply(scoresOutput),
        boxes,
        classesFirst,
        logits,
        oneBoxAnObject,
        classes);
  }

  @Override
  public boolean boxesAreShares() {
    return boxes.unit();
  }

  @Override
  public boolean isSuppressed() {
    return oneBoxAnObject;
  }

  /** Queries are chosen by their scores, so their order differs where two are nearly equal. */
  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    if (oneBoxAnObject) {
      float[] sorted = values.clone();
      Arrays.sort(sorted);
      return Optional.of(new OutputParts(Map.of("sorted", sorted), true));
    }
    return isJoined() && shape.size() == 3 ? joinedParts(shape, values) : Optional.empty();
  }

  private Optional<OutputParts> joinedParts(List<Long> shape, float[] values) {
    int columns = 4 + classes;
    if (shape.get(classesFirst ? 1 : 2) != columns) {
      return Optional.empty();
    }
    int count = values.length / columns;
    float[] box = new float[4 * count];
    float[] scores = new float[classes * count];
    if (classesFirst) {
      System.arraycopy(values, 0, box, 0, box.length);
      System.arraycopy(values, box.length, scores, 0, scores.length);
    } else {
      for (int i = 0; i < count; i++) {
        System.arraycopy(values, i * columns, box, 4 * i, 4);
        System.arraycopy(values, i * columns + 4, scores, classes * i, classes);
      }
    }
    return Optional.of(OutputParts.of(box, scores, logits));
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    int count = count(shapes);
    int ahead = isJoined() ? 4 : 0;
    int columns = ahead + classes;
    // Where the numbers of a box are: the step from number to number, and from box to box.
    int number = isJoined() && classesFirst ? count : 1;
    int next = isJoined() ? (classesFirst ? 1 : columns) : 4;
    Places places = new Places(number, next);
    return classesFirst
        ? new ByClass(this, input, count, ahead * count, places)
        : new ByCandidate(this, input, count, columns, ahead, places);
  }

  /** The number of candidates, from shapes that fit. */
  private int count(OutputShapes shapes) {
    List<Long> scores = shapes.of(scoresOutput);
    long columns = (isJoined() ? 4 : 0) + (long) classes;
    int of = classesFirst ? 1 : 2;
    if (scores.size() != 3 || scores.get(0) != 1 || scores.get(of) != columns) {
      throw misfit(
          scoresOutput,
          scores,
          (classesFirst ? "[1,%d,candidates]" : "[1,candidates,%d]").formatted(columns));
    }
    long count = scores.get(3 - of);
    if (!isJoined()) {
      List<Long> shape = shapes.of(boxesOutput);
      if (!shape.equals(List.of(1L, count, 4L)) && !shape.equals(List.of(1L, count, 1L, 4L))) {
        throw misfit(boxesOutput, shape, "[1,%d,4]".formatted(count));
      }
    }
    return Math.toIntExact(count);
  }

  private static ModelException misfit(String output, List<Long> shape, String expected) {
    return Grid.misfit(output, shape, expected);
  }

  private float floor(float threshold) {
    return logits ? Logits.floor(threshold) : threshold;
  }

  private float score(float value) {
    return logits ? Logits.sigmoid(value) : value;
  }

  /** Where the numbers of a box are. */
  private record Places(int number, int next) {}

  private void add(
      FloatBuffer tensor,
      Places places,
      int candidate,
      InputSize input,
      float value,
      int c,
      float threshold,
      Candidates candidates) {
    float score = score(value);
    if (score >= threshold) {
      int at = candidate * places.next();
      boxes.add(
          tensor.get(at),
          tensor.get(at + places.number()),
          tensor.get(at + 2 * places.number()),
          tensor.get(at + 3 * places.number()),
          input,
          score,
          c,
          candidates);
    }
  }

  /** Scores of a candidate side by side. */
  private static final class ByCandidate implements HeadDecoder {
    private final BoxesAndScores layout;
    private final InputSize input;
    private final int count;
    private final int columns;
    private final int ahead;
    private final Places places;
    private final float[] row;

    ByCandidate(
        BoxesAndScores layout, InputSize input, int count, int columns, int ahead, Places places) {
      this.layout = layout;
      this.input = input;
      this.count = count;
      this.columns = columns;
      this.ahead = ahead;
      this.places = places;
      this.row = new float[layout.classes];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer boxes = tensors.get(0);
      FloatBuffer scores = tensors.get(tensors.size() - 1);
      float floor = layout.floor(threshold);
      for (int i = 0; i < count; i++) {
        scores.get(i * columns + ahead, row, 0, row.length);
        int best = -1;
        for (int c = 0; c < row.length; c++) {
          if (row[c] >= floor) {
            if (layout.oneBoxAnObject) {
              layout.add(boxes, places, i, input, row[c], c, threshold, candidates);
            } else if (best < 0 || row[c] > row[best]) {
              best = c;
            }
          }
        }
        if (best >= 0) {
          layout.add(boxes, places, i, input, row[best], best, threshold, candidates);
        }
      }
    }
  }

  /** Scores of a class side by side. */
  private static final class ByClass implements HeadDecoder {
    private final BoxesAndScores layout;
    private final InputSize input;
    private final int first;
    private final Places places;
    private final float[] row;
    private final float[] best;
    private final int[] bestClass;

    ByClass(BoxesAndScores layout, InputSize input, int count, int first, Places places) {
      this.layout = layout;
      this.input = input;
      this.first = first;
      this.places = places;
      this.row = new float[count];
      this.best = new float[count];
      this.bestClass = new int[count];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer boxes = tensors.get(0);
      FloatBuffer scores = tensors.get(tensors.size() - 1);
      float floor = layout.floor(threshold);
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int c = 0; c < layout.classes; c++) {
        scores.get(first + c * row.length, row, 0, row.length);
        for (int i = 0; i < row.length; i++) {
          if (row[i] >= floor) {
            if (layout.oneBoxAnObject) {
              layout.add(boxes, places, i, input, row[i], c, threshold, candidates);
            } else if (row[i] > best[i]) {
              best[i] = row[i];
              bestClass[i] = c;
            }
          }
        }
      }
      for (int i = 0; i < row.length; i++) {
        if (best[i] >= floor) {
          layout.add(boxes, places, i, input, best[i], bestClass[i], threshold, candidates);
        }
      }
    }
  }

  // ---- in the graph

  /** A detection transformer's results must not be suppressed, which columns cannot express. */
  @Override
  public Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    if (oneBoxAnObject) {
      return Optional.empty();
    }
    long[] shape = graph.shape(scoresOutput);
    long count = shape[classesFirst ? 2 : 1];
    long columns = shape[classesFirst ? 1 : 2];
    String all =
        classesFirst
            ? scoresOutput
            : graph.transpose(scoresOutput, new long[] {1, columns, count}, 0, 2, 1);
    long[] each = {1, classes, count};
    String scores = isJoined() ? graph.slice(all, 1, 4, columns, each) : all;
    String box;
    if (isJoined()) {
      box = graph.slice(all, 1, 0, 4, 1, 4, count);
    } else {
      String rows = graph.reshape(boxesOutput, 1, count, 4);
      box = graph.transpose(rows, new long[] {1, 4, count}, 0, 2, 1);
    }
    if (boxes.unit()) {
      float w = input.width();
      float h = input.height();
      box =
          graph.op(
              "Mul",
              new long[] {1, 4, count},
              box,
              graph.constant("size", new long[] {1, 4, 1}, w, h, w, h));
    }
    List<String> parts = new ArrayList<>();
    if (boxes.corners()) {
      long[] pairs = {1, 2, count};
      String first = graph.slice(box, 1, 0, 2, pairs);
      String second = graph.slice(box, 1, 2, 4, pairs);
      parts.add(
          graph.op(
              "Mul",
              pairs,
              graph.op("Add", pairs, first, second),
              graph.constant("half", new long[] {1}, 0.5f)));
      parts.add(graph.op("Sub", pairs, second, first));
    } else {
      parts.add(box);
    }
    parts.add(logits ? graph.op("Sigmoid", each, scores) : scores);
    return Optional.of(graph.concatLast(parts, 1, 1, 4 + classes, count));
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "boxes-and-scores";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new BoxesAndScores(
          info.text("boxes_output"),
          info.text("scores_output"),
          BoxForm.read(info),
          info.flag("classes_first"),
          info.flag("logits"),
          info.flag("one_box_an_object"),
          classes);
    }
  }
}
