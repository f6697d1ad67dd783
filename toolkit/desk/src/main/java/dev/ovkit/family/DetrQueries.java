package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import java.util.Optional;

/**
 * Detection transformers that leave choosing to the client: RT-DETR and D-FINE as Hugging Face
 * exports them ({@code logits}, {@code pred_boxes}), and RF-DETR ({@code dets}, {@code labels}).
 * Scores want a sigmoid, boxes are shares of the input, and each class of each query may be an
 * object.
 */
public final class DetrQueries implements DetectorFamily {

  @Override
  public String name() {
    return "DETR queries";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    SplitOutputs outputs = SplitOutputs.of(detector).orElse(null);
    if (outputs == null
        || outputs.classesFirst()
        || !detector.attends()
        || outputs.areProbabilities(detector)) {
      return Optional.empty();
    }
    FoundLayout found =
        FoundLayout.of(
            this,
            new BoxesAndScores(
                outputs.boxes(),
                outputs.scores(),
                BoxForm.CENTRE_UNIT,
                false,
                true,
                true,
                outputs.classes()),
            "queries: centre and size in 0..1, and logits of %d classes, of which a sigmoid makes scores; nothing is suppressed after it"
                .formatted(outputs.classes()));
    // RF-DETR's backbone sees patches and its sides are exponentials; it is trained on ImageNet's
    // mean and deviation.
    boolean exponential = detector.before(outputs.boxes()).stream().anyMatch(n -> n.is("Exp"));
    return exponential || detector.seesPatches()
        ? found.with(Preprocessing.STRETCHED_AS_IMAGENET).recognised()
        : found.recognised();
  }
}
