package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.FoundDetector;
import dev.ovkit.family.LayoutChoice;
import dev.ovkit.family.Remark;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How boxes are read from the outputs.
 *
 * @param model with what of the decoding the graph does itself
 * @param tensors its outputs
 * @param layout empty if no boxes can be read from them
 * @param headWeights what the .bin ends with if the heads are lazy
 */
record LayoutPlan(
    OnnxModel model,
    List<String> tensors,
    Optional<HeadLayout> layout,
    List<float[]> headWeights,
    List<Decision> decisions) {

  /**
   * @param finished the model, cut at the outputs and rewritten
   */
  static LayoutPlan of(
      InputPlan input, List<String> tensors, OnnxModel finished, ConvertOptions options) {
    boolean columns = options.outputs() instanceof Outputs.Columns;
    List<Decision> decisions = new ArrayList<>();
    Optional<HeadLayout> layout = Optional.empty();
    if (input.detector().isPresent()) {
      FoundDetector detector = input.detector().get();
      LayoutChoice choice = detector.layout(input.model(), tensors, columns);
      choice.remarks().forEach(remark -> decisions.add(decision(remark)));
      if (choice.layout().isEmpty() && options.outputs() instanceof Outputs.Auto) {
        throw NotADetector.refusal(
            options,
            choice.remarks().isEmpty()
                ? "boxes cannot be read from its outputs"
                : choice.remarks().get(choice.remarks().size() - 1).reason(),
            List.of());
      }
      if (choice.layout().isEmpty()) {
        decisions.add(Decision.of(Decision.Kind.DECODING, "none", Reason.NOT_A_WHOLE_DETECTOR));
      }
      layout = choice.layout();
    }
    if (input.detector().isEmpty()) {
      decisions.add(
          Decision.of(
              Decision.Kind.DECODING,
              "none",
              Reason.NOT_RECOGNISED,
              input.recognition().refusal()));
    }
    if (columns && layout.isEmpty()) {
      throw new ModelException(
          "'%s' cannot have its boxes decoded in the graph: %s; --output none keeps its outputs"
              .formatted(
                  options.onnx(),
                  input.detector().isPresent()
                      ? "its outputs are not a whole detector"
                      : "it is not recognised as a YOLO detector: "
                          + input.recognition().refusal()));
    }
    if (columns && !isColumns(layout.get())) {
      OnnxModel decoded = ColumnsTail.appendTo(finished, layout.get());
      List<String> outputs = names(decoded);
      return new LayoutPlan(
          decoded,
          outputs,
          Optional.of(Layouts.columns(outputs.get(0), layout.get().classes())),
          List.of(),
          decisions);
    }
    if (options.outputs() instanceof Outputs.Lazy) {
      LazyTail.Lazy lazy = LazyTail.cut(finished, layout.orElseThrow());
      return new LayoutPlan(
          lazy.model(), names(lazy.model()), Optional.of(lazy.layout()), lazy.weights(), decisions);
    }
    return new LayoutPlan(finished, tensors, layout, List.of(), decisions);
  }

  private static boolean isColumns(HeadLayout layout) {
    return layout.equals(Layouts.columns(layout.outputs().get(0), layout.classes()));
  }

  private static Decision decision(Remark remark) {
    Decision.Kind kind =
        switch (remark.subject()) {
          case HEADS -> Decision.Kind.HEADS;
          case DECODING -> Decision.Kind.DECODING;
          case ANCHORS -> Decision.Kind.ANCHORS;
        };
    return Decision.of(
            kind, remark.value(), remark.assumed() ? Reason.FAMILY : Reason.FOUND, remark.reason())
        .asAssumed(remark.assumed());
  }

  private static List<String> names(OnnxModel model) {
    return model.outputs().stream().map(TensorInfo::name).toList();
  }
}
