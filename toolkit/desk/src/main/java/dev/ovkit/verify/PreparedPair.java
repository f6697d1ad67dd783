package dev.ovkit.verify;

import dev.ovkit.convert.SourceDetector;
import dev.ovkit.family.Families;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Two models, and how a comparison runs them: an ONNX as its family requires, cut at the outputs of
 * the IR; an IR as its metadata says.
 *
 * @param findings what stood out before anything was run
 * @param notes what was assumed
 */
public record PreparedPair(Side first, Side second, List<Finding> findings, List<String> notes) {

  /**
   * One of the two.
   *
   * @param file as it was given
   * @param precision in which it stores its weights
   * @param spec how it gets its picture
   * @param onnx the graph, cut; empty for an IR
   */
  public record Side(
      Path file, WeightPrecision precision, DetectorSpec spec, Optional<OnnxModel> onnx) {

    static Side of(RunPlan plan) {
      return new Side(
          plan.file(),
          plan.precision(),
          plan.spec(),
          Optional.ofNullable(plan.source()).map(SourceDetector::onnx));
    }
  }

  public PreparedPair {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }

  /**
   * Decides how the two models of a comparison are run.
   *
   * @throws dev.ovkit.ModelException if one of the two cannot be read or is no detector
   */
  public static PreparedPair of(VerifyOptions options) {
    ModelPairOpening opening = new ModelPairOpening(options, Families.ALL, Layouts.ALL);
    ModelPairOpening.RunPlans plans = opening.plans();
    return new PreparedPair(
        Side.of(plans.first()), Side.of(plans.second()), opening.findings, opening.notes);
  }
}
