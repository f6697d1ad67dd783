package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.runtime.Shape;
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
    boolean rows = areRows(shape, known);
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
        : FoundLayout.rows(
                this,
                detector,
                output(detector),
                form(),
                new ClassNumbers.Numbering(classes, said.classesFromOne()))
            .recognised();
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

  /** Whether a table of boxes and scores has a row a candidate, not a column. */
  static boolean areRows(Shape shape, int classes) {
    return classes > 0
        ? shape.dimension(2) == 4L + classes
        : shape.dimension(2) >= 5 && shape.dimension(2) < shape.dimension(1);
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

  static String output(DetectorGraph detector) {
    return detector.graph().outputs().iterator().next();
  }

  /** The shape of the only output, if it is a table of numbers. */
  static @Nullable Shape only(DetectorGraph detector) {
    Shape shape =
        detector.graph().outputs().size() == 1 ? detector.outputShape(output(detector)) : null;
    return shape != null && shape.rank() == 3 ? shape : null;
  }
}
