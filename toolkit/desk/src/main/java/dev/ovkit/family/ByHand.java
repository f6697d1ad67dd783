package dev.ovkit.family;

import dev.ovkit.family.Recognition.Proposal;
import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The family of a model whose layout the caller describes: shapes say only whether it fits. */
record ByHand(ModelDescription said) implements DetectorFamily {

  @Override
  public String name() {
    return "described by hand";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.USUAL;
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return true;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    return switch (said.layout()) {
      case "boxes-and-scores" -> boxesAndScores(detector);
      case "end-to-end" -> endToEnd(detector);
      case "flat-rows" -> flatRows(detector);
      default -> AnchoredMaps.described(said.anchors()).recognise(detector);
    };
  }

  private Optional<Recognition> boxesAndScores(DetectorGraph detector) {
    SplitOutputs apart = SplitOutputs.of(detector).orElse(null);
    if (apart != null) {
      return found(
          new BoxesAndScores(
              apart.boxes(),
              apart.scores(),
              form(),
              apart.classesFirst(),
              said.logits(),
              said.suppressed(),
              apart.classes()));
    }
    Shape shape = only(detector);
    if (shape == null || shape.dimension(1) < 5 && shape.dimension(2) < 5) {
      return misfit("one output [1,N,4+classes] or [1,4+classes,N], or boxes and scores apart");
    }
    int known = known(detector);
    boolean rows =
        known > 0
            ? shape.dimension(2) == 4L + known
            : shape.dimension(2) >= 5 && shape.dimension(2) < shape.dimension(1);
    int classes = (int) shape.dimension(rows ? 2 : 1) - 4;
    if (classes < 1 || known > 0 && classes != known) {
      return misfit("4 + %d columns in %s".formatted(known, shape));
    }
    return found(
        new BoxesAndScores(
            output(detector),
            output(detector),
            form(),
            !rows,
            said.logits(),
            said.suppressed(),
            classes));
  }

  private Optional<Recognition> endToEnd(DetectorGraph detector) {
    Shape shape = only(detector);
    if (shape == null || shape.dimension(2) != 6) {
      return misfit("one output [1,N,6]: a box, its score and its class");
    }
    int classes = known(detector);
    if (classes == 0) {
      return misfit("the number of classes, which no shape shows: --classes N or --labels FILE");
    }
    return said.logits()
        ? misfit("scores that are done: a network that chooses its objects has them")
        : found(new EndToEnd(output(detector), form(), classes));
  }

  private Optional<Recognition> flatRows(DetectorGraph detector) {
    Shape shape = only(detector);
    if (shape == null || shape.dimension(2) < 6) {
      return misfit("one output [1,N,5+classes]: a box, an objectness and scores");
    }
    if (said.normalised() || said.suppressed() || said.corners().orElse(false)) {
      return misfit("boxes cxcywh in pixels, which rows with an objectness have");
    }
    return found(Layouts.pixelRows(output(detector), said.logits(), (int) shape.dimension(2) - 5));
  }

  private BoxForm form() {
    boolean corners = said.corners().orElse(said.layout().equals("end-to-end"));
    return BoxForm.of(corners, said.normalised());
  }

  private int known(DetectorGraph detector) {
    return said.classes().orElse(detector.labels().size());
  }

  private Optional<Recognition> found(HeadLayout layout) {
    return FoundLayout.of(this, layout, "as described").recognised();
  }

  private Optional<Recognition> misfit(String expected) {
    return Optional.of(
        Recognition.settled(
            "it was described as %s, which needs %s".formatted(said.layout(), expected)));
  }

  private static String output(DetectorGraph detector) {
    return detector.graph().outputs().iterator().next();
  }

  /** The shape of the only output, if it is a table of numbers. */
  private static @Nullable Shape only(DetectorGraph detector) {
    Shape shape =
        detector.graph().outputs().size() == 1 ? detector.outputShape(output(detector)) : null;
    return shape != null && shape.rank() == 3 ? shape : null;
  }

  // ---- what would fit

  /** Descriptions that the shapes of a graph allow, the likeliest first. */
  static List<Proposal> proposals(DetectorGraph detector) {
    List<Proposal> fitting = new ArrayList<>();
    SplitOutputs apart = SplitOutputs.of(detector).orElse(null);
    if (apart != null) {
      boolean queries = detector.attends();
      fitting.add(
          new Proposal(
              "--layout boxes-and-scores --boxes %s%s --scores %s%s"
                  .formatted(
                      queries ? "cxcywh" : "xyxy",
                      detector.isShare(apart.boxes()) ? " --normalised" : "",
                      apart.areProbabilities(detector) ? "probabilities" : "logits",
                      queries ? " --suppressed" : ""),
              "boxes and %d scores apart".formatted(apart.classes())));
    }
    Shape shape = only(detector);
    if (shape != null) {
      table(detector, shape, fitting);
    }
    fitting.addAll(AnchoredMaps.proposals(detector));
    return fitting;
  }

  private static void table(DetectorGraph detector, Shape shape, List<Proposal> fitting) {
    String share = detector.isShare(output(detector)) ? " --normalised" : "";
    long columns = shape.dimension(2);
    if (columns == 6) {
      String count = detector.labels().isEmpty() ? " --classes N" : "";
      fitting.add(
          new Proposal(
              "--layout end-to-end --boxes xyxy%s%s".formatted(share, count),
              "a row an object: box, score, class"));
    }
    long fewer = Math.min(columns, shape.dimension(1));
    if (fewer >= 5) {
      fitting.add(
          new Proposal(
              "--layout boxes-and-scores --boxes cxcywh" + share,
              "a box and %d scores, without objectness".formatted(fewer - 4)));
    }
    if (columns >= 6 && columns < shape.dimension(1) && share.isEmpty()) {
      fitting.add(
          new Proposal(
              "--layout flat-rows", "a box, an objectness and %d scores".formatted(columns - 5)));
    }
  }
}
