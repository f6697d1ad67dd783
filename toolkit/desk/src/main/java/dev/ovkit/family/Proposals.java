package dev.ovkit.family;

import dev.ovkit.family.BoxArithmetic.Corners;
import dev.ovkit.family.BoxArithmetic.Unit;
import dev.ovkit.family.CandidateColumns.Kind;
import dev.ovkit.family.Recognition.Proposal;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Descriptions by hand that fit a graph: its shapes say which layouts are possible, and what
 * computes the columns says which flags they need.
 */
record Proposals(DetectorGraph detector) {

  private static final int BOX = 4;
  private static final int OBJECT = 6;

  /** The likeliest first. */
  List<Proposal> all() {
    List<Proposal> fitting = new ArrayList<>();
    SplitOutputs.of(detector).ifPresent(apart -> fitting.add(apart(apart)));
    Shape shape = ByHand.only(detector);
    if (shape != null) {
      table(shape, fitting);
    }
    fitting.addAll(AnchoredMaps.proposals(detector));
    return fitting;
  }

  private Proposal apart(SplitOutputs outputs) {
    boolean queries = detector.attends();
    Kind kind = outputs.kind(detector);
    boolean logits = kind == Kind.OTHER ? !outputs.areProbabilities(detector) : kind == Kind.RAW;
    return new Proposal(
        "--layout boxes-and-scores%s --scores %s%s"
            .formatted(
                boxes(outputs.arithmetic(detector), !queries, List.of(outputs.boxes())),
                logits ? "logits" : "probabilities",
                queries ? " --suppressed" : ""),
        "boxes and %d scores apart".formatted(outputs.classes()));
  }

  private void table(Shape shape, List<Proposal> fitting) {
    String output = ByHand.output(detector);
    CandidateColumns rows = CandidateColumns.of(detector, output, 2);
    boolean object = shape.dimension(2) == OBJECT && rows.againstObjects().isEmpty();
    if (object) {
      fitting.add(object(output, rows));
      if (rows.kind(BOX + 1, OBJECT) == Kind.WHOLE) {
        return;
      }
    }
    Proposal objectness = shape.dimension(2) < shape.dimension(1) ? objectness(rows, shape) : null;
    boolean sure = objectness != null && !rows.column(BOX).isEmpty();
    if (objectness != null && sure) {
      fitting.add(objectness);
    }
    boolean across = ByHand.areRows(shape, detector.labels().size());
    long columns = shape.dimension(across ? 2 : 1);
    if (columns > BOX && fitsNames(columns - BOX)) {
      CandidateColumns table = across ? rows : CandidateColumns.of(detector, output, 1);
      fitting.add(
          new Proposal(
              "--layout boxes-and-scores"
                  + boxes(table.boxes(), false, parts(table))
                  + scores(table.afterBox()),
              "a box and %d scores, without objectness".formatted(columns - BOX)));
    }
    if (objectness != null && !sure) {
      fitting.add(objectness);
    }
  }

  private Proposal object(String output, CandidateColumns rows) {
    ClassNumbers.Numbering numbering =
        new ClassNumbers(detector).numbering(output, rows.column(OBJECT - 1));
    String count =
        !detector.labels().isEmpty()
            ? ""
            : " --classes " + (numbering.classes() == 0 ? "N" : numbering.classes());
    return new Proposal(
        "--layout end-to-end"
            + boxes(rows.boxes(), true, parts(rows))
            + count
            + (numbering.movedDown() ? " --first-class 1" : ""),
        "a row an object: box, score, class");
  }

  /** Rows with an objectness, which are always centre and size in pixels; null if they are not. */
  private @Nullable Proposal objectness(CandidateColumns rows, Shape shape) {
    BoxArithmetic boxes = rows.boxes();
    boolean fits =
        shape.dimension(2) >= OBJECT
            && !isShare(boxes, parts(rows))
            && fitsNames(shape.dimension(2) - 5)
            && boxes.corners() != Corners.TWO_CORNERS;
    return fits
        ? new Proposal(
            "--layout flat-rows" + scores(rows.afterBox()),
            "a box, an objectness and %d scores".formatted(shape.dimension(2) - 5))
        : null;
  }

  /** A table whose numbers of a box are not apart is looked at as a whole. */
  private List<String> parts(CandidateColumns columns) {
    List<String> parts = columns.boxParts();
    return parts.isEmpty() ? List.of(ByHand.output(detector)) : parts;
  }

  private boolean fitsNames(long classes) {
    return detector.labels().isEmpty() || detector.labels().size() == classes;
  }

  private String boxes(BoxArithmetic boxes, boolean usuallyCorners, List<String> parts) {
    boolean corners =
        boxes.corners() == Corners.TWO_CORNERS
            || usuallyCorners && boxes.corners() != Corners.CENTRE_AND_SIZE;
    return " --boxes %s%s"
        .formatted(corners ? "xyxy" : "cxcywh", isShare(boxes, parts) ? " --normalised" : "");
  }

  private boolean isShare(BoxArithmetic boxes, List<String> parts) {
    return boxes.unit() == Unit.SHARES
        || boxes.unit() == Unit.UNSAID && parts.stream().allMatch(detector::isShare);
  }

  private static String scores(Kind kind) {
    return kind == Kind.RAW ? " --scores logits" : "";
  }
}
