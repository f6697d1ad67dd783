package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.FoundDetector;
import dev.ovkit.family.FoundHead;
import dev.ovkit.family.Recognition;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the graph is cut.
 *
 * @param tensors in the order of the outputs
 */
record OutputPlan(List<String> tensors, List<Decision> decisions) {

  static OutputPlan of(InputPlan input, ConvertOptions options) {
    OnnxModel model = input.model();
    Outputs outputs = options.outputs();
    if (outputs instanceof Outputs.Named named) {
      return asked(
          resolve(model, named.names(), input.detector()), String.join(", ", named.names()));
    }
    if (outputs instanceof Outputs.Tensors exact) {
      for (String tensor : exact.names()) {
        if (!model.computes(tensor)) {
          throw new ModelException(
              "'%s' computes no tensor '%s', which was to be an output"
                  .formatted(options.onnx(), tensor));
        }
      }
      return asked(exact.names(), String.join(", ", exact.names()));
    }
    if (outputs instanceof Outputs.Columns) {
      return new OutputPlan(cutAt(input), List.of(decision("columns", Reason.COLUMNS_ASKED)));
    }
    if (outputs instanceof Outputs.Lazy) {
      return new OutputPlan(
          lazyHeads(input.recognition(), options).cutAt(),
          List.of(decision("lazy heads", Reason.LAZY_ASKED)));
    }
    if (outputs instanceof Outputs.AsTheyAre) {
      return asked(own(model), String.join(", ", own(model)));
    }
    return auto(input, options);
  }

  private static OutputPlan asked(List<String> tensors, String names) {
    return new OutputPlan(tensors, List.of(decision(names, Reason.ASKED)));
  }

  private static OutputPlan auto(InputPlan input, ConvertOptions options) {
    if (input.detector().isEmpty()) {
      throw NotADetector.refusal(
          options, input.recognition().refusal(), input.recognition().proposals());
    }
    FoundDetector detector = input.detector().get();
    String names =
        detector.heads().isEmpty() || detector.cutAt().isEmpty()
            ? String.join(", ", cutAt(input))
            : detector.heads().stream().map(FoundHead::title).collect(Collectors.joining(", "));
    List<Decision> decisions = new ArrayList<>();
    decisions.add(decision(names, Reason.FOUND, detector.outputsReason()));
    for (String note : detector.notes()) {
      decisions.add(
          Decision.of(Decision.Kind.HEADS, "assumed", Reason.FAMILY, note).asAssumed(true));
    }
    return new OutputPlan(cutAt(input), decisions);
  }

  private static Decision decision(String value, Reason reason, Object... details) {
    return Decision.of(Decision.Kind.OUTPUTS, value, reason, details);
  }

  private static List<String> own(OnnxModel model) {
    return model.outputs().stream().map(TensorInfo::name).toList();
  }

  private static List<String> cutAt(InputPlan input) {
    return input
        .detector()
        .map(FoundDetector::cutAt)
        .filter(tensors -> !tensors.isEmpty())
        .orElseGet(() -> own(input.model()));
  }

  private static FoundDetector lazyHeads(Recognition recognition, ConvertOptions options) {
    Optional<String> why =
        recognition
            .detector()
            .map(FoundDetector::whyNoLazyHeads)
            .orElseGet(
                () ->
                    Optional.of(
                        "it is not recognised as a YOLO detector: " + recognition.refusal()));
    if (why.isPresent()) {
      throw new ModelException(
          "'%s' cannot have lazy heads: %s; convert it without --heads lazy"
              .formatted(options.onnx(), why.get()));
    }
    return recognition.detector().orElseThrow();
  }

  /** Head names differ from export to export, so a miss also says which heads this model has. */
  private static List<String> resolve(
      OnnxModel model, List<String> names, Optional<FoundDetector> detector) {
    try {
      return model.resolveOutputs(names);
    } catch (ModelException e) {
      if (detector.isPresent() && !detector.get().cutAt().isEmpty()) {
        throw new ModelException(
            "%s; its heads are %s, which --output auto takes"
                .formatted(
                    e.getMessage(),
                    detector.get().heads().stream()
                        .map(head -> head.title() + " (" + head.shape() + ")")
                        .collect(Collectors.joining(", "))),
            e);
      }
      throw e;
    }
  }
}
