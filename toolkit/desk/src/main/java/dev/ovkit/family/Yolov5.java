package dev.ovkit.family;

import dev.ovkit.ModelException;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.Head;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.layout.YoloAnchors;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * YOLOv5 and its kin, such as YOLOv5-Lite: raw heads {@code [1, na*(5+nc), H, W]}, anchor-major.
 */
public final class Yolov5 implements DetectorFamily {

  /** What the numbers of a flat output are. */
  public enum Tail {
    /** Logits, as the heads give them. */
    LOGITS,
    /** Sigmoids, before grid and anchors. */
    SIGMOID,
    /** Boxes in pixels, sigmoids for the rest. */
    DECODED,
    /** Boxes that the graph makes smaller than pixels, as shares of the input are. */
    SCALED
  }

  /** A flat output {@code [1, N, 5+nc]}. */
  public record FlatOutput(String tensor, Tail tail, Rows rows) {}

  @Override
  public String name() {
    return "YOLOv5";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  /** Heads that feed Detect's reshape to {@code [1, na, 5+nc, H, W]}. */
  @Override
  public Optional<Recognition> recognise(DetectorGraph graph) {
    return new Search(this, graph).byReshape();
  }

  /** Heads that are outputs themselves, or that a flat output's width divides evenly. */
  @Override
  public Optional<Recognition> guess(DetectorGraph graph) {
    return new Search(this, graph).byOutput();
  }

  /** How a head's channels are divided. */
  private record Split(int anchors, int columns) {}

  /** One graph being searched. */
  private record Search(Yolov5 family, DetectorGraph detector) {

    private Graph graph() {
      return detector.graph();
    }

    Optional<Recognition> byReshape() {
      Map<Split, List<Branch>> groups = new LinkedHashMap<>();
      for (Branch candidate : detector.branches()) {
        Split split = candidate.stride() == 0 ? null : detectReshape(candidate);
        if (split != null) {
          groups.computeIfAbsent(split, s -> new ArrayList<>()).add(candidate);
        }
      }
      return groups.entrySet().stream()
          .filter(group -> Branch.haveDistinctStrides(group.getValue()))
          .max(Comparator.comparingInt(group -> group.getValue().size()))
          .map(group -> yolov5(group.getValue(), group.getKey(), List.of()))
          .filter(found -> !isGuess(found));
    }

    /** One candidate a cell has many families: only its anchors show that it is this one. */
    private static boolean isGuess(Recognition recognition) {
      return recognition.detector().orElse(null) instanceof Found found
          && found.anchorsPerCell() == 1
          && !found.carriesAnchors();
    }

    private @Nullable Split detectReshape(Branch head) {
      for (Node reader : graph().consumers(head.tensor())) {
        Shape to = reader.is("Reshape") ? graph().shape(reader.output()) : null;
        if (to != null
            && to.rank() == 5
            && to.dimension(2) >= 6
            && to.dimension(1) * to.dimension(2) == head.channels()
            && to.dimension(3) == head.shape().dimension(2)
            && to.dimension(4) == head.shape().dimension(3)) {
          return new Split((int) to.dimension(1), (int) to.dimension(2));
        }
      }
      return null;
    }

    Optional<Recognition> byOutput() {
      Map<Integer, List<Branch>> groups = new LinkedHashMap<>();
      for (Branch candidate : detector.branches()) {
        if (candidate.stride() > 1) {
          groups.computeIfAbsent(candidate.channels(), c -> new ArrayList<>()).add(candidate);
        }
      }
      for (List<Branch> group : groups.values()) {
        int channels = group.get(0).channels();
        if (group.size() < 2 || !Branch.haveDistinctStrides(group)) {
          continue;
        }
        int cells = group.stream().mapToInt(Branch::cells).sum();
        for (String output : graph().outputs()) {
          Shape flat = graph().shape(output);
          if (flat != null && flat.rank() == 3 && flat.dimension(2) >= 6) {
            long anchors = channels / flat.dimension(2);
            // One candidate a cell has many families; YOLOv5 has several, for as many anchors.
            if (anchors > 1
                && anchors * flat.dimension(2) == channels
                && anchors * cells == flat.dimension(1)) {
              Split split = new Split((int) anchors, (int) flat.dimension(2));
              return Optional.of(yolov5(group, split, List.of()));
            }
          }
        }
        boolean outputs = group.stream().allMatch(c -> graph().isOutput(c.tensor()));
        if (outputs && channels % 3 == 0 && channels / 3 >= 6) {
          String note =
              "the graph does not say how many anchors a cell has; taken to be 3, so that its "
                  + channels
                  + " channels are 3 x (5 + "
                  + (channels / 3 - 5)
                  + ")";
          return Optional.of(yolov5(group, new Split(3, channels / 3), List.of(note)));
        }
      }
      return Optional.empty();
    }

    private Recognition yolov5(List<Branch> group, Split split, List<String> notes) {
      for (Branch other : detector.branches()) {
        if (!group.contains(other) && looksLikeMasks(other, split)) {
          return Recognition.refused(
              "it also gives masks ("
                  + other.node().title()
                  + " "
                  + other.shape()
                  + "): a segmentation model, which is not supported");
        }
      }
      List<Set<Node>> tails = detector.tails(group);
      if (tails.stream().flatMap(Set::stream).anyMatch(node -> node.is("Exp"))) {
        return Recognition.refused(
            "its heads have YOLOv5's shape, but boxes are decoded with exp, as in YOLOv3 and YOLOv4");
      }
      DecodedAnchors decoding = new DecodedAnchors(graph());
      List<FoundHead> heads = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        heads.add(group.get(i).head(decoding.anchors(group.get(i), split.anchors(), tails.get(i))));
      }
      boolean decoded = heads.stream().noneMatch(head -> head.anchors().isEmpty());
      if (tails.stream().flatMap(Set::stream).anyMatch(node -> joinsMore(node, split.columns()))) {
        return Recognition.refused(
            "its heads have YOLOv5's shape, but their candidates hold more than box, objectness and scores, such as key points");
      }
      boolean squared = tails.stream().flatMap(Set::stream).anyMatch(decoding::isSquare);
      boolean sigmoid = tails.stream().flatMap(Set::stream).anyMatch(node -> node.is("Sigmoid"));
      Tail tail = decoded || squared ? Tail.DECODED : sigmoid ? Tail.SIGMOID : Tail.LOGITS;
      Optional<String> against =
          tail == Tail.LOGITS ? RawMapEvidence.against(detector) : Optional.empty();
      if (against.isPresent()) {
        return Recognition.refused(
            "its raw maps have YOLOv5's shape, but %s; their coding and anchors cannot be told"
                .formatted(against.get()));
      }
      return Recognition.of(
          new Found(
              family,
              heads,
              split.anchors(),
              split.columns() - 5,
              flat(group, split, tail),
              notes));
    }

    /**
     * Whether a node joins the columns of candidates, and those behind the box are not all scores.
     */
    private boolean joinsMore(Node node, int columns) {
      Shape shape = node.is("Concat") ? graph().shape(node.output()) : null;
      int last = shape == null ? 0 : shape.rank() - 1;
      return shape != null
          && last >= 2
          && shape.dimension(last) == columns
          && Math.floorMod(node.integer("axis", 0), shape.rank()) == last
          && CandidateColumns.of(detector, node.output(), last).mixesScores(4);
    }

    /** A map of prototypes, as YOLOv5-seg has it: finer than the heads and an output of its own. */
    private boolean looksLikeMasks(Branch other, Split split) {
      return other.stride() > 0
          && other.channels() < split.columns() - 5
          && graph().outputs().stream()
              .map(graph()::shape)
              .anyMatch(s -> s != null && s.rank() == 4 && s.equals(other.shape()));
    }

    private boolean isScaled(String output) {
      return detector.before(output).stream()
          .anyMatch(node -> BoxArithmetic.shrinks(graph(), node));
    }

    private Optional<FlatOutput> flat(List<Branch> group, Split split, Tail tail) {
      long rows = (long) split.anchors() * group.stream().mapToInt(Branch::cells).sum();
      return graph().outputs().stream()
          .filter(name -> detector.isShape(name, rows, split.columns()))
          .findFirst()
          .map(
              name ->
                  new FlatOutput(
                      name,
                      tail == Tail.DECODED && isScaled(name) ? Tail.SCALED : tail,
                      detector.rows(group, split.anchors(), split.columns(), name)));
    }
  }

  /**
   * A detector of the family.
   *
   * @param heads by rising stride
   * @param anchorsPerCell na
   * @param flat the output that joins the heads, if the graph has one
   */
  public record Found(
      Yolov5 family,
      List<FoundHead> heads,
      int anchorsPerCell,
      int classes,
      Optional<FlatOutput> flat,
      List<String> notes)
      implements FoundDetector {
    public Found {
      heads = List.copyOf(heads);
      notes = List.copyOf(notes);
    }

    @Override
    public List<String> cutAt() {
      return heads.stream().map(FoundHead::tensor).toList();
    }

    @Override
    public String outputsReason() {
      return "the heads of a YOLOv5-type detector: %d anchors x (5 + %d classes), strides %s"
          .formatted(anchorsPerCell, classes, join(strides()));
    }

    @Override
    public Optional<String> whyNoLazyHeads() {
      return Optional.empty();
    }

    @Override
    public Optional<String> flatOutput() {
      return flat.map(
          f -> "%s: %s, rows %s".formatted(f.tensor(), words(f.tail()), words(f.rows())));
    }

    @Override
    public LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater) {
      if (new HashSet<>(outputs).containsAll(cutAt())) {
        return rawHeads(model, cutAt());
      }
      Optional<FlatOutput> read = flat.filter(f -> outputs.contains(f.tensor()));
      if (read.isPresent()) {
        return flatRows(model, read.get());
      }
      List<String> maps = maps(outputs, model);
      return maps.size() == heads.size() ? rawHeads(model, maps) : LayoutChoice.NONE;
    }

    private LayoutChoice rawHeads(OnnxModel model, List<String> tensors) {
      return LayoutChoice.of(new RawHeads(anchored(model, tensors), classes), anchorsRemark());
    }

    private LayoutChoice flatRows(OnnxModel model, FlatOutput output) {
      if (output.rows() == Rows.SCRAMBLED
          || output.tail() == Tail.LOGITS
          || output.tail() == Tail.SCALED) {
        return LayoutChoice.NONE;
      }
      String why = "so the graph's tail says";
      if (output.tail() == Tail.DECODED) {
        return LayoutChoice.of(
            new FlatRows(output.tensor(), BoxCoding.PIXELS, false, List.of(), classes),
            new Remark(Remark.Subject.DECODING, "in the graph", why));
      }
      List<String> names = heads.stream().map(head -> output.tensor()).toList();
      return LayoutChoice.of(
          new FlatRows(
              output.tensor(), BoxCoding.YOLOV5_SIGMOID, false, anchored(model, names), classes),
          new Remark(Remark.Subject.DECODING, "grid and anchors by the client", why),
          anchorsRemark());
    }

    /** The plain export's outputs {@code [1, na, H, W, 5+nc]}, in the order of the heads. */
    private List<String> maps(List<String> outputs, OnnxModel model) {
      List<String> maps = new ArrayList<>();
      for (FoundHead head : heads) {
        Shape wanted =
            Shape.of(
                1,
                anchorsPerCell,
                head.shape().dimension(2),
                head.shape().dimension(3),
                5 + classes);
        model.outputs().stream()
            .filter(output -> outputs.contains(output.name()) && wanted.equals(output.shape()))
            .findFirst()
            .ifPresent(output -> maps.add(output.name()));
      }
      return maps;
    }

    private boolean carriesAnchors() {
      return heads.stream().noneMatch(head -> head.anchors().isEmpty());
    }

    private Remark anchorsRemark() {
      return carriesAnchors()
          ? new Remark(Remark.Subject.ANCHORS, "from the graph", "the constants of its decoding")
          : new Remark(
              Remark.Subject.ANCHORS,
              "YOLOv5's own",
              "this export does not carry them; wrong for a model trained with others",
              true);
    }

    /** The heads with anchors, under the names of these outputs. */
    private List<Head> anchored(OnnxModel model, List<String> outputs) {
      @Nullable List<List<Anchor>> usual =
          anchorsPerCell == 3 ? YoloAnchors.usual(strides()) : null;
      if (!carriesAnchors() && usual == null) {
        throw new ModelException(
            "'%s' does not carry its anchors, and for %d a cell at strides %s there are no usual ones; export it with decoding (one output [1,N,5+nc]), or keep its outputs with --output none"
                .formatted(model.file(), anchorsPerCell, join(strides())));
      }
      List<Head> anchored = new ArrayList<>();
      for (int i = 0; i < heads.size(); i++) {
        FoundHead found = heads.get(i);
        anchored.add(
            new Head(
                outputs.get(i),
                found.stride(),
                usual == null || carriesAnchors() ? found.anchors() : usual.get(i)));
      }
      return anchored;
    }

    private static String words(Enum<?> value) {
      return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String join(List<Integer> values) {
      return values.stream()
          .sorted(Comparator.naturalOrder())
          .map(String::valueOf)
          .collect(Collectors.joining(", "));
    }
  }
}
