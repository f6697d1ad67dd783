package dev.ovkit.verify;

import dev.ovkit.family.Families;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.subject.Output;
import dev.ovkit.subject.Subject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two models opened so that their answers can be compared, and what stood out on the way.
 *
 * <p>An IR is held to the contract of {@code ovkit convert}: it takes BGR, 0..255, and resizes as
 * the ONNX's family does. What it says otherwise is believed when pictures are handed to it, and is
 * a finding, unless the caller says that it is meant. An IR that says nothing gets what the
 * contract says.
 */
final class ModelPair implements AutoCloseable {

  final Subject first;
  final Subject second;
  final WeightPrecision precision;
  final Tolerance tolerance;
  final double threshold;
  final List<Finding> findings;
  final List<String> notes;

  /** Reasons in the metadata of an IR why it may differ from the ONNX. */
  final List<String> hints;

  /** Every name of an output, by the name that the subject calls it by. */
  private final Map<String, Set<String>> firstNames;

  private final Map<String, Set<String>> secondNames;

  ModelPair(ModelPairOpening opening, VerifyOptions options, RunPlan a, RunPlan b) {
    this.precision = a.precision().compareTo(b.precision()) > 0 ? a.precision() : b.precision();
    this.tolerance = options.tolerance(precision);
    this.threshold = options.confidence().orElse(a.spec().confidenceThreshold());
    DetectOptions detect =
        DetectOptions.defaults().withConfidence(BoxComparison.lowest(threshold, tolerance));
    this.first = a.open(detect, opening.findings::add);
    try {
      this.second = b.open(detect, opening.findings::add);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
    this.firstNames = a.names();
    this.secondNames = b.names();
    this.findings = List.copyOf(opening.findings);
    this.notes = List.copyOf(opening.notes);
    this.hints = List.copyOf(opening.hints);
  }

  static ModelPair open(VerifyOptions options, Families families, List<LayoutFormat> layouts) {
    return new ModelPairOpening(options, families, layouts).open();
  }

  /** The names of an output of the first model; two outputs that share one are the same. */
  Set<String> firstNames(Output output) {
    return firstNames.getOrDefault(output.name(), Set.of(output.name()));
  }

  /** The same of the second. */
  Set<String> secondNames(Output output) {
    return secondNames.getOrDefault(output.name(), Set.of(output.name()));
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
