package dev.ovkit.cli;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.internal.process.GuardedProcess;
import dev.ovkit.internal.process.TriedModels;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.nativelib.NativeRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An IR that ovkit did not write, which OpenVINO may not survive. A command that runs for long
 * tries it in a process of its own first, where a crash, a hang or a hunger for memory becomes a
 * message. What passed once is remembered in the user's cache.
 */
final class ForeignIr {

  /**
   * Tries an IR, if it is foreign and was not tried before.
   *
   * @throws ModelException if OpenVINO crashes on it, hangs, or takes too much memory, or if it is
   *     damaged
   */
  static void require(Path xml, PrintWriter err) {
    IrDescription ir = IrDescription.read(xml);
    if (!ir.section(IrDescription.OVKIT).isEmpty()) {
      return;
    }
    try {
      String files = Sha256.of(xml) + "\n" + ir.weightsSha256();
      if (TriedModels.contains(files)) {
        return;
      }
      err.printf("ovkit: %s was made by another program: trying it in a separate process%n", xml);
      GuardedProcess.Outcome outcome = run(ir);
      if (!outcome.loss().isEmpty()) {
        throw new ModelException(
            "'%s' cannot be used: OpenVINO %s %s; make the IR again, best by 'ovkit convert' from its ONNX"
                .formatted(xml, NativeRuntime.OPENVINO_VERSION, outcome.loss()),
            xml,
            null);
      }
      if (outcome.passed()) {
        TriedModels.add(files);
      }
    } catch (IOException e) {
      throw new OutputException("'%s' cannot be tried: %s".formatted(xml, e.getMessage()), e);
    }
  }

  private static GuardedProcess.Outcome run(IrDescription ir) throws IOException {
    Path folder = Files.createTempDirectory("ovkit-trial-");
    try {
      return GuardedProcess.run(
          IrTrial.class.getName(), ir.xml().toAbsolutePath(), ir.weightsBytes(), folder);
    } finally {
      Trees.delete(folder);
    }
  }

  private ForeignIr() {}
}
