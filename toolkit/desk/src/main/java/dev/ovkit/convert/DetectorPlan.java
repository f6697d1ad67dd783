package dev.ovkit.convert;

import dev.ovkit.OptionException;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What the IR says of itself. */
record DetectorPlan(DetectorSpec spec, List<Decision> decisions) {

  static DetectorPlan of(
      HeadLayout layout, PreprocessingPlan preprocessing, OnnxModel model, ConvertOptions options) {
    List<Decision> decisions = new ArrayList<>();
    Shape picture = Objects.requireNonNull(model.inputs().get(0).shape());
    int width = Math.toIntExact(picture.dimension(3));
    int height = Math.toIntExact(picture.dimension(2));
    decisions.add(preprocessing.letterbox());
    List<String> labels = labels(layout, model, options, decisions);
    return new DetectorPlan(
        new DetectorSpec(
            width,
            height,
            preprocessing.colour(),
            preprocessing.resize(),
            layout,
            labels,
            threshold(model, Decision.Kind.CONFIDENCE, layout.task().confidence(), decisions),
            threshold(model, Decision.Kind.IOU, DetectorSpec.DEFAULT_IOU, decisions)),
        decisions);
  }

  private static List<String> labels(
      HeadLayout layout, OnnxModel model, ConvertOptions options, List<Decision> decisions) {
    if (!options.labels().isEmpty()) {
      if (options.labels().size() != layout.classes()) {
        throw new OptionException(
            "--labels has %d names, but '%s' has %d classes; give one name per line, in training order"
                .formatted(options.labels().size(), options.onnx(), layout.classes()));
      }
      decisions.add(labelled(options.labels(), Reason.GIVEN));
      return options.labels();
    }
    if (model.labels().size() == layout.classes()) {
      decisions.add(labelled(model.labels(), Reason.LABELS_NOTED));
      return model.labels();
    }
    decisions.add(unlabelled(layout, model));
    return List.of();
  }

  private static Decision unlabelled(HeadLayout layout, OnnxModel model) {
    if (model.metadata().getOrDefault("names", "").isBlank()) {
      return Decision.of(Decision.Kind.LABELS, "none", Reason.NO_LABELS);
    }
    return model.labels().isEmpty()
        ? Decision.of(Decision.Kind.LABELS, "none", Reason.LABELS_WITH_GAPS)
        : Decision.of(
            Decision.Kind.LABELS,
            "none",
            Reason.LABELS_MISFIT,
            model.labels().size(),
            layout.classes());
  }

  private static Decision labelled(List<String> labels, Reason reason) {
    return Decision.of(Decision.Kind.LABELS, labels.size() + " names", reason);
  }

  /** A training script may note at which score its model works best. */
  private static float threshold(
      OnnxModel model, Decision.Kind kind, float otherwise, List<Decision> decisions) {
    String noted = model.metadata().get(kind.word() + "_threshold");
    try {
      float value = noted == null ? Float.NaN : Float.parseFloat(noted);
      if (noted != null && value >= 0 && value <= 1) {
        decisions.add(Decision.of(kind, noted, Reason.THRESHOLD_NOTED));
        return value;
      }
    } catch (NumberFormatException e) {
      // as if it were not there
    }
    return otherwise;
  }
}
