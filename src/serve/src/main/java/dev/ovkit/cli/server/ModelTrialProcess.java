package dev.ovkit.cli.server;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.internal.process.GuardedProcess;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.serve.model.ModelSelfTest;
import dev.ovkit.serve.model.ModelTrial;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tries a model in a process of its own, where a crash, a hang or a hunger for memory becomes a
 * message.
 */
final class ModelTrialProcess implements ModelTrial {

  private static final int LONGEST = 1000;

  /** What the process does: it opens the model and tests it. */
  public static void main(String[] arguments) {
    GuardedProcess.endWithParent();
    Path ir = Path.of(arguments[0]);
    try (Detector detector = Detector.open(ir, ServedModel.of("tried", ir).options())) {
      ModelSelfTest.run(detector, ir);
    } catch (OvkitException e) {
      System.err.println(OneLine.of(String.valueOf(e.getMessage()), LONGEST));
      System.exit(1);
    }
  }

  @Override
  public void require(ServedModel model) {
    IrDescription ir = IrDescription.read(model.ir());
    GuardedProcess.Outcome outcome = run(ir);
    if (!outcome.loss().isEmpty()) {
      throw new ModelException(
          "'%s' cannot be used: OpenVINO %s %s; make the IR again, best by 'ovkit convert' from its ONNX"
              .formatted(model.ir(), NativeRuntime.OPENVINO_VERSION, outcome.loss()),
          model.ir(),
          null);
    }
    if (!outcome.passed()) {
      throw new ModelException(
          outcome.said().isEmpty()
              ? "'%s' cannot be tried: the process that opens it has failed".formatted(model.ir())
              : outcome.said(),
          model.ir(),
          null);
    }
  }

  private static GuardedProcess.Outcome run(IrDescription ir) {
    try {
      Path folder = Files.createTempDirectory("ovkit-trial-");
      try {
        return GuardedProcess.run(
            ModelTrialProcess.class.getName(),
            ir.xml().toAbsolutePath(),
            ir.weightsBytes(),
            folder);
      } finally {
        Trees.delete(folder);
      }
    } catch (IOException e) {
      throw new OutputException("'%s' cannot be tried: %s".formatted(ir.xml(), e.getMessage()), e);
    }
  }
}
