package dev.ovkit.verify;

import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Outputs;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What is compared, and what the caller knows of it.
 *
 * @param first an ONNX, or the .xml of an IR; the one that differences are relative to
 * @param second the same for the second model
 * @param outputs where an ONNX is cut; automatic means at the other model's outputs
 * @param mean what the network expects to be subtracted, for a model that is not as its family
 * @param scale what it expects its numbers to be divided by
 * @param modelColour the channel order it was trained on
 * @param resize how pictures are brought to the input
 * @param pad the grey beside them
 * @param inputColour the channel order that the IR takes, and that this is meant
 * @param bare whether the IR has no preprocessing inside, and that this is meant
 * @param confidence the score from which a box counts; empty takes the first model's
 * @param relativeL2 in place of the precision's tolerance
 * @param score in place of the precision's tolerance
 * @param iou in place of the precision's tolerance
 */
public record VerifyOptions(
    Path first,
    Path second,
    Outputs outputs,
    Optional<List<Float>> mean,
    Optional<List<Float>> scale,
    Optional<Colour> modelColour,
    Optional<Resize.Mode> resize,
    OptionalInt pad,
    Optional<Colour> inputColour,
    boolean bare,
    OptionalDouble confidence,
    OptionalDouble relativeL2,
    OptionalDouble score,
    OptionalDouble iou) {

  /** All from the models. */
  public static VerifyOptions of(Path first, Path second) {
    return new VerifyOptions(
        first,
        second,
        new Outputs.Auto(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        false,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  public VerifyOptions withInputColour(Colour colour) {
    return new VerifyOptions(
        first,
        second,
        outputs,
        mean,
        scale,
        modelColour,
        resize,
        pad,
        Optional.of(colour),
        bare,
        confidence,
        relativeL2,
        score,
        iou);
  }

  VerifyOptions withConfidence(double lower) {
    return new VerifyOptions(
        first,
        second,
        outputs,
        mean,
        scale,
        modelColour,
        resize,
        pad,
        inputColour,
        bare,
        OptionalDouble.of(lower),
        relativeL2,
        score,
        iou);
  }

  Tolerance tolerance(WeightPrecision precision) {
    Tolerance usual = Tolerance.of(precision);
    return new Tolerance(
        relativeL2.orElse(usual.relativeL2()),
        score.orElse(usual.score()),
        iou.orElse(usual.iou()));
  }

  Resize resized(Resize own) {
    return new Resize(resize.orElse(own.mode()), pad.orElse(own.padValue()), own.interpolation());
  }

  /** How an ONNX is run: as its family does it, except where the caller knows better. */
  ConvertOptions oracle(Path onnx, Outputs cut, Optional<Shape> inputShape) {
    return ConvertOptions.of(onnx).toBuilder()
        .outputs(cut)
        .inputShape(inputShape)
        .mean(mean)
        .scale(scale)
        .resize(resize)
        .pad(pad)
        .rewrite(false)
        .build();
  }
}
