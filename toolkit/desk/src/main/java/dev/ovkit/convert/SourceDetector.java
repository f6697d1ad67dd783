package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.Families;
import dev.ovkit.family.Recognition;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.onnx.OnnxModel;

/**
 * An ONNX as any runtime would run it: with the outputs that its IR would have, no rewrite, and the
 * preprocessing left to the client.
 *
 * @param onnx the graph, cut
 * @param spec what the client has to do, before it and after it
 */
public record SourceDetector(OnnxModel onnx, DetectorSpec spec) {

  /**
   * Reads a detector, deciding what is open as a conversion with the same options does.
   *
   * @throws ModelException if it cannot be read or is not recognised as a detector
   */
  public static SourceDetector of(ConvertOptions options) {
    return of(options, Families.ALL);
  }

  /** What a conversion without options would take a model for. */
  public static Recognition recognise(OnnxModel model) {
    return InputPlan.recognise(model, Families.ALL);
  }

  /** Reads a detector of one of these families. */
  public static SourceDetector of(ConvertOptions options, Families families) {
    Plan plan =
        new Planner(options.withoutRewrite(), families).plan(OnnxModel.read(options.onnx()));
    DetectorSpec ir =
        plan.detector()
            .orElseThrow(
                () ->
                    new ModelException(
                        "'%s' is not recognised as a detector, so nothing is known of its boxes; 'ovkit inspect' says what it looks like"
                            .formatted(options.onnx())));
    Colour colour = ir.inputColour();
    return new SourceDetector(
        plan.model(),
        ir.withInputColour(plan.reverseChannels() ? colour.reversed() : colour)
            .withNormalization(new Normalization(plan.mean(), plan.scale())));
  }
}
