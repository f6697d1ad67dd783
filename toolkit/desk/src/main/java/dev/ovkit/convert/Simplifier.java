package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.family.Families;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.python.PythonException;
import dev.ovkit.python.PythonListener;
import dev.ovkit.python.PythonTool;
import dev.ovkit.python.PythonTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Simplifies an ONNX with onnxsim, in its pinned Python environment. Conversion does not need it:
 * ovkit folds the shape arithmetic of the exporters it knows by itself.
 */
public final class Simplifier {

  private static final Decision.Kind SIMPLIFY = Decision.Kind.SIMPLIFY;

  /**
   * What was made.
   *
   * @param onnx the file
   * @param nodesBefore operations in the model as it was given, constants included
   * @param nodesAfter those in the file
   * @param version of onnxsim
   */
  public record Simplified(Path onnx, int nodesBefore, int nodesAfter, String version) {}

  /**
   * Writes a simplified model. The file appears whole or not at all.
   *
   * @throws ModelException if the model cannot be read or simplified
   * @throws OutputException if the file cannot be written
   * @throws PythonException if there is no Python for it
   */
  public static Simplified simplify(Path onnx, Path target, PythonListener listener) {
    OnnxModel.read(onnx);
    Path folder = StagedFiles.parent(target);
    try (StagedFiles staging = StagedFiles.in(folder)) {
      Path made = staging.resolve("simplified.onnx");
      Map<String, Object> answer =
          PythonTools.create(listener)
              .run(
                  PythonTool.SIMPLIFY,
                  staging.folder(),
                  List.of(
                      "--input", onnx.toAbsolutePath().toString(), "--output", "simplified.onnx"));
      StagedFiles.move(made, target);
      return new Simplified(
          target,
          number(answer, "nodes_before"),
          number(answer, "nodes_after"),
          Objects.requireNonNull(answer.get("version")).toString());
    } catch (IOException e) {
      throw OutputException.of(target, e);
    }
  }

  /**
   * A model to convert.
   *
   * @param model with the name and hash of the file that was given
   * @param decision what was decided, if there was anything to decide
   * @param tool what simplified it; empty if nothing did
   */
  record Source(OnnxModel model, Optional<Decision> decision, Optional<String> tool) {}

  /** Reads a model and simplifies it, if the route and the model say so. */
  static Source read(Path onnx, Route route, Families families) {
    OnnxModel model = OnnxModel.read(onnx);
    boolean auto = route.simplify() == Simplify.AUTO;
    if (route.simplify() == Simplify.NEVER
        || (auto && (!model.computesShapes() || isSettled(model, families)))) {
      return new Source(model, Optional.empty(), Optional.empty());
    }
    try {
      return simplified(onnx, model, auto, route.listener(), families);
    } catch (PythonException | ModelException e) {
      if (auto) {
        return unchanged(
            model, Decision.of(SIMPLIFY, "no", Reason.SIMPLIFIER_FAILED, e.getMessage()));
      }
      throw e;
    }
  }

  private static boolean isSettled(OnnxModel model, Families families) {
    return InputPlan.recognise(model, families).settled();
  }

  private static Source simplified(
      Path onnx, OnnxModel model, boolean auto, PythonListener listener, Families families) {
    try (StagedFiles staging = StagedFiles.in(Path.of(System.getProperty("java.io.tmpdir")))) {
      Simplified made = simplify(onnx, staging.resolve("model.onnx"), listener);
      OnnxModel simpler = OnnxModel.read(made.onnx()).standingFor(model);
      if (auto && !InputPlan.recognise(simpler, families).isDetector()) {
        return unchanged(model, Decision.of(SIMPLIFY, "no", Reason.SIMPLIFIED_IN_VAIN));
      }
      String tool = "onnxsim " + made.version();
      String value =
          "%s: %d operations become %d".formatted(tool, made.nodesBefore(), made.nodesAfter());
      Reason why = auto ? Reason.SIMPLIFIED_TO_RECOGNISE : Reason.ASKED;
      return new Source(simpler, Optional.of(Decision.of(SIMPLIFY, value, why)), Optional.of(tool));
    } catch (IOException e) {
      throw OutputException.of(onnx, e);
    }
  }

  private static Source unchanged(OnnxModel model, Decision decision) {
    return new Source(model, Optional.of(decision), Optional.empty());
  }

  private Simplifier() {}

  private static int number(Map<String, Object> answer, String key) {
    return ((Number) Objects.requireNonNull(answer.get(key))).intValue();
  }
}
