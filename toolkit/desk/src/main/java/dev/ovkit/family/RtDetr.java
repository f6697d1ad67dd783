package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.onnx.Graph;
import java.util.List;
import java.util.Optional;

/**
 * RT-DETR, RT-DETRv2, D-FINE and DEIM as their own exporters write them: {@code labels}, {@code
 * boxes}, {@code scores}, each {@code [1, N, …]}, of the size that a second input says.
 */
public final class RtDetr implements DetectorFamily {

  @Override
  public String name() {
    return "RT-DETR";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Graph graph = detector.graph();
    Lists lists = Lists.of(detector).orElse(null);
    if (lists == null
        || !detector.hasFixed(PictureInput.Fixed.SIZE)
        || graph.outputs().size() != 3) {
      return Optional.empty();
    }
    int classes = new ClassNumbers(detector).upTo(lists.classes(), List.of(lists.classes()));
    return classes == 0
        ? Optional.empty()
        : FoundLayout.of(
                this,
                new EndToEnd(Tail.rows(detector), BoxForm.CORNER_UNIT, classes),
                "a row an object; the size that the second input says is 1, so that boxes are shares of the input")
            .with("boxes, scores and labels joined to rows", lists::joined)
            .recognised();
  }
}
