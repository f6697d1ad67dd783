package dev.ovkit.verify;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.subject.OnnxSubject;
import dev.ovkit.subject.Subject;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a model of a contest will be run.
 *
 * @param names every name of an output, by the name that the subject calls it by
 * @param source of an ONNX
 * @param otherwise how an IR is read if {@code spec} does not fit it
 * @param tells whether the IR itself records what {@code spec} says
 */
record RunPlan(
    Path file,
    WeightPrecision precision,
    DetectorSpec spec,
    Map<String, Set<String>> names,
    @Nullable SourceDetector source,
    @Nullable DetectorSpec otherwise,
    boolean tells) {

  static RunPlan onnx(Path file, DetectorSpec spec, SourceDetector source) {
    return new RunPlan(file, WeightPrecision.FP32, spec, Map.of(), source, null, false);
  }

  /** Opens the model; that it is not read as it says is a finding. */
  Subject open(DetectOptions detect, Consumer<Finding> findings) {
    if (source != null) {
      return OnnxSubject.open(file, source, spec, detect);
    }
    try {
      return IrSubject.open(file, spec, detect);
    } catch (ModelException | NativeCallException e) {
      if (otherwise == null) {
        throw e;
      }
      if (tells) {
        findings.accept(
            new Finding(
                Finding.Kind.METADATA,
                "the metadata of the IR does not match the IR: " + e.getMessage()));
      }
      return IrSubject.open(file, otherwise, detect);
    }
  }
}
