package dev.ovkit.family;

import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A family that nobody trains: one branch, joined to {@linkplain ToyRows rows}; all that adding one
 * takes.
 */
final class Toy implements DetectorFamily {

  static final Preprocessing PREPROCESSING =
      new Preprocessing(
          Colour.BGR,
          "toys are trained on BGR",
          List.of(100f, 110f, 120f),
          List.of(128f),
          "toys are trained around 0",
          new Resize(Resize.Mode.STRETCH, 0),
          "toys are stretched");

  @Override
  public String name() {
    return "Toy";
  }

  @Override
  public Preprocessing preprocessing() {
    return PREPROCESSING;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph graph) {
    if (graph.branches().size() != 1 || graph.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    Branch branch = graph.branches().get(0);
    String output = graph.graph().outputs().iterator().next();
    Shape rows = Shape.of(1, branch.cells(), branch.channels());
    return rows.equals(graph.graph().shape(output))
        ? Optional.of(
            Recognition.of(new Found(this, branch.head(List.of()), output, branch.channels() - 5)))
        : Optional.empty();
  }

  /** A detector of the family. */
  record Found(Toy family, FoundHead head, String output, int classes) implements FoundDetector {

    @Override
    public List<FoundHead> heads() {
      return List.of(head);
    }

    @Override
    public Optional<String> whyNoLazyHeads() {
      return Optional.of("toys have no lazy heads");
    }

    @Override
    public LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater) {
      return outputs.contains(output)
          ? LayoutChoice.of(
              new ToyRows(output, classes),
              new Remark(Remark.Subject.DECODING, "in the graph", "toys decode themselves"))
          : LayoutChoice.NONE;
    }
  }
}
