package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.Optional;

/**
 * PicoDet and PP-YOLOE with PaddleDetection's own decoding: suppressed, {@code [n, 6]} (class,
 * score, x1, y1, x2, y2) and a count, of the size that {@code scale_factor} says; or not, boxes
 * {@code [1, N, 4]} and scores {@code [1, classes, N]}.
 */
public final class Paddle implements DetectorFamily {

  /** Columns of {@code [n, 6]} in the order of {@link EndToEnd}. */
  private static final long[] ORDER = {2, 3, 4, 5, 1, 0};

  private static final String PLUS =
      "PP-YOLOE+ is trained on 0..1 alone, which no graph shows: --mean 0 --scale-values 255";

  @Override
  public String name() {
    return "PaddleDetection";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_AS_PADDLE;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Optional<Recognition> apart =
        SplitOutputs.of(detector)
            .filter(o -> o.classesFirst() && !detector.attends())
            // Its distances are distributions; boxes and scores alone have many families.
            .filter(o -> detector.graph().count("Softmax") > 0)
            .flatMap(
                o ->
                    FoundLayout.of(
                            this,
                            new BoxesAndScores(
                                o.boxes(),
                                o.scores(),
                                BoxForm.CORNER_PIXELS,
                                true,
                                false,
                                false,
                                o.classes()),
                            "x1, y1, x2, y2 in pixels, and %d scores done; %s"
                                .formatted(o.classes(), PLUS))
                        .recognised());
    return apart.isPresent() ? apart : suppressed(detector);
  }

  private Optional<Recognition> suppressed(DetectorGraph detector) {
    if (!detector.hasFixed(PictureInput.Fixed.SCALE) || detector.graph().outputs().size() > 2) {
      return Optional.empty();
    }
    for (String output : detector.graph().outputs()) {
      Shape shape = detector.outputShape(output);
      int classes =
          new ClassNumbers(detector)
              .upTo(output, CandidateColumns.of(detector, output, 1).column(0));
      if (shape != null && shape.rank() == 2 && shape.dimension(1) == 6 && classes > 0) {
        return FoundLayout.of(
                this,
                new EndToEnd(Tail.rows(detector), BoxForm.CORNER_PIXELS, classes),
                "a row an object; the scale that the second input says is 1, so that boxes are in pixels of the input; "
                    + PLUS)
            .with(
                "the best %d rows, in ovkit's order".formatted(Tail.MOST), m -> ordered(m, output))
            .recognised();
      }
    }
    return Optional.empty();
  }

  private static OnnxModel ordered(OnnxModel model, String output) {
    Tail tail = new Tail(model);
    String rows = tail.gather(output, 1, tail.longs(ORDER));
    return tail.end(tail.best(tail.reshape(rows, 1, -1, 6)));
  }
}
