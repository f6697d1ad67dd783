package dev.ovkit.layout;

import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.Head;
import dev.ovkit.head.HeadSplitter;
import dev.ovkit.head.HeadSplitter.SplitHead;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Raw heads with anchors: one output a stride, {@code [1, na*(5+nc), H, W]} (anchor-major channels)
 * or, of YOLOv5, {@code [1, na, H, W, 5+nc]}, all logits; columns x, y, w, h, objectness, classes.
 *
 * <p>Boxes are coded by {@link AnchorCoding}; score = sigmoid(objectness) * sigmoid(class).
 *
 * <p>Metadata: {@code head_<i>_output} besides what {@link HeadList} says, and {@code box_coding:
 * yolov3} where boxes are not YOLOv5's.
 *
 * @param heads by rising stride, each with its own output and anchors
 */
public record RawHeads(AnchorCoding boxes, List<Head> heads, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  private static final String YOLOV3 = "yolov3";

  /** YOLOv5's. */
  public RawHeads(List<Head> heads, int classes) {
    this(AnchorCoding.YOLOV5, heads, classes);
  }

  public RawHeads {
    heads = HeadList.byStride(heads);
    HeadList.requireClasses(classes);
    if (heads.isEmpty()) {
      throw new IllegalArgumentException("a detector has at least one head");
    }
    for (Head head : heads) {
      if (head.anchors().isEmpty()) {
        throw new IllegalArgumentException(
            "the raw head of stride %d has no anchors".formatted(head.stride()));
      }
    }
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public List<String> outputs() {
    return heads.stream().map(Head::output).toList();
  }

  @Override
  public void write(Map<String, String> info) {
    for (int i = 0; i < heads.size(); i++) {
      info.put(HeadList.key(i, "output"), heads.get(i).output());
    }
    if (boxes == AnchorCoding.YOLOV3) {
      info.put("box_coding", YOLOV3);
    }
    HeadList.write(heads, info);
  }

  @Override
  public RawHeads withAnchors(List<Anchor> anchors) {
    return new RawHeads(boxes, HeadList.deal(heads, anchors), classes);
  }

  @Override
  public RawHeads renamed(UnaryOperator<String> names) {
    return new RawHeads(boxes, HeadList.renamed(heads, names), classes);
  }

  @Override
  public Optional<CandidateForm> form() {
    return boxes == AnchorCoding.YOLOV5
        ? Optional.of(
            new CandidateForm(CandidateForm.Arrangement.MAPS, true, true, BoxCoding.YOLOV5_SIGMOID))
        : Optional.empty();
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<HeadDecoder> decoders = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      decoders.add(decoder(i, input, shapes));
    }
    return (tensors, threshold, candidates) -> {
      for (HeadDecoder decoder : decoders) {
        decoder.decode(tensors, threshold, candidates);
      }
    };
  }

  private HeadDecoder decoder(int place, InputSize input, OutputShapes shapes) {
    Head head = heads.get(place);
    List<Long> shape = shapes.of(head.output());
    Grid grid = Grid.of(input, head);
    int anchors = head.anchors().size();
    long channels = 5L + classes;
    List<Long> planar = List.of(1L, anchors * channels, (long) grid.rows(), (long) grid.columns());
    List<Long> split =
        List.of(1L, (long) anchors, (long) grid.rows(), (long) grid.columns(), channels);
    if (shape.equals(planar)) {
      return new Planes(place, new AnchorBoxes(boxes, head, grid), grid, classes);
    }
    if (boxes == AnchorCoding.YOLOV5 && shape.equals(split)) {
      return new FlatRows(head.output(), BoxCoding.YOLOV5_SIGMOID, true, List.of(head), classes)
          .decoder(place, List.of(grid), 0);
    }
    throw Grid.misfit(
        head.output(), shape, "%s or %s".formatted(Grid.text(planar), Grid.text(split)));
  }

  /** {@code [1, na*(5+nc), H, W]}: a plane of logits for each number of each anchor. */
  private static final class Planes implements HeadDecoder {
    private final int place;
    private final int gridCells;
    private final int classes;
    private final AnchorBoxes boxes;

    /** Objectness of one anchor, then the cells that pass, their best class and its logit. */
    private final float[] objectness;

    private final int[] cells;
    private final float[] best;
    private final int[] bestClass;

    Planes(int place, AnchorBoxes boxes, Grid grid, int classes) {
      this.place = place;
      this.gridCells = grid.cells();
      this.classes = classes;
      this.boxes = boxes;
      this.objectness = new float[gridCells];
      this.cells = new int[gridCells];
      this.best = new float[gridCells];
      this.bestClass = new int[gridCells];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer heads = tensors.get(place);
      float floor = Logits.floor(threshold);
      for (int a = 0; a < boxes.anchors(); a++) {
        int base = a * (5 + classes) * gridCells;
        heads.get(base + 4 * gridCells, objectness, 0, objectness.length);
        int passing = HeadList.passing(objectness, floor, cells);
        if (passing > 0) {
          findClasses(heads, base + 5 * gridCells, passing);
          for (int k = 0; k < passing; k++) {
            float score = Logits.sigmoid(objectness[cells[k]]) * Logits.sigmoid(best[k]);
            if (score >= threshold) {
              add(heads, base, a, cells[k], score, bestClass[k], candidates);
            }
          }
        }
      }
    }

    /** Class by class, so that memory is walked forwards and neighbouring cells share a line. */
    private void findClasses(FloatBuffer heads, int firstPlane, int passing) {
      Arrays.fill(best, 0, passing, Float.NEGATIVE_INFINITY);
      Arrays.fill(bestClass, 0, passing, 0);
      for (int c = 0; c < classes; c++) {
        int plane = firstPlane + c * gridCells;
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
      boxes.add(
          heads.get(base + cell),
          heads.get(base + gridCells + cell),
          heads.get(base + 2 * gridCells + cell),
          heads.get(base + 3 * gridCells + cell),
          a,
          cell,
          score,
          c,
          candidates);
    }
  }

  // ---- in the graph

  @Override
  public Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    List<String> parts = new ArrayList<>();
    long candidates = 0;
    for (Head head : heads) {
      long[] map = graph.shape(head.output());
      int rows = (int) map[2];
      int columns = (int) map[3];
      int perCell = head.anchors().size();
      int cells = rows * columns;
      long[] grouped = {1, perCell, 5 + classes, cells};
      String logits = graph.reshape(head.output(), grouped);
      String values = graph.op("Sigmoid", grouped, logits);
      AnchorBoxes anchored = new AnchorBoxes(boxes, head, new Grid(rows, columns));
      String centres = anchored.centres(graph, values, cells);
      String sizes = anchored.sizes(graph, values, logits, cells);
      String scores =
          graph.op(
              "Mul",
              new long[] {1, perCell, classes, cells},
              graph.slice(values, 2, 5, 5 + classes, 1, perCell, classes, cells),
              graph.slice(values, 2, 4, 5, 1, perCell, 1, cells));
      String joined =
          graph.concat(List.of(centres, sizes, scores), 2, 1, perCell, 4 + classes, cells);
      String moved =
          graph.transpose(joined, new long[] {1, 4 + classes, perCell, cells}, 0, 2, 1, 3);
      parts.add(graph.reshape(moved, 1, 4 + classes, (long) perCell * cells));
      candidates += (long) perCell * cells;
    }
    return Optional.of(graph.concatLast(parts, 2, 1, 4 + classes, candidates));
  }

  @Override
  public Optional<HeadLayout> lazy(HeadSplitter splitter) {
    if (boxes != AnchorCoding.YOLOV5) {
      return Optional.empty();
    }
    List<LazyHeads.LazyHead> lazy = new ArrayList<>();
    for (Head head : heads) {
      int anchors = head.anchors().size();
      int[] objectness = new int[anchors];
      for (int a = 0; a < anchors; a++) {
        objectness[a] = a * (5 + classes) + 4;
      }
      SplitHead split = splitter.split(head.output(), anchors * (5 + classes), objectness);
      lazy.add(
          new LazyHeads.LazyHead(
              new Head(split.output(), head.stride(), head.anchors()),
              split.features(),
              split.featureChannels()));
    }
    return Optional.of(new LazyHeads(lazy, classes));
  }

  // ---- as an IR has it

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "raw-heads";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new RawHeads(coding(info), HeadList.read(info), classes);
    }

    private static AnchorCoding coding(MetadataSection info) {
      return switch (info.textOrEmpty("box_coding")) {
        case "" -> AnchorCoding.YOLOV5;
        case YOLOV3 -> AnchorCoding.YOLOV3;
        default -> throw info.wrong("box_coding", "yolov3, or nothing for YOLOv5's");
      };
    }

    /** Two maps or more, one a stride. */
    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      if (ir.maps().size() < 2) {
        return Optional.empty();
      }
      List<Map2d> heads = new ArrayList<>();
      for (TensorDescription map : ir.maps()) {
        heads.add(map(ir, map));
      }
      heads.sort(Comparator.comparingInt(Map2d::stride));
      List<Integer> strides = heads.stream().map(Map2d::stride).toList();
      Map2d first = heads.get(0);
      if (heads.stream().anyMatch(h -> h.channels() != first.channels())) {
        throw ir.refusal().apply("its outputs have different numbers of channels: " + ir.text());
      }
      int classes;
      int perCell;
      if (first.anchors() > 0) {
        perCell = first.anchors();
        classes = first.channels() - 5;
      } else if (!ir.labels().isEmpty() && first.channels() % (5 + ir.labels().size()) == 0) {
        classes = ir.labels().size();
        perCell = first.channels() / (5 + classes);
      } else {
        perCell = 3;
        classes = first.channels() / 3 - 5;
        if (first.channels() % 3 == 0) {
          ir.assume().accept(Assumption.of(Assumption.Kind.ANCHORS_PER_CELL, classes));
        }
      }
      if (classes < 1 || (first.anchors() == 0 && first.channels() != perCell * (5 + classes))) {
        throw ir.refusal()
            .apply(
                "its outputs have %d channels, which is not 3 * (5 + classes)"
                    .formatted(first.channels()));
      }
      List<List<Anchor>> anchors = YoloAnchors.usual(strides);
      if (anchors == null || perCell != 3) {
        throw ir.refusal()
            .apply(
                "its anchors are not recorded, and there are no usual ones for strides %s with %d anchors per cell"
                    .formatted(strides, perCell));
      }
      ir.assume().accept(Assumption.of(Assumption.Kind.ANCHORS, YoloAnchors.text(strides)));
      List<Head> result = new ArrayList<>();
      for (int i = 0; i < heads.size(); i++) {
        result.add(new Head(heads.get(i).output(), strides.get(i), anchors.get(i)));
      }
      return Optional.of(new RawHeads(result, classes));
    }

    private record Map2d(String output, int stride, int channels, int anchors) {}

    private static Map2d map(UndescribedOutputs ir, TensorDescription map) {
      List<Long> s = map.shape();
      boolean split = s.size() == 5; // [1, na, H, W, 5+nc]
      long rows = s.get(2);
      long columns = s.get(3);
      if (s.get(0) != 1
          || s.stream().anyMatch(d -> d < 1)
          || s.size() > 5
          || ir.height() % rows != 0
          || ir.width() % columns != 0
          || ir.height() / rows != ir.width() / columns) {
        throw ir.refusal()
            .apply(
                "its output '%s' is %s, which is not a grid over its input of %dx%d"
                    .formatted(map.name(), map.shapeText(), ir.width(), ir.height()));
      }
      return new Map2d(
          map.name(),
          (int) (ir.height() / rows),
          Math.toIntExact(split ? s.get(4) : s.get(1)),
          split ? Math.toIntExact(s.get(1)) : 0);
    }
  }
}
