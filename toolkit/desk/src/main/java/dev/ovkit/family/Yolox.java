package dev.ovkit.family;

import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.Head;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * YOLOX: decoupled anchor-free heads (box, objectness, classes), joined to {@code [1, N, 5+nc]}.
 */
public final class Yolox implements DetectorFamily {

  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          Colour.BGR,
          "YOLOX is trained on BGR; a graph cannot show another choice: --model-colour",
          List.of(),
          List.of(),
          "YOLOX is trained on 0..255; older ones on ImageNet's mean and deviation, which a graph cannot show: --mean, --scale-values",
          new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, Resize.LETTERBOX.padValue()),
          "as YOLOX does it");

  @Override
  public String name() {
    return "YOLOX";
  }

  @Override
  public Preprocessing preprocessing() {
    return PREPROCESSING;
  }

  /** One stride of YOLOX: where box, objectness and classes are joined. */
  private record Triple(Branch joined, boolean objectnessDone, boolean classesDone) {}

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Graph graph = detector.graph();
    Map<String, Branch> byTensor =
        detector.branches().stream().collect(Collectors.toMap(Branch::tensor, c -> c));
    Map<Integer, List<Triple>> groups = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      Triple triple =
          node.is("Concat") && node.inputs().size() == 3 ? triple(graph, node, byTensor) : null;
      if (triple != null) {
        groups.computeIfAbsent(triple.joined().channels(), c -> new ArrayList<>()).add(triple);
      }
    }
    return groups.values().stream()
        .filter(group -> group.size() > 1)
        .filter(group -> Branch.haveDistinctStrides(group.stream().map(Triple::joined).toList()))
        .findFirst()
        .map(group -> yolox(detector, group));
  }

  private static @Nullable Triple triple(Graph graph, Node concat, Map<String, Branch> byTensor) {
    Branch box = byTensor.get(concat.input(0));
    Node objectness = sigmoidOf(graph, concat.input(1));
    Node classes = sigmoidOf(graph, concat.input(2));
    Branch objectnessHead =
        byTensor.get(objectness == null ? concat.input(1) : objectness.input(0));
    Branch classesHead = byTensor.get(classes == null ? concat.input(2) : classes.input(0));
    Shape shape = graph.shape(concat.output());
    if (box == null || objectnessHead == null || classesHead == null || shape == null) {
      return null;
    }
    boolean fits =
        box.channels() == 4
            && objectnessHead.channels() == 1
            && shape.rank() == 4
            && shape.dimension(1) == 5 + classesHead.channels()
            && box.stride() > 0
            && box.stride() == objectnessHead.stride()
            && box.stride() == classesHead.stride();
    return fits
        ? new Triple(
            new Branch(concat, concat.output(), shape, box.stride()),
            objectness != null,
            classes != null)
        : null;
  }

  private static @Nullable Node sigmoidOf(Graph graph, String tensor) {
    Node node = graph.producer(tensor);
    return node != null && node.is("Sigmoid") ? node : null;
  }

  private Recognition yolox(DetectorGraph detector, List<Triple> triples) {
    List<Branch> heads =
        triples.stream()
            .map(Triple::joined)
            .sorted(Comparator.comparingInt(Branch::stride))
            .toList();
    int columns = heads.get(0).channels();
    int rows = heads.stream().mapToInt(Branch::cells).sum();
    Optional<String> output =
        detector.graph().outputs().stream()
            .filter(name -> detector.isShape(name, rows, columns))
            .findFirst();
    if (output.isEmpty()) {
      return Recognition.refused(
          "it has YOLOX's heads, but no output 1x" + rows + "x" + columns + " that joins them");
    }
    long done =
        triples.stream().filter(Triple::objectnessDone).count()
            + triples.stream().filter(Triple::classesDone).count();
    if (done != 0 && done != 2L * triples.size()) {
      return Recognition.refused(
          "it has YOLOX's heads, but only some of objectness and classes pass a sigmoid");
    }
    boolean decoded =
        heads.stream()
            .flatMap(head -> detector.behind(head.tensor()).stream())
            .anyMatch(n -> n.is("Exp"));
    BoxArithmetic boxes = CandidateColumns.of(detector, output.get(), 2).boxes();
    if (decoded && boxes.corners() == BoxArithmetic.Corners.TWO_CORNERS) {
      return Recognition.refused(
          "it has YOLOX's heads, but its graph makes corners of its boxes, where YOLOX has centre and size");
    }
    if (boxes.corners() == BoxArithmetic.Corners.REORDERED) {
      return Recognition.refused("it has YOLOX's heads, but " + CandidateColumns.REORDERED);
    }
    if (decoded && heads.stream().anyMatch(head -> shrinks(detector, head))) {
      return Recognition.refused(
          "it has YOLOX's heads, but its graph makes its boxes smaller after decoding them, as"
              + " shares of the input are, where YOLOX has pixels; export it without that");
    }
    return Recognition.of(
        new Found(
            this,
            heads.stream().map(head -> head.head(List.of())).toList(),
            columns - 5,
            output.get(),
            decoded ? BoxCoding.PIXELS : BoxCoding.YOLOX,
            done == 0,
            detector.rows(heads, 1, columns, output.get())));
  }

  private static boolean shrinks(DetectorGraph detector, Branch head) {
    return detector.behind(head.tensor()).stream()
        .anyMatch(node -> BoxArithmetic.shrinks(detector.graph(), node));
  }

  /**
   * A detector of the family.
   *
   * @param heads where the three branches of a stride are joined, by rising stride
   * @param output the flat output
   * @param boxes {@link BoxCoding#PIXELS} if the graph decodes them
   * @param logits true where objectness and classes still want a sigmoid
   * @param rows whether a client can read them
   */
  public record Found(
      Yolox family,
      List<FoundHead> heads,
      int classes,
      String output,
      BoxCoding boxes,
      boolean logits,
      Rows rows)
      implements FoundDetector {
    public Found {
      heads = List.copyOf(heads);
    }

    @Override
    public Optional<String> whyNoLazyHeads() {
      return Optional.of(
          "YOLOX computes objectness and classes by several convolutions from different feature maps");
    }

    @Override
    public Optional<String> flatOutput() {
      return Optional.of(
          "%s: %s, %s, rows %s"
              .formatted(
                  output,
                  boxes == BoxCoding.PIXELS ? "boxes in pixels" : "boxes on the grid",
                  logits ? "logits" : "sigmoids",
                  rows.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    }

    @Override
    public LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater) {
      if (!outputs.contains(output)) {
        return LayoutChoice.NONE;
      }
      if (rows == Rows.SCRAMBLED) {
        return new LayoutChoice(
            Optional.empty(),
            List.of(
                new Remark(
                    Remark.Subject.DECODING,
                    "impossible",
                    "the rows of '%s' are scrambled: this export lacks a transpose; export it again"
                        .formatted(output))));
      }
      boolean inPixels = boxes == BoxCoding.PIXELS;
      List<Head> grid =
          inPixels
              ? List.of()
              : heads.stream().map(head -> new Head(output, head.stride(), List.of())).toList();
      return LayoutChoice.of(
          new FlatRows(output, boxes, logits, grid, classes),
          new Remark(
              Remark.Subject.DECODING,
              inPixels || decodedLater ? "in the graph" : "grid by the client",
              "objectness and classes are %s".formatted(logits ? "logits" : "sigmoids already")));
    }
  }
}
