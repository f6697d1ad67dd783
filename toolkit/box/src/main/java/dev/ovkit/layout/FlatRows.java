package dev.ovkit.layout;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.Head;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One output {@code [1, N, 5+nc]}, a row a candidate: x, y, w, h, objectness, classes; rows ordered
 * by stride, then anchor, then grid row, then grid column.
 *
 * <p>Metadata: {@code output}, {@code box_coding} ({@code pixels}, {@code yolov5-sigmoid}, {@code
 * yolox}), {@code logits}, and what {@link HeadList} says.
 *
 * @param output the tensor's name
 * @param boxes what columns 0..3 mean
 * @param logits true where objectness and classes have not passed a sigmoid yet; with {@link
 *     BoxCoding#YOLOV5_SIGMOID} columns 0..3 have not either
 * @param heads by rising stride; empty when {@code boxes} is {@link BoxCoding#PIXELS}
 */
public record FlatRows(
    String output, BoxCoding boxes, boolean logits, List<Head> heads, int classes)
    implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  public FlatRows {
    heads = HeadList.byStride(heads);
    HeadList.requireClasses(classes);
    if (boxes != BoxCoding.PIXELS && heads.isEmpty()) {
      throw new IllegalArgumentException("rows that are not in pixels need strides");
    }
    for (Head head : heads) {
      if (boxes == BoxCoding.YOLOV5_SIGMOID && head.anchors().isEmpty()) {
        throw new IllegalArgumentException(
            "rows of stride %d need their anchors".formatted(head.stride()));
      }
    }
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public List<String> outputs() {
    return List.of(output);
  }

  @Override
  public void write(Map<String, String> info) {
    info.put("output", output);
    info.put("box_coding", boxes.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    info.put("logits", Boolean.toString(logits));
    HeadList.write(heads, info);
  }

  @Override
  public HeadLayout withAnchors(List<Anchor> anchors) {
    return boxes == BoxCoding.YOLOV5_SIGMOID
        ? new FlatRows(output, boxes, logits, HeadList.deal(heads, anchors), classes)
        : HeadLayout.super.withAnchors(anchors);
  }

  @Override
  public FlatRows renamed(UnaryOperator<String> names) {
    return new FlatRows(
        names.apply(output), boxes, logits, HeadList.renamed(heads, names), classes);
  }

  @Override
  public Optional<CandidateForm> form() {
    return Optional.of(new CandidateForm(CandidateForm.Arrangement.ROWS, true, logits, boxes));
  }

  /** Its wrapper applies no sigmoid. */
  @Override
  public Optional<String> modelApiType() {
    return boxes == BoxCoding.YOLOX && !logits ? Optional.of("YOLOX") : Optional.empty();
  }

  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    int columns = 5 + classes;
    if (shape.size() != 3 || shape.get(2) != columns) {
      return Optional.empty();
    }
    float[] first = new float[values.length / columns * 4];
    float[] rest = new float[values.length - first.length];
    for (int row = 0; row < values.length / columns; row++) {
      System.arraycopy(values, row * columns, first, row * 4, 4);
      System.arraycopy(values, row * columns + 4, rest, row * (columns - 4), columns - 4);
    }
    return Optional.of(OutputParts.of(first, rest, logits));
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    List<Grid> grids = new ArrayList<>();
    long count = 0;
    if (boxes != BoxCoding.PIXELS) {
      for (Head head : heads) {
        Grid grid = Grid.of(input, head);
        grids.add(grid);
        count += (long) Math.max(1, head.anchors().size()) * grid.cells();
      }
    }
    boolean fits =
        shape.size() == 3
            && shape.get(0) == 1
            && (grids.isEmpty() || shape.get(1) == count)
            && shape.get(2) == 5 + classes;
    if (!fits) {
      throw Grid.misfit(
          output,
          shape,
          "[1,%s,%d]"
              .formatted(grids.isEmpty() ? "candidates" : Long.toString(count), 5 + classes));
    }
    return decoder(0, grids, Math.toIntExact(shape.get(1)));
  }

  /** A decoder of rows of {@code 5+nc} numbers in one of several tensors, whatever its shape. */
  HeadDecoder decoder(int place, List<Grid> grids, int pixelRows) {
    return (tensors, threshold, candidates) -> {
      FloatBuffer rows = tensors.get(place);
      if (boxes == BoxCoding.PIXELS) {
        readPixels(rows, pixelRows, threshold, candidates);
      } else {
        readCells(rows, grids, threshold, candidates);
      }
    };
  }

  private void readPixels(FloatBuffer rows, int count, float threshold, Candidates candidates) {
    float floor = logits ? Logits.floor(threshold) : threshold;
    int columns = 5 + classes;
    for (int row = 0; row < count; row++) {
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
  }

  private void readCells(
      FloatBuffer rows, List<Grid> grids, float threshold, Candidates candidates) {
    float floor = logits ? Logits.floor(threshold) : threshold;
    int columns = 5 + classes;
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
    if (boxes == BoxCoding.YOLOX) {
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
      x = Logits.sigmoid(x);
      y = Logits.sigmoid(y);
      w = Logits.sigmoid(w);
      h = Logits.sigmoid(h);
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
    return logits ? Logits.sigmoid(objectness) * Logits.sigmoid(best) : objectness * best;
  }

  // ---- in the graph

  /**
   * Formulas as in {@link BoxCoding}; rows that lack anchors come from raw heads, and are not
   * decoded.
   */
  @Override
  public Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    long candidates = graph.shape(output)[1];
    long[] each = {1, classes, candidates};
    String columns = graph.transpose(output, new long[] {1, 5 + classes, candidates}, 0, 2, 1);
    String scores;
    if (logits) {
      long[] all = {1, 1 + classes, candidates};
      String values = graph.op("Sigmoid", all, graph.slice(columns, 1, 4, 5 + classes, all));
      scores =
          graph.op(
              "Mul",
              each,
              graph.slice(values, 1, 1, 1 + classes, each),
              graph.slice(values, 1, 0, 1, 1, 1, candidates));
    } else {
      scores =
          graph.op(
              "Mul",
              each,
              graph.slice(columns, 1, 5, 5 + classes, each),
              graph.slice(columns, 1, 4, 5, 1, 1, candidates));
    }
    List<String> parts = new ArrayList<>();
    if (boxes == BoxCoding.PIXELS) {
      parts.add(graph.slice(columns, 1, 0, 4, 1, 4, candidates));
    } else {
      addBoxes(graph, columns, input, Math.toIntExact(candidates), parts);
    }
    parts.add(scores);
    return Optional.of(graph.concatLast(parts, 1, 1, 4 + classes, candidates));
  }

  private void addBoxes(
      GraphWriter graph, String columns, InputSize input, int candidates, List<String> parts) {
    long[] pairs = {1, 2, candidates};
    float[] offsets = new float[2 * candidates];
    float[] strides = new float[candidates];
    int at = 0;
    for (Head head : heads) {
      int across = input.width() / head.stride();
      for (int cell = 0; cell < across * (input.height() / head.stride()); cell++, at++) {
        strides[at] = head.stride();
        offsets[at] = (float) (cell % across) * head.stride();
        offsets[candidates + at] = (float) (cell / across) * head.stride();
      }
    }
    String stride = graph.constant("strides", new long[] {1, 1, candidates}, strides);
    String scaled = graph.op("Mul", pairs, graph.slice(columns, 1, 0, 2, pairs), stride);
    parts.add(graph.op("Add", pairs, scaled, graph.constant("grid", pairs, offsets)));
    String grown = graph.op("Exp", pairs, graph.slice(columns, 1, 2, 4, pairs));
    parts.add(graph.op("Mul", pairs, grown, stride));
  }

  // ---- as an IR has it

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "flat-rows";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      String output = info.text("output");
      return new FlatRows(
          output, coding(info), info.flag("logits"), HeadList.read(info, output), classes);
    }

    private static BoxCoding coding(MetadataSection info) {
      return switch (info.text("box_coding")) {
        case "pixels" -> BoxCoding.PIXELS;
        case "yolov5-sigmoid" -> BoxCoding.YOLOV5_SIGMOID;
        case "yolox" -> BoxCoding.YOLOX;
        default -> throw info.wrong("box_coding", "pixels, yolov5-sigmoid or yolox");
      };
    }

    /** Three rows a cell are YOLOv5's, one is YOLOX's. */
    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      int cells = ir.cells();
      TensorDescription output = FlatColumns.onlyFlat(ir).orElse(null);
      if (output == null || cells == 0 || output.shape().get(2) <= 5) {
        return Optional.empty();
      }
      long rows = output.shape().get(1);
      int classes = Math.toIntExact(output.shape().get(2)) - 5;
      if (rows == 3L * cells) {
        return Optional.of(yolov5(ir, output, classes));
      }
      return rows == cells ? Optional.of(yolox(ir, output, classes)) : Optional.empty();
    }

    private static HeadLayout yolov5(UndescribedOutputs ir, TensorDescription output, int classes) {
      List<String> origins = ir.originsOf(output);
      boolean raw = onlyConvolutions(origins);
      if (!raw && !origins.equals(List.of("Sigmoid"))) {
        return new FlatRows(output.name(), BoxCoding.PIXELS, false, List.of(), classes);
      }
      List<List<Anchor>> anchors = YoloAnchors.usual(ir.strides());
      if (anchors == null) {
        throw ir.refusal().apply("its anchors are not recorded");
      }
      ir.assume()
          .accept(
              Assumption.of(
                  Assumption.Kind.BOXES_WITHOUT_GRID,
                  output.name(),
                  raw ? "convolutions" : "a sigmoid",
                  YoloAnchors.text(ir.strides())));
      return new FlatRows(
          output.name(),
          BoxCoding.YOLOV5_SIGMOID,
          raw,
          heads(output, ir.strides(), anchors),
          classes);
    }

    private static HeadLayout yolox(UndescribedOutputs ir, TensorDescription output, int classes) {
      List<String> origins = ir.originsOf(output);
      boolean logits = onlyConvolutions(origins);
      if (!logits && !onlyConvolutions(without(origins, "Sigmoid"))) {
        ir.assume().accept(Assumption.of(Assumption.Kind.BOXES_IN_PIXELS, output.name()));
        return new FlatRows(output.name(), BoxCoding.PIXELS, false, List.of(), classes);
      }
      ir.assume()
          .accept(Assumption.of(Assumption.Kind.YOLOX_BY_ITS_ROWS, output.name(), ir.cells()));
      List<List<Anchor>> none = ir.strides().stream().map(s -> List.<Anchor>of()).toList();
      return new FlatRows(
          output.name(), BoxCoding.YOLOX, logits, heads(output, ir.strides(), none), classes);
    }

    /** Whether numbers come straight from convolutions, with or without a bias. */
    private static boolean onlyConvolutions(List<String> origins) {
      return !origins.isEmpty()
          && origins.stream().allMatch(o -> o.equals("Add") || o.equals("Convolution"));
    }

    private static List<String> without(List<String> list, String element) {
      return list.stream().filter(o -> !o.equals(element)).toList();
    }

    private static List<Head> heads(
        TensorDescription output, List<Integer> strides, List<List<Anchor>> anchors) {
      List<Head> heads = new ArrayList<>();
      for (int i = 0; i < strides.size(); i++) {
        heads.add(new Head(output.name(), strides.get(i), anchors.get(i)));
      }
      return heads;
    }
  }
}
